import { copyFileSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { buildOnce } from "./buildOnce";
import { digestOf } from "./digest";
import { ensureGo, runGo } from "./go";
import type { InstallOptions } from "./installOptions";

const PACKAGE = "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi";
const VERSION_VARIABLE = "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version";
/** The CLI is small, and every machine builds the same file. */
const BUILD = ["build", "-mod=readonly", "-trimpath", "-ldflags"];
const LINKER_FLAGS = `-s -w -X ${VERSION_VARIABLE}=v`;
// eslint-disable-next-line no-restricted-syntax -- the package's own folder, not the room of that name
const MODULE = join(__dirname, "..", "cli");
const MODULE_FILES = ["go.mod", "go.sum", "tools.go"];

/**
 * Builds the Pulumi CLI from its Go module, unless it was built before. `go install` refuses this module because of its
 * replace directives, so the module in `cli/` requires it, with pinned version and checksums.
 * @returns the path of the executable.
 */
export async function installCli(options: InstallOptions): Promise<string> {
    const folder = join(options.cacheFolder, "pulumi-cli", `${requiredVersion()}-${cliDigest()}`);
    await buildOnce(folder, (target) => build(target, options));
    return join(folder, "pulumi");
}

/** A digest of all that the build of the CLI depends on. */
export function cliDigest(): string {
    const files = MODULE_FILES.map((file) => join(MODULE, file));
    return digestOf(files, ...BUILD, LINKER_FLAGS, process.platform, process.arch);
}

/** The version of the CLI, without the `v` of Go. */
function requiredVersion(): string {
    const module = readFileSync(join(MODULE, "go.mod"), "utf8");
    const version = /^require github\.com\/pulumi\/pulumi\/pkg\/v3 v(\S+)/m.exec(module)?.[1];
    if (version === undefined) throw new Error(`${MODULE}/go.mod does not require the Pulumi CLI`);
    return version;
}

async function build(target: string, options: InstallOptions): Promise<void> {
    const version = requiredVersion();
    const scratch = join(target, "scratch");
    const module = join(scratch, "module");
    const toolchain = join(scratch, "toolchain");
    for (const folder of [module, toolchain]) mkdirSync(folder, { recursive: true });
    for (const file of MODULE_FILES) copyFileSync(join(MODULE, file), join(module, file));
    const go = await ensureGo(toolchain, options);
    await options.step(`Pulumi CLI ${version}: building it from its Go module, some minutes the first time`, () =>
        runGo(go, [...BUILD, LINKER_FLAGS + version, "-o", join(target, "pulumi"), PACKAGE], module),
    );
    rmSync(scratch, { recursive: true });
}
