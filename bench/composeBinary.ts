import {
    chmodSync,
    copyFileSync,
    existsSync,
    mkdirSync,
    mkdtempSync,
    readdirSync,
    rmSync,
    writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cacheFolder } from "../tools/folders";
import { runProcess } from "../tools/processes";

/** Debian release with Compose 2. Its binary runs with an older libc as well. */
const RELEASE = "trixie";
const KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg";
const PLUGIN = "usr/libexec/docker/cli-plugins/docker-compose";

/**
 * The command line of Docker Compose 2: the plugin of the Docker client, or else the binary of Debian's package, from the
 * mirror of this machine, in the cache. Throws when neither is available.
 */
export async function findCompose(): Promise<string[]> {
    if (await works(["docker", "compose"])) return ["docker", "compose"];

    const binary = join(cacheFolder("compose"), "docker-compose");
    if (!existsSync(binary)) await fetchFromDebian(binary);

    if (!(await works([binary]))) throw new Error(`${binary} does not run here`);

    return [binary];
}

async function works([file = "", ...args]: string[]): Promise<boolean> {
    const result = await runProcess(file, [...args, "version", "--short"]).catch(() => undefined);
    return result?.code === 0 && /^v?2\./.test(result.stdout);
}

async function fetchFromDebian(binary: string): Promise<void> {
    const folder = mkdtempSync(join(tmpdir(), "connect-cdc-compose-"));
    try {
        mkdirSync(join(folder, "state/lists/partial"), { recursive: true });
        mkdirSync(join(folder, "cache/archives/partial"), { recursive: true });
        writeFileSync(
            join(folder, "sources.list"),
            `deb [signed-by=${KEYRING}] ${await debianMirror()} ${RELEASE} main\n`,
        );
        const options = [
            `Dir::Etc::SourceList=${folder}/sources.list`,
            "Dir::Etc::SourceParts=/dev/null",
            `Dir::State=${folder}/state`,
            `Dir::Cache=${folder}/cache`,
        ].flatMap((option) => ["-o", option]);
        await must("apt-get", [...options, "update"], folder);
        await must("apt-get", [...options, "download", "docker-compose"], folder);
        const [archive = ""] = readdirSync(folder).filter((name) => name.endsWith(".deb"));
        await must("dpkg-deb", ["-x", archive, "unpacked"], folder);
        copyFileSync(join(folder, "unpacked", PLUGIN), binary);
        chmodSync(binary, 0o755);
    } finally {
        rmSync(folder, { recursive: true });
    }
}

async function debianMirror(): Promise<string> {
    const sites = await must("apt-get", ["indextargets", "--format", "$(SITE) $(COMPONENT)"], tmpdir());
    const [mirror] = sites.split("\n").filter((line) => line.endsWith("/debian main"));
    if (mirror === undefined) throw new Error("apt has no mirror of Debian");

    return mirror.replace(/ main$/, "");
}

async function must(file: string, args: string[], cwd: string): Promise<string> {
    const { code, stdout, stderr } = await runProcess(file, args, { cwd });
    if (code !== 0) throw new Error(`${file} ${args.at(-2)} ${args.at(-1)} failed: ${stderr.trim()}`);

    return stdout;
}
