import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { CHECKOUT } from "../../../cli/stack/target";
import { listedMessages, unsaidPieces } from "../../support/troubleshooting";

const CHECKS = ["config", "config/checks"].flatMap((folder) =>
    readdirSync(join(CHECKOUT, folder))
        .filter((name) => name.endsWith(".ts"))
        .map((name) => `${folder}/${name}`),
);

describe("docs/troubleshooting.md lists no message that nothing says", () => {
    it.each([
        ["Config faults", [...CHECKS, "packages/connector/src/postgres/capturedTables.ts"]],
        [
            "This machine is not ready",
            [
                ...["preflight.ts", "prepare.ts", "sshEngine.ts", "scaling.ts"].map((name) => `preflight/${name}`),
                "images/staging/client.ts",
            ],
        ],
        ["The CLI's errors", ["explainCliFailure.ts", "recover.ts"].map((name) => `cli/stack/${name}`)],
    ])("%s", (section, files) => {
        const messages = listedMessages(section);
        expect(messages.length).toBeGreaterThan(8);
        expect(unsaidPieces(messages, files)).toEqual([]);
    });
});
