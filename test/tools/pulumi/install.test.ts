import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { installPlugins } from "@connect-cdc/pulumi-from-registries";
import { afterEach, beforeEach, expect, test } from "vitest";
import { buildOnce } from "../../../packages/pulumi-from-registries/src/buildOnce";
import { digestOf } from "../../../packages/pulumi-from-registries/src/digest";
import { isSelfUpdating } from "../../../packages/pulumi-from-registries/src/go";
import { toNanoseconds } from "../../../packages/pulumi-from-registries/src/plugins/docker/container/duration";
import { logToStderr } from "../../../tools/log";
import { CHECKOUT } from "../../../tools/project";
import { registriesOptions } from "../../../tools/setup/pulumi";

let folder: string;

beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "cdc-plugtest-"));
});

afterEach(() => rmSync(folder, { recursive: true }));

test("a folder appears with its whole content, built once", async () => {
    const target = join(folder, "built");
    let builds = 0;
    const build = async (unfinished: string) => {
        builds += 1;
        expect(existsSync(target)).toBe(false);
        writeFileSync(join(unfinished, "file"), "");
    };
    await buildOnce(target, build);
    await buildOnce(target, build);
    expect(builds).toBe(1);
    expect(readdirSync(folder)).toEqual(["built"]);
});

test("a failed or killed build leaves nothing", async () => {
    const target = join(folder, "built");
    const dead = execFileSync(process.execPath, ["-p", "process.pid"]).toString().trim();
    mkdirSync(`${target}.${dead}.tmp`);
    await expect(buildOnce(target, () => Promise.reject(new Error("no")))).rejects.toThrow("no");
    expect(readdirSync(folder)).toEqual([]);
});

test("two builds at the same time both use the first result", async () => {
    const target = join(folder, "built");
    const other = () => mkdirSync(target);
    await buildOnce(target, async (unfinished) => {
        writeFileSync(join(unfinished, "file"), "");
        other();
        writeFileSync(join(target, "theirs"), "");
    });
    expect(readdirSync(target)).toEqual(["theirs"]);
});

test("a digest depends on names and contents, not on the parent folder", () => {
    const make = (root: string, content: string) => {
        mkdirSync(join(folder, root, "sub"), { recursive: true });
        writeFileSync(join(folder, root, "sub", "file"), content);
        return digestOf([join(folder, root, "sub")], "value");
    };
    expect(make("a", "1")).toBe(make("b", "1"));
    expect(make("a", "2")).not.toBe(make("b", "1"));
});

test("the installed versions are those of the SDKs in package.json", async () => {
    const { dependencies } = JSON.parse(readFileSync(join(CHECKOUT, "package.json"), "utf8")) as {
        dependencies: Record<string, string>;
    };
    const plugins = readdirSync(join(await installPlugins(registriesOptions(logToStderr)), "plugins"));
    const wanted = ["command", "docker"].map((name) => `resource-${name}-v${dependencies[`@pulumi/${name}`]}`);
    expect(plugins.sort()).toEqual(wanted);
    const module = readFileSync(join(CHECKOUT, "packages/pulumi-from-registries/cli/go.mod"), "utf8");
    expect(module).toContain(`pulumi/pkg/v3 v${dependencies["@pulumi/pulumi"]}`);
});

test("a second installation does nothing", async () => {
    const home = await installPlugins(registriesOptions(logToStderr));
    const lines: string[] = [];
    const started = performance.now();
    expect(await installPlugins(registriesOptions((line) => lines.push(line)))).toBe(home);
    expect(lines).toEqual([]);
    expect(performance.now() - started).toBeLessThan(500);
});

test.each(["docker-v5.2.0", "command-v1.2.1"])(
    "plugin %s needs no node_modules and ends with its engine",
    async (name) => {
        const plugin = `pulumi-resource-${name.split("-")[0]}`;
        const executable = join(
            await installPlugins(registriesOptions(logToStderr)),
            "plugins",
            `resource-${name}`,
            plugin,
        );
        const child = spawn(executable, ["127.0.0.1:1"], { cwd: folder, stdio: ["pipe", "pipe", "inherit"] });
        const port = await new Promise<string>((resolve) => child.stdout.once("data", (text) => resolve(String(text))));
        expect(Number(port)).toBeGreaterThan(0);
        const ended = new Promise((resolve) => child.once("exit", resolve));
        child.stdin.destroy();
        expect(await ended).toBe(0);
    },
);

test.each([
    ["go1.19.8", false],
    ["go1.21.0", true],
    ["go1.26.8", true],
    ["go2.0", true],
])("%s fetches newer versions by itself: %s", (version, expected) => {
    expect(isSelfUpdating(version)).toBe(expected);
});

test.each([
    ["1s", 1e9],
    ["1m30s", 90e9],
    ["500ms", 5e8],
    ["1.5h", 5400e9],
    ["0", 0],
    [undefined, 0],
])("the duration %s is %d ns", (text, expected) => {
    expect(toNanoseconds(text)).toBe(expected);
});
