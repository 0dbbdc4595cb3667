import { chmodSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { type Log, step } from "../../tools/log";
import { findProgram, lastLines, runProcess } from "../../tools/processes";
import { confirm } from "../../tools/setup/confirm";
import { canInstallPackages, installPackages } from "../../tools/setup/debianPackages";
import { describeMissing, type Missing } from "../../tools/setup/missing";

/** What a Go older than {@link SELF_UPDATING} is replaced by. */
const TOOLCHAIN = "1.26.8";
/** From this version on Go fetches by itself the toolchain that a module asks for (https://go.dev/doc/toolchain). */
const SELF_UPDATING = { major: 1, minor: 21 };
const ERROR_LINES = 20;

const MISSING: Missing = {
    what: "Go, to build the Pulumi CLI: its release cannot be downloaded here.",
    debianPackages: ["golang-go"],
    remedy: "Install any version from 1.16 on and put `go` on PATH; a newer one is fetched as a module where needed.",
};

/** A `go` command that can build the Pulumi CLI. */
export interface Go {
    program: string;
    environment: NodeJS.ProcessEnv;
}

/**
 * Finds Go, or installs the distribution's. One that is too old (Debian 12's) serves to fetch a newer one, which comes
 * as a module and checked against Go's checksum database.
 * @param scratch a folder for the fetched one, only needed as long as it is used
 */
export async function ensureGo(scratch: string, log: Log): Promise<Go> {
    if (findProgram("go") === undefined) await installGo(log);
    const go = { program: "go", environment: process.env };
    const [os, arch, version] = (await runGo(go, ["env", "GOOS", "GOARCH", "GOVERSION"])).trim().split("\n");
    // distributions change the default so that Go stays as they deliver it
    if (isSelfUpdating(version ?? "")) return { ...go, environment: { ...process.env, GOTOOLCHAIN: "auto" } };
    return step(log, `${version} is too old: fetching Go ${TOOLCHAIN} as a module`, () =>
        fetchToolchain(go, `${os}-${arch}`, scratch),
    );
}

async function installGo(log: Log): Promise<void> {
    const refusal = await findRefusal();
    if (refusal !== undefined) throw new Error(describeMissing([MISSING], refusal));
    await installPackages(MISSING.debianPackages, log);
}

async function findRefusal(): Promise<string | undefined> {
    if (process.env.SETUP_INSTALL === "never") return "not installed because of SETUP_INSTALL=never";
    if (!canInstallPackages()) return "installed by this command only for root on Debian or Ubuntu";
    const agreed = await confirm("Go is missing here, the Pulumi CLI must be built. Install golang-go with apt-get?");
    return agreed ? undefined : "you chose not to install it";
}

/** Whether `version`, such as `go1.19.8`, can fetch newer toolchains by itself. */
export function isSelfUpdating(version: string): boolean {
    const [, major, minor] = /^go(\d+)\.(\d+)/.exec(version) ?? [];
    return Number(major) > SELF_UPDATING.major || Number(minor) >= SELF_UPDATING.minor;
}

async function fetchToolchain(go: Go, platform: string, scratch: string): Promise<Go> {
    const module = `golang.org/toolchain@v0.0.1-go${TOOLCHAIN}.${platform}`;
    // in a module cache of its own, and writable, so that it can be removed again
    const environment = { ...process.env, GOMODCACHE: scratch, GOFLAGS: "-modcacherw" };
    const output = await runGo({ ...go, environment }, ["mod", "download", "-json", module], scratch);
    const { Dir } = JSON.parse(output) as { Dir: string };
    // modules carry no permissions
    for (const folder of ["bin", `pkg/tool/${platform.replace("-", "_")}`]) makeExecutable(join(Dir, folder));
    return { program: join(Dir, "bin", "go"), environment: { ...process.env, GOROOT: Dir, GOTOOLCHAIN: "local" } };
}

function makeExecutable(folder: string): void {
    for (const file of readdirSync(folder)) chmodSync(join(folder, file), 0o755);
}

/** Runs the `go` command to its end and returns what it wrote to standard output. */
export async function runGo({ program, environment }: Go, args: string[], folder?: string): Promise<string> {
    const { code, stdout, stderr } = await runProcess(program, args, { cwd: folder, env: environment });
    if (code === 0) return stdout;
    throw new Error(`go ${args.join(" ")} failed (exit code ${code}):\n${lastLines(stdout + stderr, ERROR_LINES)}`);
}
