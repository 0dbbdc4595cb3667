import { readFileSync } from "node:fs";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { configReference } from "../../../cli/configReference";
import { defaults } from "../../../config/defaults";

describe("docs/config.md", () => {
    it("is generated from the schema; if this fails, run: npm run docs", () => {
        const page = readFileSync(path.join(__dirname, "../../../docs/config.md"), "utf8");
        expect(page).toBe(configReference());
    });

    it("has every key with a default, and a meaning for each", () => {
        const page = configReference();
        for (const [name, section] of Object.entries(defaults)) {
            expect(page).toContain(`## ${name}\n`);
            if (name === "hosts" || name === "connectors") continue;
            for (const key of Object.keys(section)) {
                expect(page).toMatch(new RegExp(`\\| \`${key}\` \\| .+ \\| .+ \\|`));
            }
        }
    });
});
