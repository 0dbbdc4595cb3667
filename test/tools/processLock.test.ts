import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { withProcessLock } from "../../tools/processLock";

let folder: string;
let lock: string;

beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "connect-cdc-lock-"));
    lock = join(folder, "lock");
});

afterEach(() => rmSync(folder, { recursive: true }));

/** Reads a number, gives others time to do the same, and writes the next one: without a lock numbers get lost. */
const COUNT = `
    const fs = require("node:fs");
    const [, modulePath, lock, file] = process.argv;
    const { withProcessLock } = require(modulePath);
    withProcessLock(lock, async () => {
        const value = Number(fs.readFileSync(file, "utf8"));
        await new Promise((resolve) => setTimeout(resolve, 50));
        fs.writeFileSync(file, String(value + 1));
    });
`;

test("processes run one after the other, also when the holder of the lock has ended", async () => {
    const file = join(folder, "counter");
    writeFileSync(file, "0");
    writeFileSync(lock, String(spawnSync(process.execPath, ["--version"]).pid));
    const modulePath = resolve(__dirname, "../../tools/processLock.js");
    const count = () =>
        new Promise((done) =>
            spawn(process.execPath, ["-e", COUNT, modulePath, lock, file], { stdio: "inherit" }).once("close", done),
        );
    expect(await Promise.all([count(), count(), count(), count()])).toEqual([0, 0, 0, 0]);
    expect(readFileSync(file, "utf8")).toBe("4");
    expect(existsSync(lock)).toBe(false);
});

test("a waiting process reports the holder once", async () => {
    const waits: number[] = [];
    let finish = () => {};
    const first = withProcessLock(lock, () => new Promise<void>((done) => (finish = done)));
    const second = withProcessLock(
        lock,
        () => "second",
        (holder) => {
            waits.push(holder);
            finish();
        },
    );
    await first;
    expect(await second).toBe("second");
    expect(waits).toEqual([process.pid]);
});

test("a failure releases the lock", async () => {
    await expect(withProcessLock(lock, () => Promise.reject(new Error("broken")))).rejects.toThrow("broken");
    expect(await withProcessLock(lock, () => 1)).toBe(1);
});
