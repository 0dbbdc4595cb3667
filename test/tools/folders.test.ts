import { mkdtempSync, rmSync, statSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { stateFolder as packageStateFolder } from "../../packages/connector/src/stateFolder";
import { cacheFolder, stateFolder } from "../../tools/folders";

let folder: string;

beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "connect-cdc-folders-"));
    vi.stubEnv("XDG_CACHE_HOME", join(folder, "cache"));
    vi.stubEnv("XDG_STATE_HOME", join(folder, "state"));
});

afterEach(() => {
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true });
});

test("folders are in the XDG folders and are created", () => {
    expect(cacheFolder("a", "b")).toBe(join(folder, "cache", "connect-cdc", "a", "b"));
    expect(statSync(cacheFolder("a", "b")).isDirectory()).toBe(true);
    expect(stateFolder("c")).toBe(join(folder, "state", "connect-cdc", "c"));
});

test("only the owner can read state", () => {
    const inner = stateFolder("pulumi");
    expect(statSync(inner).mode & 0o777).toBe(0o700);
    expect(statSync(join(inner, "..")).mode & 0o777).toBe(0o700);
});

test("a relative XDG folder is ignored, as the specification requires", () => {
    vi.stubEnv("XDG_CACHE_HOME", "relative");
    expect(cacheFolder()).toBe(join(homedir(), ".cache", "connect-cdc"));
});

test("the connector package keeps its state in the same folder", () => {
    expect(packageStateFolder("offsets")).toBe(stateFolder("offsets"));
    vi.stubEnv("XDG_STATE_HOME", "relative");
    expect(packageStateFolder("offsets")).toBe(join(homedir(), ".local/state", "connect-cdc", "offsets"));
});
