import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { pulumiEnvironment } from "../../tools/environment";
import { ensurePulumi, rememberedPulumi } from "../../tools/setup/pulumi";

/*
 * The CLI that `npm test` has set up stands for a user's own on PATH; the plugins are only looked for, so empty folders do.
 * What needs a download is not tested here.
 */
let folder: string;

beforeEach(() => {
    const path = pulumiEnvironment().PATH;
    folder = mkdtempSync(join(tmpdir(), "connect-cdc-released-"));
    vi.stubEnv("XDG_CACHE_HOME", join(folder, "cache"));
    vi.stubEnv("PULUMI_HOME", join(folder, "home"));
    vi.stubEnv("SETUP_PULUMI", undefined);
    vi.stubEnv("PATH", path);
    for (const plugin of ["docker-v5.2.0", "command-v1.2.1"]) {
        mkdirSync(join(folder, "home", "plugins", `resource-${plugin}`), { recursive: true });
    }
});

afterEach(() => {
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true });
});

test("a recent CLI on PATH with its plugins is used as it is, and that is remembered", async () => {
    const lines: string[] = [];
    expect(await ensurePulumi((line) => lines.push(line))).toEqual({ way: "release" });
    expect(rememberedPulumi()).toEqual({ way: "release" });
    expect(lines).toEqual([]);
});

test("the remembered way is taken again without running the CLI", async () => {
    await ensurePulumi(() => undefined);
    // were it asked for its version, it would be no good
    writeFileSync(join(folder, "pulumi"), "#!/bin/sh\nexit 1\n", { mode: 0o755 });
    vi.stubEnv("PATH", folder);
    expect(await ensurePulumi(() => undefined)).toEqual({ way: "release" });
});

test("a forced download that fails reports the reason, and nothing else is tried", async () => {
    vi.stubEnv("SETUP_PULUMI", "release");
    vi.stubEnv("PATH", folder);
    vi.stubGlobal("fetch", () => Promise.reject(new Error("fetch failed", { cause: new Error("no such host") })));
    try {
        await expect(ensurePulumi(() => undefined)).rejects.toThrow(
            "Pulumi's releases cannot be downloaded from https://get.pulumi.com (no such host).",
        );
    } finally {
        vi.unstubAllGlobals();
    }
    expect(rememberedPulumi()).toBeUndefined();
});
