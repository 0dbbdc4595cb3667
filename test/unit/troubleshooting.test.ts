import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { CHECKOUT } from "../../toolchain/stack/target";
import { listedMessages, unsaidPieces } from "../support/troubleshooting";

const CHECKS = readdirSync(join(CHECKOUT, "configChecks")).map((name) => `configChecks/${name}`);

describe("docs/troubleshooting.md lists no message that nothing says", () => {
    it.each([
        ["Config faults", [...CHECKS, "config.ts", "packages/connector/src/postgres/capturedTables.ts"]],
        [
            "This machine is not ready",
            ["preflight.ts", "index.ts", "probes/sshEngine.ts", "probes/scaling.ts", "components/image.ts"],
        ],
        ["The CLI's errors", ["explainCliFailure.ts", "recover.ts"].map((name) => `toolchain/stack/${name}`)],
    ])("%s", (section, files) => {
        const messages = listedMessages(section);
        expect(messages.length).toBeGreaterThan(8);
        expect(unsaidPieces(messages, files)).toEqual([]);
    });
});
