import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type InstallOptions, installPulumiFromRegistries } from "@connect-cdc/pulumi-from-registries";
import { cacheFolder, stateFolder } from "../folders";
import { type Log, step } from "../log";
import { withProcessLock } from "../processLock";
import { CHECKOUT } from "../project";
import { installMissing } from "./installMissing";
import { ensureReleasedPulumi, isReleasedPulumiThere } from "./releasedPulumi";

/** The two sources of Pulumi: its releases, or package registries where releases cannot be downloaded. */
export type PulumiWay = "release" | "registries";

export interface PulumiTools {
    way: PulumiWay;
    /** Folder for the beginning of PATH; undefined when the CLI on PATH is used. */
    binFolder?: string;
    /** Value of PULUMI_HOME; undefined when the user's own (`~/.pulumi`) is used. */
    pulumiHome?: string;
}

/**
 * Finds or installs the Pulumi CLI and its plugins. The cache remembers which way worked.
 * `SETUP_PULUMI=release|registries` selects one.
 */
export async function ensurePulumi(log: Log): Promise<PulumiTools> {
    const forced = forcedWay(process.env.SETUP_PULUMI);
    const remembered = rememberedPulumi();
    const way = forced ?? remembered?.way;
    if (way === "release" && remembered?.way === way && isReleasedPulumiThere(remembered.binFolder)) return remembered;
    return withProcessLock(
        join(cacheFolder("pulumi"), "install.lock"),
        async () => remember(await install(way, forced !== undefined, log)),
        (holder) => log(`Pulumi: waiting for process ${holder}, which installs it`),
    );
}

/** The value of SETUP_PULUMI, checked. */
export function forcedWay(value: string | undefined): PulumiWay | undefined {
    if (value === undefined || value === "") return undefined;
    if (value === "release" || value === "registries") return value;
    throw new Error(`SETUP_PULUMI is "${value}". Set it to "release" or "registries", or unset it.`);
}

/** The result of the last set-up; undefined before the first one. */
export function rememberedPulumi(): PulumiTools | undefined {
    const file = decisionFile();
    return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as PulumiTools) : undefined;
}

async function install(way: PulumiWay | undefined, forced: boolean, log: Log): Promise<PulumiTools> {
    if (way !== "registries") {
        try {
            return { way: "release", ...(await ensureReleasedPulumi(log)) };
        } catch (error) {
            if (forced) throw error;
            log(`${(error as Error).message} Building it from package registries instead.`);
        }
    }
    return { way: "registries", ...(await installPulumiFromRegistries(registriesOptions(log))) };
}

/** The arguments of the installation from package registries. */
export function registriesOptions(log: Log): InstallOptions {
    return {
        cacheFolder: cacheFolder(),
        stateFolder: stateFolder(),
        lockFile: join(CHECKOUT, "package-lock.json"),
        step: (what, action) => step(log, what, action),
        installMissing: (missing) => installMissing([missing], log),
    };
}

function remember(tools: PulumiTools): PulumiTools {
    const text = `${JSON.stringify(tools, undefined, 4)}\n`;
    const file = decisionFile();
    if (!existsSync(file) || readFileSync(file, "utf8") !== text) writeFileSync(file, text);
    return tools;
}

function decisionFile(): string {
    return join(cacheFolder("pulumi"), "chosen.json");
}
