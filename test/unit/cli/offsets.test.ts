import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readUrls } from "@connect-cdc/connector/commands";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { CHECKOUT } from "../../../tools/project";
import { runCommand } from "../../support/stack/runCommand";
import { FakeConnect } from "../../support/workers/fakeConnect";
import { Fault } from "../../support/workers/faults";

describe("npm run offsets", () => {
    let fake: FakeConnect;
    let folder: string;
    beforeEach(async () => {
        folder = mkdtempSync(join(tmpdir(), "connect-cdc-test-"));
        fake = new FakeConnect();
        await fake.start();
        const offsets = [{ partition: { file: "a" }, offset: { position: 50 } }];
        const config = { "connector.class": "example.Source" };
        fake.connectors.set("lines", { config, state: "RUNNING", generation: 0, offsets });
    });
    afterEach(async () => {
        await fake.stop();
        rmSync(folder, { recursive: true });
    });

    it("restores the connector before Ctrl-C ends the command", async () => {
        const busy: Fault = { kind: "answer", status: 409, message: "Cannot complete request: rebalance" };
        fake.faultsOf.push({ request: /DELETE/, faults: [busy, busy, busy, busy] });
        const args = ["cli/run.js", "offsets", "reset", "lines", "--yes", "--url", fake.url];
        const child = spawn(process.execPath, args, {
            cwd: CHECKOUT,
            env: { ...process.env, XDG_STATE_HOME: folder },
            stdio: ["ignore", "pipe", "pipe"],
        });
        let output = "";
        child.stdout.on("data", (data: Buffer) => (output += data.toString()));
        child.stderr.on("data", (data: Buffer) => (output += data.toString()));
        const ended = new Promise<number | null>((resolve) => child.on("close", resolve));
        await vi.waitUntil(() => fake.writes.some((write) => write.startsWith("DELETE")), { timeout: 60_000 });
        child.kill("SIGINT");
        expect(await ended, output).toBe(0);
        expect(output).toContain('Connector "lines" is restored first');
        expect(output).toContain("file=a: position=50 -> none");
        expect(fake.connectors.get("lines")).toMatchObject({ state: "RUNNING", offsets: [] });
    }, 120_000);

    it.each([
        [["list"], "missing required argument 'values'"],
        [["move", "lines"], "Allowed choices are list, alter, reset, restore."],
        [["alter", "lines", "/nope.json", "--yes"], "/nope.json cannot be read"],
        [["list", "line"], 'connector "line" not found; did you mean lines?'],
    ])(
        "%j is an error: %s",
        async (args, message) => {
            await expect(runCommand("offsets", [...args, "--url", fake.url])).rejects.toThrow(message);
        },
        60_000,
    );
});

it("reads URLs of several workers, and prints no password of an invalid one", () => {
    expect(readUrls("http://a:8083/, https://b")).toEqual(["http://a:8083", "https://b"]);
    expect(() => readUrls("me:hunter-2@host")).toThrow('"[secret]@host" is not the URL');
});
