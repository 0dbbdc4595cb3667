import { isObject } from "@connect-cdc/connector/checks";
import { ExactNumber, parseExact } from "@connect-cdc/connector/client";
import { type Document, isScalar, parseDocument, Scalar } from "yaml";
import type { Problem } from "./problem";

/**
 * Raw settings are text for a server or a connector, but a number without quotes comes through YAML and JSON, which keep its
 * value, not its text: `1.10` becomes 1.1, `007` becomes 7, and 9223372036854775807 becomes 9223372036854776000.
 *
 * @param section top-level key of the config.
 * @param json the section as Pulumi passes it.
 * @param stackFile text of the stack's config file; undefined where there is none.
 * @param project name of the Pulumi project, the prefix of keys in the file.
 * @returns a problem for each raw setting whose text would change.
 */
export function changedNumbers(
    section: string,
    json: string,
    stackFile: string | undefined,
    project: string,
): Problem[] {
    const document = stackFile === undefined ? undefined : parseDocument(stackFile);
    return rawSettings(section, parseExact(json)).flatMap(([keys, value]) => {
        if (typeof value !== "number" && !(value instanceof ExactNumber)) return [];
        const passed = String(value);
        const written = writtenNumber(document, ["config", `${project}:${section}`, ...keys], passed) ?? passed;
        const number = Number(passed);
        if (written === String(number)) return [];
        return [
            {
                path: [section, ...keys].join("."),
                value: number,
                rule: `is a number that was written as ${written}`,
                remedy: `write it in quotes, "${written}", or as ${number}`,
            },
        ];
    });
}

/** Settings of `config` of a role or of a connector, by their path below the section. */
function rawSettings(section: string, value: unknown): [keys: string[], value: unknown][] {
    const owners = section === "connectors" ? entriesOf(value) : [[undefined, value] as const];
    return owners.flatMap(([name, owner]) =>
        entriesOf(isObject(owner) ? owner["config"] : undefined).map(([key, setting]): [string[], unknown] => [
            [...(name === undefined ? [] : [name]), "config", key],
            setting,
        ]),
    );
}

function entriesOf(value: unknown): [string, unknown][] {
    return isObject(value) ? Object.entries(value) : [];
}

/** The text of a number in the stack file; undefined where the file has no number of this value there. */
function writtenNumber(document: Document | undefined, path: string[], passed: string): string | undefined {
    const node = document?.getIn(path, true);
    if (!isScalar(node) || node.type !== Scalar.PLAIN || node.source === undefined) return undefined;
    const digits = node.source.replaceAll("_", "");
    // YAML 1.1: a number that begins with 0 is octal
    const values = [Number(digits), /^[+-]?0[0-7]+$/.test(digits) ? Number.parseInt(digits, 8) : Number.NaN];
    return values.includes(Number(passed)) ? node.source : undefined;
}
