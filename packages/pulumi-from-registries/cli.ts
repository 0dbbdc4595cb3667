import { copyFileSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { cacheFolder } from "../../tools/folders";
import { type Log, step } from "../../tools/log";
import { ensureGo, runGo } from "./go";
import { buildOnce, digestOf } from "./once";

const PACKAGE = "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi";
const VERSION_VARIABLE = "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version";
/** Small, and the same wherever it is built. */
const BUILD = ["build", "-mod=readonly", "-trimpath", "-ldflags"];
const LINKER_FLAGS = `-s -w -X ${VERSION_VARIABLE}=v`;
const MODULE = join(__dirname, "cli");
const MODULE_FILES = ["go.mod", "go.sum", "tools.go"];

/**
 * Builds the Pulumi CLI from its Go module; a build that was done before is taken as it is.
 * `go install` refuses the module for its replace directives, so a module of our own (`cli/`) requires it, with pinned
 * version and checksums.
 * @returns the executable
 */
export async function installCli(log: Log): Promise<string> {
    const folder = join(cacheFolder("pulumi-cli"), `${requiredVersion()}-${cliDigest()}`);
    await buildOnce(folder, (target) => build(target, log));
    return join(folder, "pulumi");
}

/** A short name for what the build of the CLI depends on. */
export function cliDigest(): string {
    return digestOf(MODULE, MODULE_FILES, ...BUILD, LINKER_FLAGS, process.platform, process.arch);
}

/** Without the `v` that Go writes before it. */
function requiredVersion(): string {
    const module = readFileSync(join(MODULE, "go.mod"), "utf8");
    const version = /^require github\.com\/pulumi\/pulumi\/pkg\/v3 v(\S+)/m.exec(module)?.[1];
    if (version === undefined) throw new Error(`${MODULE}/go.mod does not require the Pulumi CLI`);
    return version;
}

async function build(target: string, log: Log): Promise<void> {
    const version = requiredVersion();
    const scratch = join(target, "scratch");
    const module = join(scratch, "module");
    const toolchain = join(scratch, "toolchain");
    for (const folder of [module, toolchain]) mkdirSync(folder, { recursive: true });
    for (const file of MODULE_FILES) copyFileSync(join(MODULE, file), join(module, file));
    const go = await ensureGo(toolchain, log);
    await step(log, `Pulumi CLI ${version}: building it from its Go module, some minutes the first time`, () =>
        runGo(go, [...BUILD, LINKER_FLAGS + version, "-o", join(target, "pulumi"), PACKAGE], module),
    );
    rmSync(scratch, { recursive: true });
}
