import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ROOMS } from "../../tools/checks/rooms";

const CHECKOUT = resolve(__dirname, "../..");
const CONFIGS = ["eslint.config.ts", "tsconfig.json", ".oxlintrc.json", "tools/checks/rooms.ts"];

/** A small checkout with the linters' own configs. */
let checkout: string;
/** Rules that each file breaks, by the file's path. */
let broken: Record<string, string[]>;

const FILES = {
    "status/findings.ts": `import { ping } from "../servers/ping";\nexport const found = [ping];\n`,
    "servers/ping.ts": `import { readFileSync } from "node:fs";\nexport const ping = () => readFileSync("x");\n`,
    // Each of the following files breaks one rule
    "servers/upward.ts": `import { found } from "../status/findings";\nexport const upward = () => found;\n`,
    "servers/later.ts": `export const later = () => import("../status/findings.js");\n`,
    "docker/foreign.ts": `import pg from "pg";\nexport const foreign = () => pg;\n`,
    "components/render/foreign.ts": `import axios from "axios";\nexport const foreign = () => axios;\n`,
    "bench/stray.ts": `import { load } from "../config/load";\nexport const stray = load;\n`,
    "config/load.ts": `export const load = () => 1;\n`,
    "elsewhere/stray.ts": `export const stray = () => 1;\n`,
    "cli/spawn.ts": `export const script = () => "../status/findings.ts";\n`,
    "cli/joined.ts": `import { join } from "node:path";\nexport const joined = () => join(__dirname, "..", "servers");\n`,
    "tools/command.ts": "export const command = (name: string) => `servers/${name}.ts`;\n",
    "components/environment.ts": `export const home = () => process.env.HOME;\n`,
    "tools/braces.ts": `export function braces(x: number): number {\n    if (x > 1)\n        return 1;\n    return 2;\n}\n`,
    "tools/order.ts": `import { join } from "node:path";\nimport { readFileSync } from "node:fs";\nexport const order = () => [join, readFileSync];\n`,
    "tools/naming.ts": `export const limitSeconds = 5;\n`,
    "status/circleA.ts": `import type { B } from "./circleB";\nexport interface A {\n    b?: B;\n}\n`,
    "status/circleB.ts": `import type { A } from "./circleA";\nexport interface B {\n    a?: A;\n}\n`,
};

beforeAll(() => {
    checkout = mkdtempSync(join(tmpdir(), "connect-cdc-lint-"));
    const put = (file: string, write: (path: string) => void) => {
        mkdirSync(dirname(join(checkout, file)), { recursive: true });
        write(join(checkout, file));
    };
    for (const file of CONFIGS) put(file, (path) => copyFileSync(join(CHECKOUT, file), path));
    for (const [file, text] of Object.entries(FILES)) put(file, (path) => writeFileSync(path, text));
    symlinkSync(join(CHECKOUT, "node_modules"), join(checkout, "node_modules"));
    broken = { ...eslint(), ...circles() };
});

afterAll(() => rmSync(checkout, { recursive: true }));

function run(script: string, ...args: string[]): string {
    const { stdout, stderr, status } = spawnSync(
        process.execPath,
        [join(CHECKOUT, "node_modules", script), ...args, "."],
        { cwd: checkout, encoding: "utf8", maxBuffer: 50 * 1024 * 1024 },
    );
    if (status !== 1) throw new Error(`${script} ended with ${status}:\n${stdout}${stderr}`);
    return stdout;
}

function eslint(): Record<string, string[]> {
    const results = JSON.parse(run("eslint/bin/eslint.js", "--format=json")) as {
        filePath: string;
        messages: { ruleId: string }[];
    }[];
    return Object.fromEntries(
        results
            .filter(({ messages }) => messages.length > 0)
            .map(({ filePath, messages }) => [
                relative(checkout, filePath),
                [...new Set(messages.map(({ ruleId }) => ruleId))],
            ]),
    );
}

function circles(): Record<string, string[]> {
    const { diagnostics } = JSON.parse(run("oxlint/bin/oxlint", "--format=json")) as {
        diagnostics: { filename: string; code: string }[];
    };
    return Object.fromEntries(diagnostics.map(({ filename, code }) => [filename, [code]]));
}

describe("npm run lint refuses", () => {
    it.each([
        ["an import that the table of rooms does not allow", "servers/upward.ts", "boundaries/element-types"],
        ["such an import inside a function", "servers/later.ts", "boundaries/element-types"],
        ["such an import in bench/", "bench/stray.ts", "boundaries/element-types"],
        ["a package that a room may not import", "docker/foreign.ts", "boundaries/external"],
        ["any package in a room of pure functions", "components/render/foreign.ts", "boundaries/external"],
        ["a file in no room", "elsewhere/stray.ts", "boundaries/no-unknown-files"],
        ["a path of a room in a string", "cli/spawn.ts", "no-restricted-syntax"],
        ["a path of a room in parts", "cli/joined.ts", "no-restricted-syntax"],
        ["a path of a room in a template", "tools/command.ts", "no-restricted-syntax"],
        ["process.env in a component", "components/environment.ts", "no-restricted-properties"],
        ["a statement without braces on a line of its own", "tools/braces.ts", "curly"],
        ["imports out of order", "tools/order.ts", "perfectionist/sort-imports"],
        ["a constant in lower case", "tools/naming.ts", "@typescript-eslint/naming-convention"],
        ["a circle of imports, of types, too", "status/circleA.ts", "import(no-cycle)"],
    ])("%s", (_what, file, rule) => {
        expect(broken[file]).toEqual([rule]);
    });

    it("nothing else", () => {
        const right = ["config/load.ts", "servers/ping.ts", "status/findings.ts", "tools/checks/rooms.ts"];
        for (const file of right) expect(broken[file]).toBeUndefined();
    });
});

it("every room of the table has files", () => {
    for (const { files } of Object.values(ROOMS)) expect(files.flatMap((glob) => listed(glob))).not.toEqual([]);
});

function listed(glob: string): string[] {
    const { stdout } = spawnSync("git", ["ls-files", `:(glob)${glob.replace(/\{.*$/, "**")}`], {
        cwd: CHECKOUT,
        encoding: "utf8",
    });
    return stdout.split("\n").filter((line) => line !== "");
}
