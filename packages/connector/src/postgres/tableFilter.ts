import { javaPattern } from "../checks/javaPattern";
import type { TableName } from "./tableName";

/** An element of a Debezium list of tables. */
export interface ListElement {
    /** The element as written. */
    text: string;
    /** `schema.table`, if it is not a pattern. */
    literal?: string;
    /** Undefined when JavaScript cannot read the Java pattern. */
    pattern?: RegExp;
}

/**
 * The elements of a Debezium list: anchored, case-insensitive regular expressions.
 *
 * @param suffix JavaScript pattern that follows each element.
 */
export function elementsOf(list: string | undefined, suffix = ""): ListElement[] {
    // A comma within an expression is escaped. The escape is not part of the expression
    return ((list ?? "").match(/(?:\\.?|[^\\,])+/gs) ?? [])
        .map((element) => element.trim().replaceAll("\\,", ","))
        .filter((element) => element !== "")
        .map((element) => ({
            text: element,
            literal: literalOf(element),
            pattern: javaPattern(element, { ignoreCase: true, suffix }),
        }));
}

/** The name that an expression stands for if no character but a dot is a pattern. */
function literalOf(expression: string): string | undefined {
    const unescaped = expression.replaceAll(/\\[^a-zA-Z\d]/g, "");
    return /[\\^$|?*+()[\]{}]/.test(unescaped) ? undefined : expression.replaceAll(/\\(.)/gs, "$1");
}

/** The element of a Debezium list for a table, or for all tables of a schema. */
export function listElement({ schema, table }: TableName): string {
    return `${escaped(schema)}\\.${table === undefined ? ".*" : escaped(table)}`;
}

function escaped(name: string): string {
    return name.replaceAll(/[\\^$.|?*+()[\]{},]/g, "\\$&");
}

/** Settings that {@link tableFilter} reads. */
export const FILTER_KEYS = [
    "schema.include.list",
    "schema.exclude.list",
    "table.include.list",
    "table.exclude.list",
    "signal.data.collection",
];

/** The tables that a Debezium PostgreSQL source captures. */
export interface TableFilter {
    captures: (schema: string, table: string) => boolean;
    /** Elements of `table.include.list`. */
    included: ListElement[];
}

/**
 * The tables that a source captures by its config; undefined when the config has neither tables nor schemas, or a pattern that
 * JavaScript cannot read. The signal table is captured, too (RelationalTableFilters of Debezium 3.7).
 */
export function tableFilter(config: Record<string, string>): TableFilter | undefined {
    if (!("table.include.list" in config) && !("schema.include.list" in config)) return undefined;
    const lists = Object.fromEntries(FILTER_KEYS.map((key) => [key, elementsOf(config[key])]));
    if (Object.values(lists).some((list) => list.some(({ pattern }) => pattern === undefined))) return undefined;
    const allows = (what: string, name: string) => {
        const matches = (key: string) => lists[key]!.some(({ pattern }) => pattern!.test(name));
        const isIncluded = !(`${what}.include.list` in config) || matches(`${what}.include.list`);
        return isIncluded && !matches(`${what}.exclude.list`);
    };
    const signals = lists["signal.data.collection"]!;
    return {
        captures: (schema, table) => {
            const name = `${schema}.${table}`;
            return (allows("schema", schema) && allows("table", name)) || signals.some(({ text }) => text === name);
        },
        included: lists["table.include.list"]!,
    };
}
