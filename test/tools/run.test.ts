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
    const purposes = { "say:args": "Print arguments", fail: "Throw an Error", bug: "Throw a TypeError" };
    writeFileSync(join(clone, "cli/purposes.json"), JSON.stringify(purposes));
    const write = (name: string, chain: string) => {
        const code = `import { Command } from "@commander-js/extra-typings";\nexport const command = new Command()${chain};\n`;
        writeFileSync(join(clone, "cli/commands", name), code);
    };
    write(
        "sayArgs.ts",
        '.argument("[words...]").option("--stack <name>").action((words) => { console.log(words.join("+")); process.exitCode = 7; })',
    );
    write("fail.ts", '.action(() => { throw new Error("the disk is full: delete something"); })');
    write("bug.ts", ".action(() => (undefined as unknown as string).length)");
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

test("the list of commands is printed before anything is installed", async () => {
    const list =
        /^Commands:\n {2}npm run say:args {2}Print arguments\n {2}npm run fail {6}Throw an Error\n[^]*npm run <command> -- --help\n$/;
    const { code, stdout } = await run("--help");
    expect(code).toBe(0);
    expect(stdout).toMatch(list);
    const unknown = await run("strat");
    expect(unknown.code).toBe(1);
    expect(unknown.stderr).toBe(`command "strat" not found\n\n${stdout}`);
    expect((await run()).stderr).toBe(`no command given\n\n${stdout}`);
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

test("a command prints nothing else when the packages are installed", async () => {
    expect(await run("say:args", "x")).toEqual({ code: 7, stdout: "x\n", stderr: "" });
});

test("an error is one clear message; only a bug shows its stack", async () => {
    expect(await run("fail")).toEqual({ code: 1, stdout: "", stderr: "the disk is full: delete something\n" });
    expect(await run("say:args", "--stak")).toEqual({
        code: 1,
        stdout: "",
        stderr:
            "error: unknown option '--stak'\n(Did you mean --stack?)\n" +
            "Print all options: npm run say:args -- --help\n",
    });
    const { code, stderr } = await run("bug");
    expect(code).toBe(1);
    expect(stderr).toMatch(/TypeError: .*\n\s+at .*bug\.ts/);
});

test("--help prints usage, purpose and options", async () => {
    const { code, stdout } = await run("say:args", "--help");
    expect(code).toBe(0);
    expect(stdout).toMatch(
        /^Usage: npm run say:args -- \[options\] \[words\.\.\.\]\n\nPrint arguments\n\n[^]*--stack <name>/,
    );
});

test("packages that differ from the lock file are installed again", { timeout: INSTALLATION }, async () => {
    rmSync(join(clone, "node_modules/.package-lock.json"));
    expect((await run("say:args")).stderr).toMatch(/npm packages: installed in/);
});
