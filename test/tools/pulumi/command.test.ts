import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { PulumiProgram } from "./pulumiProgram";

let program: PulumiProgram;

beforeAll(async () => {
    program = await PulumiProgram.create();
});

afterAll(() => program.close());

function command(args: Record<string, unknown>): string {
    return `
const it = new command.local.Command("it", ${JSON.stringify({ dir: program.folder, logging: "none", ...args })});
export const stdout = it.stdout;`;
}

const base = {
    create: "echo created $X",
    update: 'echo "updated after $PULUMI_COMMAND_STDOUT"',
    delete: "echo $X >> deleted",
};

test("commands run when the resource is created, updated, replaced and deleted", async () => {
    expect((await program.up(command({ ...base, environment: { X: "1" }, triggers: ["a"] }))).steps).toEqual({
        it: "create",
    });
    expect(await program.output("stdout")).toBe("created 1");

    expect((await program.run("preview")).steps).toEqual({});
    expect((await program.up(command({ ...base, environment: { X: "2" }, triggers: ["a"] }))).steps).toEqual({
        it: "update",
    });
    expect(await program.output("stdout")).toBe("updated after created 1");

    const replaced = await program.up(command({ ...base, environment: { X: "3" }, triggers: ["b"] }));
    expect(replaced.steps).toEqual({ it: "create-replacement" });
    expect(await program.output("stdout")).toBe("created 3");
    expect(readFileSync(join(program.folder, "deleted"), "utf8")).toBe("2\n");

    await program.up("");
    expect(readFileSync(join(program.folder, "deleted"), "utf8")).toBe("2\n3\n");
});

test("a command that fails shows what it wrote", async () => {
    const outcome = await program.up(command({ create: "echo it went wrong >&2; exit 7" }));
    expect(outcome.ok).toBe(false);
    expect(outcome.messages).toContain("exit status 7");
    expect(outcome.messages).toContain("it went wrong");
});

test("output of a command with a secret is a secret", async () => {
    const value = "plugtest-secret-value";
    const outcome = await program.up(`
new command.local.Command("it", { create: "cat", stdin: pulumi.secret("${value}"), logging: "none" });`);
    expect(outcome.ok).toBe(true);
    expect(program.state()).not.toContain(value);
});

test("run runs in previews too, with its input, and is not run by anything else", async () => {
    program.write(`
export const stdout = command.local.runOutput({
    command: "tee ran", stdin: "some input", dir: "${program.folder}", logging: "none",
}).stdout;`);
    expect((await program.run("preview")).ok).toBe(true);
    expect(existsSync(join(program.folder, "ran"))).toBe(true);
    await program.run("up", "--yes", "--skip-preview");
    expect(await program.output("stdout")).toBe("some input");
});

test("a missing folder is named", async () => {
    const outcome = await program.up(command({ dir: "/no/such/folder", create: "true" }));
    expect(outcome.messages).toContain("dir /no/such/folder of the command does not exist");
});
