import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { parseConfig } from "../../../config/load";
import { preflight } from "../../../preflight/preflight";

const stack = { project: "connect-cdc", stack: "preflight-test" };

/** Hosts without an engine, which these tests do not need. */
async function problemsOf(names: string[]): Promise<string[]> {
    const hosts = names.map((name, i) => [
        name,
        { endpoint: `unix:///nowhere/${name}.sock`, advertisedAddress: `192.0.2.${i}`, bindAddress: "127.0.0.1" },
    ]);
    const config = parseConfig({ hosts: { local: null, ...Object.fromEntries(hosts) } });
    const problems = await preflight(config, stack, { limitMs: 500 });
    return problems.filter((problem) => !problem.includes("no Docker engine answers"));
}

describe("the docker command, by which images go to other hosts", () => {
    let folder: string;

    beforeEach(() => {
        folder = mkdtempSync(join(tmpdir(), "connect-cdc-preflight-"));
        vi.stubEnv("PATH", folder);
    });

    afterEach(() => {
        vi.unstubAllEnvs();
        rmSync(folder, { recursive: true });
    });

    function install(script: string): void {
        const file = join(folder, "docker");
        writeFileSync(file, `#!/bin/sh\n${script}\n`);
        chmodSync(file, 0o755);
    }

    it("is a problem where it is missing, before anything is changed", async () => {
        expect(await problemsOf(["a", "b", "c"])).toEqual([
            expect.stringMatching(/^hosts: images go from a to b, c by .*\(it is not on PATH\); install/),
        ]);
    });

    it("has to work", async () => {
        install("echo broken >&2; exit 1");
        expect(await problemsOf(["a", "b"])).toEqual([expect.stringContaining("(docker --version fails: broken)")]);
    });

    it("is all that is needed", async () => {
        install("exit 0");
        expect(await problemsOf(["a", "b"])).toEqual([]);
    });

    it("is not needed by one host", async () => {
        expect(await problemsOf(["a"])).toEqual([]);
    });
});
