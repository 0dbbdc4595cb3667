import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { homedir, hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";
import { lockFolder, releaseDeadLocks } from "../../cli/stack/locks";

let folder: string;
let child: ChildProcess | undefined;

beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "connect-cdc locks-"));
});

afterEach(() => {
    child?.kill();
    child = undefined;
    rmSync(folder, { recursive: true });
});

function target() {
    return { stack: "dev", environment: { PULUMI_BACKEND_URL: pathToFileURL(folder).href } };
}

/** A lock as Pulumi's file backend writes it. */
function writeLock(holder: Record<string, unknown>): string {
    const locks = join(folder, ".pulumi", "locks", "organization", "connect-cdc", "dev");
    mkdirSync(locks, { recursive: true });
    const file = join(locks, "5ad1c0de-0000-0000-0000-000000000000.json");
    const rest = { username: "somebody", hostname: hostname(), timestamp: "2026-01-02T03:04:05Z" };
    writeFileSync(file, JSON.stringify({ ...rest, ...holder }));
    writeFileSync(`${file}.attrs`, '{"user.content_type": "application/json"}');
    return file;
}

function release(): string[] {
    const lines: string[] = [];
    releaseDeadLocks(target(), (line) => lines.push(line));
    return lines;
}

function deadProcess(): number {
    return spawnSync(process.execPath, ["--version"]).pid;
}

test("no lock, nothing to do", () => {
    expect(release()).toEqual([]);
});

test("the lock of an ended process is removed and reported", () => {
    const pid = deadProcess();
    const lock = writeLock({ pid });
    expect(release()).toEqual([expect.stringContaining(`process ${pid}`)]);
    expect(existsSync(lock)).toBe(false);
    expect(existsSync(`${lock}.attrs`)).toBe(false);
});

test.runIf(process.platform === "linux")("a process id of another program counts as ended", () => {
    const lock = writeLock({ pid: process.pid });
    release();
    expect(existsSync(lock)).toBe(false);
});

test.runIf(process.platform === "linux")("the lock of a running pulumi is an error", async () => {
    const program = join(folder, "pulumi");
    copyFileSync("/bin/sleep", program);
    child = spawn(program, ["60"]);
    await new Promise((resolve) => child?.once("spawn", resolve));
    expect(readFileSync(`/proc/${child.pid}/comm`, "utf8")).toBe("pulumi\n");
    const lock = writeLock({ pid: child.pid });
    expect(release).toThrow(`process ${child.pid} of somebody@${hostname()}, since 2026-01-02T03:04:05Z`);
    expect(existsSync(lock)).toBe(true);
});

test("a lock of another machine is an error with the command that cancels it", () => {
    const lock = writeLock({ pid: deadProcess(), hostname: "elsewhere" });
    expect(release).toThrow("pulumi cancel --yes --stack dev");
    expect(existsSync(lock)).toBe(true);
});

test("the URLs of backends are read as Pulumi reads them", () => {
    const inner = ".pulumi/locks/organization/connect-cdc/dev";
    expect(lockFolder("file:///a%20b?no_tmp_dir=true", "dev")).toBe(`/a b/${inner}`);
    expect(lockFolder("file://~", "dev")).toBe(join(homedir(), inner));
    expect(lockFolder("file://~/states", "dev")).toBe(join(homedir(), "states", inner));
    expect(lockFolder("s3://states", "dev")).toBeUndefined();
    expect(lockFolder(undefined, "dev")).toBeUndefined();
});
