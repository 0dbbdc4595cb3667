import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { checkInputs } from "../../../packages/connector/src/inputs/checkInputs";
import { CHECKOUT } from "../../../tools/project";
import { listedMessages, unsaidPieces } from "../../support/docs/troubleshooting";
import { recordResources, theResource } from "../../support/mocks";

const read = (...path: string[]) => readFileSync(join(CHECKOUT, ...path), "utf8");
const page = read("docs", "connector.md");
const component = read("packages", "connector", "src", "connector.ts");

/** The names in the first column of the table that begins with this heading. */
function rowsOf(heading: string): string[] {
    const table = page.split(new RegExp(`^\\| ${heading} +\\|`, "m"))[1]!.split("\n\n")[0]!;
    return [...table.matchAll(/^\| `(\w+)`/gm)].map(([, name]) => name!).sort();
}

function declaredIn(text: string, pattern: RegExp): string[] {
    return [...text.matchAll(pattern)].map(([, name]) => name!).sort();
}

describe("docs/connector.md", () => {
    it("lists every argument and every output of the class, and no others", () => {
        const args = component.split("export interface ConnectorArgs<")[1]!.split(/^}/m)[0]!;
        expect(rowsOf("argument")).toEqual(declaredIn(args, /^ {4}(\w+)\??: pulumi\.Input/gm));
        expect(rowsOf("output")).toEqual(declaredIn(component, /declare public readonly (\w+):/g));
    });

    it.each(["CapturedTables", "TableSnapshots", "Subject"])("lists every argument of %s, and no others", (name) => {
        const file = `${name[0]!.toLowerCase()}${name.slice(1)}.ts`;
        const args = declaredIn(read("packages", "connector", "src", file), /^ {4}(\w+)\??: pulumi\.Input/gm);
        expect(rowsOf(`argument of ${name}`)).toEqual([...new Set(args)]);
    });

    it("lists no message that no source contains", () => {
        const messages = listedMessages("Errors", "connector.md");
        expect(messages.length).toBeGreaterThan(30);
        const files = readdirSync(join(CHECKOUT, "packages/connector/src"), { recursive: true, encoding: "utf8" })
            .filter((name) => name.endsWith(".ts"))
            .map((name) => `packages/connector/src/${name}`);
        expect(unsaidPieces(messages, files)).toEqual([]);
    });

    it("shows the program that is type-checked beside it", () => {
        const program = read("docs", "foreignCluster.ts");
        expect(page).toContain(`\`\`\`ts\n${program}\`\`\``);
    });

    it("shows a program that declares a connector with valid arguments", async () => {
        vi.stubEnv("PULUMI_CONFIG", JSON.stringify({ "connect-cdc:secrets": '{"database":"d","rest":"r"}' }));
        const resources = await recordResources();
        const { topics } = await import("../../../docs/foreignCluster.js");
        await new Promise((resolve) => topics.apply(resolve));
        vi.unstubAllEnvs();
        const { inputs } = theResource(resources, "Connector", "orders");
        expect(inputs).toMatchObject({ secrets: { secret: { database: "d" } } });
        const plain = { ...inputs, secrets: inputs["secrets"].secret, auth: inputs["auth"].secret };
        expect(checkInputs(plain).problems).toEqual([]);
    });
});
