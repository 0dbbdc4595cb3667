import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import Docker = require("dockerode");
import { logToStderr, step } from "../../tools/log";
import { findProgram, lastLines, runProcess } from "../../tools/processes";
import { canInstallPackages, installPackages } from "../../tools/setup/debianPackages";
import { cached, exclusively, stagingFolder, withTemporaryFolder, writeFileWhole } from "./cache";
import { hostMirrors, PUBLIC_MIRRORS, RELEASE, sourcesList } from "./debianSources";
import { digestOf } from "./digests";

/** Limit for the engine's check that it can reach the image's registry. */
const PULL_CHECK_SECONDS = 15;
/** Part of the key. Raise it to run the same recipe again, or when the recipe below makes something else. */
const ROOTFS_FORMAT = 1;

/** How the base image is made: from a published image, or from Debian's packages. */
export type BaseWay = "pull" | "rootfs";

/**
 * Whether the engine can pull the published base image. Asked once and then remembered: an answer that changed with the
 * network would replace every container. Deleting the cache asks again.
 */
export async function baseWay(dockerfile: string): Promise<BaseWay> {
    const image = publishedImage(dockerfile);
    const file = decisionFile(image);
    if (existsSync(file)) return readFileSync(file, "utf8").trim() as BaseWay;
    return exclusively("base-decision", async () => {
        const pull = await canPull(image);
        if (pull === undefined) return "pull";
        // Remembered when it is made: a machine that can do neither is asked again, since its user is about to mend it
        if (!pull) await rootfs();
        const way = pull ? "pull" : "rootfs";
        writeFileWhole(file, `${way}\n`);
        return way;
    });
}

function decisionFile(image: string): string {
    return join(stagingFolder("base"), digestOf(image).slice(0, 32));
}

function publishedImage(dockerfile: string): string {
    const image = /^FROM (\S+)/m.exec(dockerfile)?.[1];
    if (image === undefined) throw new Error("images/base/Dockerfile has no FROM line");
    return image;
}

/** Undefined when no engine answers here: the engines may all be on other machines. */
async function canPull(image: string): Promise<boolean | undefined> {
    const published = new Docker().getImage(image);
    const timeout = AbortSignal.timeout(PULL_CHECK_SECONDS * 1000);
    try {
        const pulled = await published.inspect().then(
            () => true,
            () => false,
        );
        // The engine asks the registry itself, with its own mirrors and proxies
        if (!pulled) await published.distribution({ abortSignal: timeout });
        return true;
    } catch (error) {
        if (!timeout.aborted && !isAnswer(error)) {
            logToStderr(
                `Base image: no Docker engine answers here (${(error as Error).message}); expecting that it can pull`,
            );
            return undefined;
        }
        const reason = timeout.aborted ? `no answer in ${PULL_CHECK_SECONDS} s` : (error as Error).message.trim();
        logToStderr(
            `Base image: the engine cannot pull ${image} (${reason}); making it from Debian's packages instead`,
        );
        return false;
    }
}

/** dockerode's errors carry a status where the engine has answered. */
function isAnswer(error: unknown): boolean {
    return typeof (error as { statusCode?: unknown }).statusCode === "number";
}

/** Digest of how the root file system is made. Its packages may be newer in another cache: that alone replaces nothing. */
export function rootfsDigest(): string {
    return digestOf([ROOTFS_FORMAT, RELEASE, OPTIONS]);
}

/** Debian without what no container needs, as the published slim image; the manual's folder is wanted by Java's package. */
const OPTIONS = [
    "--variant=minbase",
    '--aptopt=Acquire::Languages "none"',
    "--dpkgopt=path-exclude=/usr/share/man/*",
    "--dpkgopt=path-exclude=/usr/share/locale/*",
    "--dpkgopt=path-exclude=/usr/share/doc/*",
    "--dpkgopt=path-include=/usr/share/doc/*/copyright",
    '--essential-hook=mkdir -p "$1/usr/share/man/man1"',
];

/** The root file system's tar, made by mmdebstrap once (20 to 60 s). */
export async function rootfs(): Promise<string> {
    const folder = await cached("rootfs", rootfsDigest(), async (target) => {
        await ensureMmdebstrap();
        await step(logToStderr, "Base image: making it with mmdebstrap", () =>
            runMmdebstrap(join(target, "rootfs.tar")),
        );
    });
    return join(folder, "rootfs.tar");
}

async function ensureMmdebstrap(): Promise<void> {
    if (findProgram("mmdebstrap") !== undefined) return;
    if (!canInstallPackages() || process.env.SETUP_INSTALL === "never") {
        throw new Error(
            "the base image can neither be pulled nor made: the Docker engine does not reach the image's registry, and there is no " +
                "mmdebstrap. Give the engine a network, a proxy or a registry mirror, or install mmdebstrap (Debian, Ubuntu)",
        );
    }
    await installPackages(["mmdebstrap", "debian-archive-keyring"], logToStderr);
}

async function runMmdebstrap(tar: string): Promise<void> {
    await withTemporaryFolder(async (folder) => {
        // The image names the public mirrors, wherever its packages came from
        const publicList = join(folder, "public.list");
        writeFileSync(publicList, sourcesList(PUBLIC_MIRRORS));
        const hooks = [
            '--customize-hook=rm -rf "$1"/var/lib/apt/lists/* "$1"/etc/apt/sources.list.d/* "$1"/var/cache/apt/* "$1"/var/log/*.log',
            `--customize-hook=upload ${publicList} /etc/apt/sources.list`,
        ];
        const sources = sourcesList(hostMirrors());
        const { code, stderr } = await runProcess("mmdebstrap", [...OPTIONS, ...hooks, RELEASE, tar, "-"], {
            input: sources,
        });
        if (code !== 0) throw new Error(`mmdebstrap could not make the base image:\n${lastLines(stderr, 12)}`);
    });
}
