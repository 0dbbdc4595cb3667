import { execFile } from "node:child_process";
import { chmodSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import type { InstallOptions, MissingProgram } from "./installOptions";

/** The version that replaces a Go older than {@link SELF_UPDATING}. */
const TOOLCHAIN = "1.26.8";
/** From this version on, Go fetches the toolchain that a module requires (https://go.dev/doc/toolchain). */
const SELF_UPDATING = { major: 1, minor: 21 };
const ERROR_LINES = 20;
const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;

const run = promisify(execFile);

const GO: MissingProgram = {
    what: "Go: the Pulumi CLI is built with it, because its release cannot be downloaded.",
    debianPackages: ["golang-go"],
    remedy: "Install Go 1.16 or newer and put `go` on PATH. A newer version is fetched as a module where necessary.",
};

/** A `go` command that can build the Pulumi CLI. */
export interface Go {
    program: string;
    environment: NodeJS.ProcessEnv;
}

/**
 * Finds Go, or installs the Debian package. A Go that is too old (that of Debian 12) fetches a newer one, which comes as a
 * module and is checked against Go's checksum database.
 * @param scratch a folder for the fetched Go. It can be removed when the Go is no longer used.
 */
export async function ensureGo(scratch: string, { step, installMissing }: InstallOptions): Promise<Go> {
    const go = { program: "go", environment: process.env };
    if (!(await isOnPath(go))) await installMissing(GO);
    const [os, arch, version] = (await runGo(go, ["env", "GOOS", "GOARCH", "GOVERSION"])).trim().split("\n");
    // Distributions change the default, so that Go stays as they deliver it
    if (isSelfUpdating(version ?? "")) return { ...go, environment: { ...process.env, GOTOOLCHAIN: "auto" } };
    return step(`${version} is too old: fetching Go ${TOOLCHAIN} as a module`, () =>
        fetchToolchain(go, `${os}-${arch}`, scratch),
    );
}

async function isOnPath({ program }: Go): Promise<boolean> {
    try {
        await run(program, ["version"]);
        return true;
    } catch (error) {
        if ((error as NodeJS.ErrnoException).code === "ENOENT") return false;
        throw error;
    }
}

/** Whether a Go, by its version such as `go1.19.8`, fetches newer toolchains itself. */
export function isSelfUpdating(version: string): boolean {
    const [, major, minor] = /^go(\d+)\.(\d+)/.exec(version) ?? [];
    return Number(major) > SELF_UPDATING.major || Number(minor) >= SELF_UPDATING.minor;
}

async function fetchToolchain(go: Go, platform: string, scratch: string): Promise<Go> {
    const module = `golang.org/toolchain@v0.0.1-go${TOOLCHAIN}.${platform}`;
    // A separate module cache, and writable, so that it can be removed
    const environment = { ...process.env, GOMODCACHE: scratch, GOFLAGS: "-modcacherw" };
    const output = await runGo({ ...go, environment }, ["mod", "download", "-json", module], scratch);
    const { Dir } = JSON.parse(output) as { Dir: string };
    // Modules carry no permissions
    for (const folder of ["bin", `pkg/tool/${platform.replace("-", "_")}`]) makeExecutable(join(Dir, folder));
    return { program: join(Dir, "bin", "go"), environment: { ...process.env, GOROOT: Dir, GOTOOLCHAIN: "local" } };
}

function makeExecutable(folder: string): void {
    for (const file of readdirSync(folder)) chmodSync(join(folder, file), 0o755);
}

/**
 * Runs the `go` command.
 * @returns its standard output.
 * @throws Error with the last lines of its output.
 */
export async function runGo({ program, environment }: Go, args: string[], folder?: string): Promise<string> {
    try {
        return (await run(program, args, { cwd: folder, env: environment, maxBuffer: MAX_OUTPUT_BYTES })).stdout;
    } catch (error) {
        const {
            code,
            stdout = "",
            stderr = "",
        } = error as { code?: number | string; stdout?: string; stderr?: string };
        const lines = (stdout + stderr).trimEnd().split("\n").slice(-ERROR_LINES).join("\n");
        throw new Error(`go ${args.join(" ")} failed (exit code ${code}):\n${lines}`);
    }
}
