import { HANDED_ON_BY_CONNECT, HANDED_ON_BY_CONNECTORS } from "../checks/unknownKeys";
import type { ClassDefinition, SettingDefinition } from "./definitions";

const NUMBERS = ["SHORT", "INT", "LONG", "DOUBLE"];
/** Length of a line of documentation. */
const WIDTH = 110;

/**
 * The text of a TypeScript file with the types of a connector class: an interface for `new Connector<...>`, and one of its
 * settings.
 *
 * @param name name of the interface. Default: of the class, see {@link typeName}.
 */
export function renderTypes(definition: ClassDefinition, name = typeName(definition.class)): string {
    const { class: connectorClass, version, settings } = definition;
    const members = settings.map(renderSetting);
    const open = [
        ...HANDED_ON_BY_CONNECT,
        ...HANDED_ON_BY_CONNECTORS.filter((beginning) => !isKnown(beginning, settings)),
    ];
    const text = [
        `/** ${[connectorClass, version].filter(Boolean).join(" ")}: \`new Connector<${name}>(...)\`. */`,
        `export interface ${name} {`,
        `    class: ${JSON.stringify(connectorClass)};`,
        `    config: ${name}Config;`,
        "}",
        "",
        `/** Settings of ${connectorClass}. */`,
        `export interface ${name}Config {`,
        ...members,
        "    // Settings that are handed on",
        ...open.map((beginning) => `    [setting: \`${beginning}\${string}\`]: AnySetting | undefined;`),
        "}",
        "",
    ].join("\n");
    const used = ["AnySetting", "BooleanSetting", "NumberSetting", "OneOf", "Recommended", "TextSetting"].filter(
        (type) => new RegExp(`: ${type}\\b`).test(text),
    );
    return [
        "// Written by connector-types. Do not edit it: write it again when the plugin has another version.",
        `import type { ${used.join(", ")} } from "@connect-cdc/connector";`,
        "",
        text,
    ].join("\n");
}

/** `io.debezium.connector.postgresql.PostgresConnector` becomes `DebeziumPostgres`. */
export function typeName(connectorClass: string): string {
    const parts = connectorClass.split(".");
    const vendor = parts.length > 2 ? parts[1]! : "";
    const simple = parts.at(-1)!.replace(/Connector$/, "");
    return `${vendor.charAt(0).toUpperCase()}${vendor.slice(1)}${simple}`.replace(/\W/g, "");
}

function isKnown(beginning: string, settings: SettingDefinition[]): boolean {
    return settings.some(({ name }) => name.startsWith(beginning));
}

function renderSetting(setting: SettingDefinition): string {
    const { name, type, required } = setting;
    const comment = commentOf(docOf(setting));
    if (name.includes("(")) {
        const pattern = name.replace(/\([^)]*\)/g, "${string}");
        return `${comment}    [setting: \`${pattern}\`]: AnySetting | undefined;`;
    }
    // A password may be in sensitiveConfig instead
    const mark = required && type !== "PASSWORD" ? "" : "?";
    return `${comment}    ${JSON.stringify(name)}${mark}: ${typeOf(setting)};`;
}

function typeOf({ type, validValues = [], recommendedValues = [] }: SettingDefinition): string {
    const union = (values: string[]) => values.map((value) => JSON.stringify(value)).join(" | ");
    if (NUMBERS.includes(type)) return "NumberSetting";
    if (type === "BOOLEAN") return "BooleanSetting";
    if (type === "STRING" && validValues.length > 0) return `OneOf<${union(validValues)}>`;
    if (type === "STRING" && recommendedValues.length > 0) return `Recommended<${union(recommendedValues)}>`;
    return "TextSetting";
}

function docOf(setting: SettingDefinition): string[] {
    const { documentation = "", type, required, validValues, recommendedValues = [] } = setting;
    const values = validValues ?? recommendedValues;
    const facts = [
        ...(required ? ["Required."] : []),
        ...(type === "LIST" ? ["A list with commas between its elements."] : []),
        ...(type === "PASSWORD" ? ["A password: write a reference, or put it into `sensitiveConfig`."] : []),
        ...(type === "LIST" && values.length > 0 ? [`Values: ${values.join(", ")}.`] : []),
        ...(setting.default ? [`Default: \`${setting.default}\`.`] : []),
    ];
    const paragraphs = [documentation.replace(/\s+/g, " ").trim(), facts.join(" ")].filter((one) => one !== "");
    return paragraphs.flatMap((paragraph, i) => [
        ...(i > 0 ? [""] : []),
        ...wrapped(paragraph.replaceAll("*/", "*\\/")),
    ]);
}

function commentOf(lines: string[]): string {
    if (lines.length === 0) return "";
    if (lines.length === 1) return `    /** ${lines[0]} */\n`;
    return ["    /**", ...lines.map((line) => `     * ${line}`.trimEnd()), "     */", ""].join("\n");
}

function wrapped(text: string): string[] {
    const lines: string[] = [];
    for (const word of text.split(" ")) {
        const last = lines.at(-1);
        if (last !== undefined && last.length + word.length < WIDTH) lines[lines.length - 1] = `${last} ${word}`;
        else lines.push(word);
    }
    return lines;
}
