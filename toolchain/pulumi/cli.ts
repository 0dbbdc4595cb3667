import { copyFileSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { cacheFolder } from "../folders";
import { step, type Log } from "../log";
import { ensureGo, runGo } from "./go";
import { buildOnce, digestOf } from "./once";

const PACKAGE = "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi";
const VERSION_VARIABLE = "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version";
const MODULE = join(__dirname, "cli");
const MODULE_FILES = ["go.mod", "go.sum", "tools.go"];

/**
 * Builds the Pulumi CLI from its Go module; a build that was done before is taken as it is.
 * `go install` refuses the module for its replace directives, so a module of our own requires it, with pinned checksums.
 * @param version such as `3.245.0`; `cli/go.mod` must require the same one
 * @returns the executable
 */
export async function installCli(version: string, log: Log): Promise<string> {
    const folder = join(cacheFolder("pulumi-cli"), `${version}-${cliDigest(version)}`);
    await buildOnce(folder, (target) => build(version, target, log));
    return join(folder, "pulumi");
}

/** A short name for what the build of the CLI depends on. */
export function cliDigest(version: string): string {
    return digestOf(MODULE, MODULE_FILES, ...buildArguments(version), process.platform, process.arch);
}

function buildArguments(version: string): string[] {
    return ["build", "-mod=readonly", "-trimpath", "-ldflags", `-s -w -X ${VERSION_VARIABLE}=v${version}`];
}

async function build(version: string, target: string, log: Log): Promise<void> {
    const scratch = join(target, "scratch");
    const module = join(scratch, "module");
    const toolchain = join(scratch, "toolchain");
    for (const folder of [module, toolchain]) mkdirSync(folder, { recursive: true });
    for (const file of MODULE_FILES) copyFileSync(join(MODULE, file), join(module, file));
    const go = await ensureGo(toolchain, log);
    await step(log, `Pulumi CLI ${version}: building it from its Go module, some minutes the first time`, () =>
        runGo(go, [...buildArguments(version), "-o", join(target, "pulumi"), PACKAGE], module),
    );
    rmSync(scratch, { recursive: true });
}
