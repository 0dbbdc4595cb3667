import { spawn } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { CHECKOUT } from "../../tools/project";

/** Milliseconds; the packages may have to be downloaded first. */
const INSTALLATION = 300_000;
const LAUNCHER = [
    "cli/run.js",
    ...["dependencies.js", "packages.js", "processLock.js"].map((file) => join("tools", file)),
];
const INSTALLED = [".npmrc", "package.json", "package-lock.json", "tsconfig.json", "packages"];

/** A clone on which nothing has run yet, with three small commands of its own. */
let clone: string;

beforeAll(() => {
    clone = mkdtempSync(join(tmpdir(), "connect-cdc clone-"));
    for (const file of [...INSTALLED, ...LAUNCHER]) {
        const filter = (source: string) => basename(source) !== "dist";
        cpSync(join(CHECKOUT, file), join(clone, file), { recursive: true, filter });
    }
    mkdirSync(join(clone, "cli", "commands"));
    const write = (name: string, code: string) => writeFileSync(join(clone, "cli/commands", name), code);
    write("sayArgs.ts", 'export default async (args: string[]) => { console.log(args.join("+")); return 7; };\n');
    write("fail.ts", 'export default () => { throw new Error("the disk is full: delete something"); };\n');
    write(
        "options.ts",
        'import { parseArgs } from "node:util";\nexport default (args: string[]) => void parseArgs({ args });\n',
    );
    write("bug.ts", "export default (args: string[]) => (undefined as unknown as string).length;\n");
});

afterAll(() => rmSync(clone, { recursive: true }));

function run(...args: string[]): Promise<{ code: number | null; stdout: string; stderr: string }> {
    return new Promise((done) => {
        const child = spawn(process.execPath, [join(clone, "cli/run.js"), ...args], { cwd: tmpdir() });
        let stdout = "";
        let stderr = "";
        child.stdout.on("data", (text) => (stdout += text));
        child.stderr.on("data", (text) => (stderr += text));
        child.once("close", (code) => done({ code, stdout, stderr }));
    });
}

test("an unknown command lists the commands, before anything is installed", async () => {
    const { code, stderr } = await run("strat");
    expect(code).toBe(1);
    expect(stderr.trim()).toBe('There is no command "strat". The commands are: bug, fail, options, say:args.');
    expect((await run()).stderr).toContain("No command given.");
});

test(
    "two commands at once on a fresh clone install the packages once, and both run",
    { timeout: INSTALLATION },
    async () => {
        const results = await Promise.all([run("say:args", "a", "b c"), run("say:args", "a", "b c")]);
        for (const { code, stdout } of results) {
            expect(stdout).toBe("a+b c\n");
            expect(code).toBe(7);
        }
        const progress = results.map(({ stderr }) => stderr).join("");
        expect(progress.match(/npm packages: installed in \d+\.\d s/g)).toHaveLength(1);
        expect(progress.match(/packages\/connector: compiled in \d+\.\d s/g)).toHaveLength(1);
        expect(progress).toMatch(/waiting for process \d+/);
    },
);

test("when the packages are there, a command says nothing of its own", async () => {
    expect(await run("say:args", "x")).toEqual({ code: 7, stdout: "x\n", stderr: "" });
});

test("an error is one clear message; only a fault of our own shows its stack", async () => {
    expect(await run("fail")).toEqual({ code: 1, stdout: "", stderr: "the disk is full: delete something\n" });
    expect((await run("options", "--stak")).stderr).toMatch(/^Unknown option '--stak'.*\n$/);
    const { code, stderr } = await run("bug");
    expect(code).toBe(1);
    expect(stderr).toMatch(/TypeError: .*\n\s+at .*bug\.ts/);
});

test("packages that differ from the lock file are installed again", { timeout: INSTALLATION }, async () => {
    rmSync(join(clone, "node_modules/.package-lock.json"));
    expect((await run("say:args")).stderr).toMatch(/npm packages: installed in/);
});
