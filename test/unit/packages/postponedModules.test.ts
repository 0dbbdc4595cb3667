import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { CHECKOUT } from "../../../tools/project";

/** Runs a script in a process of its own. @returns what it prints, line by line. */
function run(script: string): string[] {
    const begin = `
const { postponeModules } = require("@connect-cdc/pulumi-from-registries/postponed-modules");
postponeModules(require);
const pulumi = require("@pulumi/pulumi");
`;
    const output = execFileSync(process.execPath, ["--no-warnings", "-e", begin + script], {
        cwd: CHECKOUT,
        encoding: "utf8",
    });
    return output.trim().split("\n");
}

test("the SDK starts without TypeScript and npm's dependency tree", () => {
    const files = `Object.keys(require.cache).map((file) => file.replace(/.*node_modules\\//, ""))`;
    const found = run(`
console.log(${files}.filter((file) => /^(typescript|pacote|@npmcli\\/metavuln-calculator)\\//.test(file)).length);
console.log(${files}.some((file) => file.startsWith("@pulumi/pulumi/")));`);
    expect(found).toEqual(["0", "true"]);
});

test("the SDK has both when it serialises a function", () => {
    const [version, text] = run(`
const { default: arborist, Arborist } = require(require.resolve("@npmcli/arborist"));
console.log(require("@pulumi/pulumi/typescript-shim").version, typeof arborist.Arborist, typeof Arborist);
const answer = 42;
pulumi.runtime.serializeFunction(() => answer).then(({ text }) => console.log(text.replaceAll(/\\s+/g, " ")));`);
    expect(version).toMatch(/^\d+\.\d+\.\d+ function function$/);
    expect(text).toMatch(/answer: 42.* return \(\) => answer;/);
});
