import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CHECKOUT } from "../../tools/project";
import { type DocBlock, hiddenCommands, pages, shellBlocks } from "../support/docs/docCommands";
import { DocWorkspace } from "../support/docs/docWorkspace";
import { sharedStack } from "../support/stack/sharedStack";

/** Commands that would end this run or its stack, with the test that runs them. */
const elsewhere: Record<string, string> = {
    "npm start": "test/stack/destroy.test.ts",
    "npm stop": "test/stack/destroy.test.ts",
    "npm test": ".ci/run",
};

const limitSeconds = 240;
const followMilliseconds = 2000;

describe.each(pages())("%s", (page) => {
    // What stops the whole stack has a test of its own: backup.test.ts
    const withSlow = process.env.SOAK !== undefined && page !== "docs/backup.md";
    const blocks = shellBlocks(page).filter(({ mode }) => withSlow || mode !== "slow");
    // Of its own for each page: what one sets in the stack file must not reach the next one's `up`.
    let workspace: DocWorkspace;
    beforeAll(() => {
        workspace = new DocWorkspace(sharedStack());
    });
    afterAll(() => workspace.remove());

    it("has its commands in blocks that this test runs", () => {
        expect(hiddenCommands(page)).toEqual([]);
    });

    it.each(blocks.map((block) => ({ name: `${block.page}:${block.line}`, block })))(
        "$name has its documented effect",
        async ({ block }) => {
            const { code, output } = await run(block, workspace);
            expect(code, `${block.commands}\n${output}`).toBe(block.mode === "fails" ? 1 : 0);
            if (block.mode === "follow") expect(output).not.toBe("");
        },
        limitSeconds * 1000,
    );
});

it("leaves out only what other tests run", () => {
    for (const [command, file] of Object.entries(elsewhere)) {
        expect(readFileSync(join(CHECKOUT, file), "utf8"), command).toContain(command);
    }
});

/** Runs a block as one script that ends at the first failure; what follows for ever is interrupted after its first output. */
function run({ commands, mode }: DocBlock, workspace: DocWorkspace): Promise<{ code: number | null; output: string }> {
    const script = workspace.adapt(
        commands
            .split("\n")
            .filter((line) => !isElsewhere(line))
            .join("\n"),
    );
    const child = spawn("bash", ["-euo", "pipefail", "-c", script], {
        cwd: workspace.folder,
        env: workspace.environment,
        stdio: ["ignore", "pipe", "pipe"],
        detached: true,
    });
    // Of a group of its own, so that npm and what it started are interrupted as a terminal does it.
    const interrupt = () => process.kill(-(child.pid as number), "SIGINT");
    let output = "";
    let timer: NodeJS.Timeout | undefined;
    const collect = (chunk: Buffer) => {
        output += chunk.toString();
        const isOwnOutput = /^(?!>|\s*$)/m.test(output);
        if (mode === "follow" && isOwnOutput) timer ??= setTimeout(interrupt, followMilliseconds);
    };
    child.stdout.on("data", collect);
    child.stderr.on("data", collect);
    return new Promise((resolve, reject) => {
        child.on("error", reject);
        child.on("close", (code, signal) => {
            clearTimeout(timer);
            // npm and its shell end by the signal that they were sent, also when the command itself ends well
            const isInterrupted = timer !== undefined && signal === "SIGINT";
            resolve({ code: isInterrupted ? 0 : code, output });
        });
    });
}

function isElsewhere(line: string): boolean {
    const command = line.split("#")[0]?.trim() ?? "";
    return command in elsewhere;
}
