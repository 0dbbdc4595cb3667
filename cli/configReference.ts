import { z } from "zod";
import { defaults } from "../config/defaults";
import { schema } from "../config/schema";

interface Described {
    description?: string;
    type?: string;
    properties?: Record<string, Described>;
}

/** The reference of the stack config as Markdown, generated from schema and defaults. */
export function configReference(): string {
    const sections = (z.toJSONSchema(schema) as Described).properties!;
    return [
        "# Stack config",
        "",
        "Every key of `Pulumi.<stack>.yaml`, in the namespace `connect-cdc`. This page is generated from the schema in",
        "`config/` by `npm run docs`. Objects are merged deeply over the defaults, lists replace, `null` removes.",
        "",
        ...Object.entries(sections).flatMap(([name, section]) => sectionText(name, section)),
        "## secrets",
        "",
        "Secret values by name: `pulumi config set --secret --path 'secrets.<name>'`. All other sections refer to a secret by",
        "`{secret: <name>}`. Passwords of the stack's own servers are generated if they are not set.",
        "",
    ].join("\n");
}

function sectionText(name: string, section: Described): string[] {
    const values = (defaults as Record<string, Record<string, unknown>>)[name]!;
    const intro = section.description ? [section.description, ""] : [];
    const rows = Object.entries(section.properties ?? {}).map(
        ([key, { description = "" }]) => `| \`${key}\` | ${inline(values[key])} | ${description} |`,
    );
    const table =
        rows.length > 0 ? ["| key | default | meaning |", "| --- | --- | --- |", ...rows] : entriesText(name, values);
    return [`## ${name}`, "", ...intro, ...table, ""];
}

/** A section whose keys are names: the fields of an entry, and the default entries. */
function entriesText(name: string, values: Record<string, unknown>): string[] {
    const section = (z.toJSONSchema(schema) as { properties: Record<string, { additionalProperties: Described }> })
        .properties[name]!;
    const fields = Object.entries(section.additionalProperties.properties ?? {});
    return [
        "| key of an entry | meaning |",
        "| --- | --- |",
        ...fields.map(([key, { description = "" }]) => `| \`${key}\` | ${description} |`),
        "",
        "By default:",
        "",
        "```json",
        JSON.stringify(values, null, 4),
        "```",
    ];
}

function inline(value: unknown): string {
    return value === undefined ? "" : `\`${JSON.stringify(value)}\``;
}
