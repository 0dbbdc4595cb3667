import { chmodSync, copyFileSync, linkSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { cacheFolder, stateFolder } from "../../tools/folders";
import { type Log, step } from "../../tools/log";
import { bundle } from "./bundle";
import { cliDigest, installCli } from "./cli";
import { buildOnce, digestOf } from "./once";

const SOURCES = __dirname;
const CHECKOUT = resolve(SOURCES, "../..");

/** What every program of this folder depends on: its sources, how it is compiled, and the packages it is compiled with. */
const INPUTS = [
    ...inThisFolder("plugins", "languageHost", "bundle.ts", "install.ts"),
    // The docker plugin's connections are those of the whole project
    ...["engineClient.ts", "sshAgent.ts"].map((file) => `packages/docker-engine/src/${file}`),
    "package-lock.json",
];

/** The provider plugins of this folder, and the versions of the released ones whose schemas they serve. */
const PLUGINS = [
    { name: "docker", version: "5.2.0" },
    { name: "command", version: "1.2.1" },
];

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
    const pulumiHome = await installPlugins(log);
    const digest = digestOf(CHECKOUT, INPUTS, cliDigest());
    const binFolder = join(cacheFolder("pulumi"), digest);
    await buildOnce(binFolder, async (target) => {
        place(await installCli(log), join(target, "pulumi"));
        await step(log, "Pulumi's Node.js language host: compiling it", async () => {
            await bundleProgram("languageHost/main.ts", target, "pulumi-language-nodejs");
            await bundleProgram("languageHost/dynamicProvider.ts", target, "pulumi-resource-pulumi-nodejs");
        });
    });
    return { binFolder, pulumiHome };
}

/** Compiles the provider plugins, unless that has been done for the same inputs before; returns a `PULUMI_HOME`. */
export async function installPlugins(log: Log): Promise<string> {
    // which stack is selected must outlive an installation
    const workspaces = stateFolder("pulumi-workspaces");
    const home = join(cacheFolder("pulumi-home"), digestOf(CHECKOUT, INPUTS, workspaces));
    await buildOnce(home, (target) =>
        step(log, "Pulumi's docker and command plugins: compiling them", async () => {
            for (const { name, version } of PLUGINS) {
                const folder = join(target, "plugins", `resource-${name}-v${version}`);
                await bundleProgram(`plugins/${name}/main.ts`, folder, `pulumi-resource-${name}`);
            }
            symlinkSync(workspaces, join(target, "workspaces"));
        }),
    );
    return home;
}

function inThisFolder(...paths: string[]): string[] {
    return paths.map((path) => `packages/pulumi-from-registries/${path}`);
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
    const launcher = join(folder, name);
    writeFileSync(launcher, `#!/bin/sh\nexec node "$(dirname "$0")/${name}.js" "$@"\n`);
    chmodSync(launcher, 0o755);
}
