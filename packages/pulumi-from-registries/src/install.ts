import { chmodSync, copyFileSync, linkSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { buildOnce } from "./buildOnce";
import { bundle } from "./bundle";
import { cliDigest, installCli } from "./cli";
import { digestOf } from "./digest";
import type { InstallOptions } from "./installOptions";

const SOURCES = __dirname;

/** The provider plugins of this package, and the versions of the released plugins whose schemas they serve. */
const PLUGINS = [
    { name: "docker", version: "5.2.0" },
    { name: "command", version: "1.2.1" },
];

/** An installation of Pulumi from package registries alone. */
export interface PulumiInstallation {
    /** The folder of the CLI and of the Node.js language host, for PATH. */
    binFolder: string;
    /** The value for `PULUMI_HOME`: the folder of the provider plugins, and of what the CLI keeps itself. */
    pulumiHome: string;
}

/**
 * Installs the Pulumi CLI, its Node.js language host and the docker and command plugins without a download of a release.
 * The CLI is built from its Go module, the other programs from the sources of this package. An installation of the same
 * inputs is used again.
 */
export async function installPulumiFromRegistries(options: InstallOptions): Promise<PulumiInstallation> {
    const pulumiHome = await installPlugins(options);
    const binFolder = join(options.cacheFolder, "pulumi", digestOf([], programsDigest(options), cliDigest()));
    await buildOnce(binFolder, async (target) => {
        place(await installCli(options), join(target, "pulumi"));
        await options.step("Pulumi's Node.js language host: compiling it", async () => {
            await bundleProgram("languageHost/main.ts", target, "pulumi-language-nodejs");
            await bundleProgram("languageHost/dynamicProvider.ts", target, "pulumi-resource-pulumi-nodejs");
        });
    });
    return { binFolder, pulumiHome };
}

/** Compiles the provider plugins, unless they were compiled from the same inputs before. Returns a `PULUMI_HOME`. */
export async function installPlugins(options: InstallOptions): Promise<string> {
    // The CLI keeps there which stack is selected, which must outlive an installation
    const workspaces = join(options.stateFolder, "pulumi-workspaces");
    mkdirSync(workspaces, { recursive: true, mode: 0o700 });
    const home = join(options.cacheFolder, "pulumi-home", digestOf([], programsDigest(options), workspaces));
    await buildOnce(home, (target) =>
        options.step("Pulumi's docker and command plugins: compiling them", async () => {
            for (const { name, version } of PLUGINS) {
                const folder = join(target, "plugins", `resource-${name}-v${version}`);
                await bundleProgram(`plugins/${name}/main.ts`, folder, `pulumi-resource-${name}`);
            }
            symlinkSync(workspaces, join(target, "workspaces"));
        }),
    );
    return home;
}

/** A digest of all that the compiled programs depend on: their sources, and the packages that they contain. */
function programsDigest({ lockFile }: InstallOptions): string {
    // The lock file pins every package but the workspaces
    const dockerEngine = createRequire(__filename).resolve("@connect-cdc/docker-engine");
    return digestOf([SOURCES, dirname(dockerEngine), lockFile]);
}

/** A hard link, because the engine looks for the language host beside the CLI's own file, not beside a symbolic link. */
function place(source: string, target: string): void {
    try {
        linkSync(source, target);
    } catch {
        // Another file system
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
