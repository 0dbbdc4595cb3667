import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { CHECKOUT } from "../../toolchain/stack/target";
import { listedMessages } from "../support/troubleshooting";

const CHECKS = readdirSync(join(CHECKOUT, "configChecks")).map((name) => `configChecks/${name}`);

/** Source text with its concatenations joined, so that a message stands in one piece. */
function sourceOf(files: string[]): string {
    const text = files.map((file) => readFileSync(join(CHECKOUT, file), "utf8")).join("\n");
    return text.replaceAll(/["`] \+\s*["`]/g, "").replaceAll(/\\(["`])/g, "$1");
}

describe("docs/troubleshooting.md lists no message that nothing says", () => {
    it.each([
        ["Config faults", [...CHECKS, "config.ts"]],
        ["This machine is not ready", ["preflight.ts", "index.ts", "probes/sshEngine.ts", "components/image.ts"]],
        ["The CLI's errors", ["toolchain/stack/explainCliFailure.ts"]],
    ])("%s", (section, files) => {
        const source = sourceOf(files);
        const messages = listedMessages(section);
        expect(messages.length).toBeGreaterThan(8);
        const pieces = messages.flatMap((message) => message.split(/<\w+>|[(:)]/)).map((piece) => piece.trim());
        expect(pieces.filter((piece) => !source.includes(piece))).toEqual([]);
    });
});
