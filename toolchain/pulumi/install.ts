import { chmodSync, copyFileSync, linkSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { cacheFolder, stateFolder } from "../folders";
import { bundle } from "./bundle";
import { CLI_SOURCES, installCli } from "./cli";
import { Log, step } from "../log";
import { buildOnce, digestOf } from "./once";

const SOURCES = __dirname;
const CHECKOUT = resolve(SOURCES, "../..");

/** What the installation depends on: these programs, how they are made, and the packages that they are made with. */
const INPUTS = [
    ...["plugins", "languageHost", "bundle.ts", "install.ts", ...CLI_SOURCES].map((path) => `toolchain/pulumi/${path}`),
    "package-lock.json",
];

/** The provider plugins of this folder, and the versions of the released ones whose schemas they serve. */
const PLUGINS = [
    { name: "docker", version: "5.2.0" },
    { name: "command", version: "1.2.1" },
];

/** The SDK of this version is in `package.json`, too: a CLI must not be older than the SDK it serves. */
const CLI_VERSION = "3.245.0";

/** Where a Pulumi that was installed from package registries alone lies. */
export interface PulumiInstallation {
    /** Belongs on PATH: the CLI and the Node.js language host. */
    binFolder: string;
    /** Belongs into `PULUMI_HOME`: the provider plugins, and what the CLI keeps by itself. */
    pulumiHome: string;
}

/**
 * Installs the Pulumi CLI, its Node.js language host and the docker and command plugins without any release download:
 * the CLI is built from its Go module, the other three from the programs of this folder.
 * Does nothing when that has been done for the same inputs before.
 */
export async function installPulumiFromRegistries(log: Log): Promise<PulumiInstallation> {
    const digest = digestOf(CHECKOUT, INPUTS, process.platform, process.arch);
    const folder = join(cacheFolder("pulumi"), digest);
    // which stack is selected must outlive an installation
    const workspaces = stateFolder("pulumi-workspaces");
    await buildOnce(folder, async (target) => {
        await assemble(target, log);
        symlinkSync(workspaces, join(target, "home", "workspaces"));
    });
    return { binFolder: join(folder, "bin"), pulumiHome: join(folder, "home") };
}

async function assemble(target: string, log: Log): Promise<void> {
    const cli = await installCli(CLI_VERSION, log);
    const bin = join(target, "bin");
    mkdirSync(bin, { recursive: true });
    place(cli, join(bin, "pulumi"));
    await step(log, "compiling the Node.js language host and the provider plugins", async () => {
        await bundleProgram(join("languageHost", "main.ts"), bin, "pulumi-language-nodejs");
        await bundleProgram(join("languageHost", "dynamicProvider.ts"), bin, "pulumi-resource-pulumi-nodejs");
        for (const { name, version } of PLUGINS) {
            const folder = join(target, "home", "plugins", `resource-${name}-v${version}`);
            await bundleProgram(join("plugins", name, "main.ts"), folder, `pulumi-resource-${name}`);
        }
    });
}

/**
 * The engine looks for the language host beside the CLI's own file and warns of any other place, so a symbolic link
 * will not do.
 */
function place(source: string, target: string): void {
    try {
        linkSync(source, target);
    } catch {
        // another file system
        copyFileSync(source, target);
    }
}

async function bundleProgram(source: string, folder: string, name: string): Promise<void> {
    mkdirSync(folder, { recursive: true });
    await bundle(join(SOURCES, source), join(folder, `${name}.js`));
    writeExecutable(join(folder, name), `#!/bin/sh\nexec node "$(dirname "$0")/${name}.js" "$@"\n`);
}

function writeExecutable(file: string, content: string): void {
    writeFileSync(file, content);
    chmodSync(file, 0o755);
}
