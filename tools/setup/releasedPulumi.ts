import { existsSync, readFileSync } from "node:fs";
import { arch, homedir, platform } from "node:os";
import { dirname, join } from "node:path";
import { cacheFolder } from "../folders";
import { type Log, step } from "../log";
import { findProgram, lastLines, runProcess } from "../processes";
import { CHECKOUT } from "../project";

const DOWNLOADS = "https://get.pulumi.com";
const PROBE_MILLISECONDS = 4000;
const MODULES = join(CHECKOUT, "node_modules", "@pulumi");

/** The plugins of the program, in the versions of the npm packages. */
const PLUGINS = ["docker", "command"];

/**
 * Finds or installs the released CLI and plugins. The CLI on PATH is used when it is recent enough. Otherwise the SDK's
 * installer puts one into the cache. Plugins are installed into the user's Pulumi folder.
 *
 * @returns the folder for the beginning of PATH; undefined when the CLI on PATH is used.
 */
export async function ensureReleasedPulumi(log: Log): Promise<{ binFolder?: string }> {
    const wanted = packageVersion("pulumi");
    const onPath = await findRecentCli(wanted);
    const plugins = missingPlugins();
    if (onPath === undefined || plugins.length > 0) await probeDownloads();
    const cli = onPath ?? (await installCli(wanted, log));
    for (const plugin of plugins) await installPlugin(cli, plugin, log);
    return onPath === undefined ? { binFolder: dirname(cli) } : {};
}

/** Whether the files of an earlier set-up exist. */
export function isReleasedPulumiThere(binFolder: string | undefined): boolean {
    const cli = binFolder === undefined ? findProgram("pulumi") : join(binFolder, "pulumi");
    return cli !== undefined && existsSync(cli) && missingPlugins().length === 0;
}

async function findRecentCli(wanted: string): Promise<string | undefined> {
    const cli = findProgram("pulumi");
    if (cli === undefined) return undefined;
    const env = { ...process.env, PULUMI_SKIP_UPDATE_CHECK: "true" };
    const { stdout } = await runProcess(cli, ["version"], { env, timeoutMilliseconds: 10_000 });
    return isRecent(stdout.trim(), wanted) ? cli : undefined;
}

/** Whether a CLI version (`v3.245.0`) is at least the wanted one, within the same major version. */
export function isRecent(version: string, wanted: string): boolean {
    const [major = 0, minor = 0, patch = 0] = parseVersion(version);
    const [wantedMajor = 0, wantedMinor = 0, wantedPatch = 0] = parseVersion(wanted);
    if (major !== wantedMajor) return false;
    return minor > wantedMinor || (minor === wantedMinor && patch >= wantedPatch);
}

function parseVersion(version: string): number[] {
    return (/^v?(\d+)\.(\d+)\.(\d+)/.exec(version) ?? []).slice(1).map(Number);
}

function missingPlugins(): string[] {
    const folder = join(process.env.PULUMI_HOME || join(homedir(), ".pulumi"), "plugins");
    return PLUGINS.filter((name) => {
        const plugin = join(folder, `resource-${name}-v${packageVersion(name)}`);
        // Pulumi marks an unfinished download by this file
        return !existsSync(plugin) || existsSync(`${plugin}.partial`);
    });
}

function packageVersion(name: string): string {
    const file = join(MODULES, name, "package.json");
    return (JSON.parse(readFileSync(file, "utf8")) as { version: string }).version;
}

/**
 * Checks within seconds whether releases can be downloaded.
 * @throws Error when they cannot.
 */
async function probeDownloads(): Promise<void> {
    const cpu = arch() === "x64" ? "amd64" : arch();
    const plugin = `pulumi-resource-docker-v${packageVersion("docker")}-${platform()}-${cpu}.tar.gz`;
    let problem: string;
    try {
        const signal = AbortSignal.timeout(PROBE_MILLISECONDS);
        const response = await fetch(`${DOWNLOADS}/releases/plugins/${plugin}`, { method: "HEAD", signal });
        if (response.ok) return;
        problem = `HTTP status ${response.status}`;
    } catch (error) {
        const { message, cause } = error as Error;
        problem = cause instanceof Error ? cause.message : message;
    }
    throw new Error(`Pulumi's releases cannot be downloaded from ${DOWNLOADS} (${problem}).`);
}

async function installCli(version: string, log: Log): Promise<string> {
    const root = cacheFolder("pulumi", "release", version);
    const cli = join(root, "bin", "pulumi");
    if (existsSync(cli)) return cli;
    return step(log, `Pulumi CLI ${version}: downloading into ${root}`, async () => {
        // Loaded here, because it takes longer than a whole set-up with nothing to do
        const { PulumiCommand } = await import("@pulumi/pulumi/automation/index.js");
        return (await PulumiCommand.install({ root })).command;
    });
}

async function installPlugin(cli: string, name: string, log: Log): Promise<void> {
    const version = packageVersion(name);
    await step(log, `Pulumi ${name} plugin ${version}: downloading`, async () => {
        const { code, stdout, stderr } = await runProcess(cli, ["plugin", "install", "resource", name, version]);
        if (code !== 0) {
            throw new Error(`Pulumi's ${name} plugin cannot be installed: ${lastLines(stdout + stderr, 5)}`);
        }
    });
}
