import {
    isPostgresSource,
    parseTableName,
    TABLE_NAME_RULE,
    tableFilter,
    type TableName,
} from "@connect-cdc/connector/postgres";
import type { Problem } from "../config/problem";
import type { CompletedConnector, ConnectorEntry, PlatformEndpoints } from "./completeConnector";
import { readsDatabase, type TableList, type TableListSettings } from "./tableLists";
import type { TableEntry, TableListKeys } from "./tables";
import { clashingTopics, clashProblem } from "./topics";

/** PostgreSQL's limit of a name, bytes. */
const LONGEST_NAME = 63;
/** Debezium puts it into SQL as it is, without quotes. */
const SIGNAL_TABLE = /^[a-z_][a-z0-9_]*\.[a-z_][a-z0-9_]*$/;

interface TableSettings extends TableListSettings {
    database?: NonNullable<TableListSettings["database"]> & { signalTable?: string };
    connectors?: Record<string, ConnectorEntry>;
    tableLists?: TableList[];
}

/**
 * Rules on the lists of captured tables.
 *
 * @param endpoint the database of the stack, as the workers reach it.
 */
export function tableProblems(config: TableSettings, endpoint: PlatformEndpoints["database"]): Problem[] {
    const { database, connectors = {}, completedConnectors = [], tableLists: lists = [] } = config;
    return [
        ...(database ? nameProblems("database", database, database.signalTable) : []),
        ...databaseProblems(database),
        ...Object.entries(connectors).flatMap(([name, entry]) => [
            ...nameProblems(`connectors.${name}`, entry, database ? database.signalTable : ""),
            ...keyProblems(`connectors.${name}`, entry),
        ]),
        ...completedConnectors.flatMap((source) => placeProblems(source, lists, endpoint)),
        ...lists.flatMap((list, i) => listProblems(list, lists.slice(0, i))),
    ];
}

function nameProblems(section: string, { tables = {} }: TableListKeys, signalTable: string | undefined): Problem[] {
    const known = new Map<string, string>();
    return Object.entries(tables).flatMap(([name, entry]): Problem[] => {
        const path = `${section}.tables.${name}`;
        const parsed = parseTableName(name);
        const problem = parsed ? nameProblem(name, parsed) : NO_NAME;
        if (problem) return [{ path, value: entry, ...problem }];
        const key = keyOf(parsed!);
        const other = known.get(key);
        known.set(key, name);
        const problems = entryProblems(path, entry, parsed!, signalTable);
        if (other !== undefined) {
            const rule = `is the same table as ${other} for Debezium, whose lists do not distinguish upper and lower case`;
            problems.push({ path, value: entry, rule, remedy: "remove one of the two" });
        }
        if (key === signalTable) {
            const rule = "is the signal table, which is captured without an entry";
            problems.push({ path, value: entry, rule, remedy: "remove it" });
        }
        return problems;
    });
}

const NO_NAME = { rule: "is not the name of a table", remedy: `write ${TABLE_NAME_RULE}` };

function nameProblem(name: string, { schema, table }: TableName): Pick<Problem, "rule" | "remedy"> | undefined {
    const parts = [schema, ...(table === undefined ? [] : [table])];
    if (
        name
            .replace(/\.\*$/, "")
            .replaceAll(/"(?:[^"]|"")+"/g, "")
            .includes("*")
    ) {
        const remedy = `list each table, or write ${schema}.* for all tables of the schema`;
        return { rule: "is a pattern, and not the name of a table", remedy };
    }
    if (parts.some((part) => part !== part.trim())) {
        const rule = "has a name that begins or ends with a blank, which Debezium's lists of tables cannot contain";
        return { rule, remedy: "rename the table" };
    }
    if (parts.some((part) => Buffer.byteLength(part) > LONGEST_NAME)) {
        return { rule: `is longer than a name of PostgreSQL can be (${LONGEST_NAME} bytes)`, remedy: "correct it" };
    }
    return undefined;
}

/** Debezium's lists ignore the case of names. */
function keyOf({ schema, table }: TableName): string {
    return `${schema}.${table ?? "*"}`.toLowerCase();
}

function entryProblems(
    path: string,
    { snapshot, replicaIdentity }: TableEntry,
    { table }: TableName,
    signalTable: string | undefined,
): Problem[] {
    const problems: Problem[] = [];
    if (table === undefined && typeof replicaIdentity === "object") {
        const rule = "cannot be an index for a whole schema: an index belongs to one table";
        const remedy = "list the table by its name, and set it there";
        problems.push({ path: `${path}.replicaIdentity`, value: replicaIdentity, rule, remedy });
    }
    if (signalTable === undefined && (snapshot ?? "none") !== "none") {
        const rule = "needs a signal table, and database.signalTable is removed";
        const remedy = "set database.signalTable, or set this to none";
        problems.push({ path: `${path}.snapshot`, value: snapshot, rule, remedy });
    }
    return problems;
}

function databaseProblems(database: TableSettings["database"]): Problem[] {
    const { managed, signalTable, tablesUrl, manageTables } = database ?? {};
    const problems: Problem[] = [];
    if (signalTable !== undefined && !SIGNAL_TABLE.test(signalTable)) {
        const rule = "must be schema.table, of lower-case letters, digits and _";
        problems.push({ path: "database.signalTable", value: signalTable, rule, remedy: "correct it" });
    }
    if (managed && tablesUrl) {
        const rule = "would not be used: database.managed is true";
        const remedy = "remove it, or set database.managed: false";
        problems.push({ path: "database.tablesUrl", value: tablesUrl, rule, remedy });
    }
    if (managed === false && manageTables && !tablesUrl) {
        const rule = "needs the URL of the database with the tables' owner";
        const remedy = "set database.tablesUrl: {secret: <name>}, or leave this out";
        problems.push({ path: "database.manageTables", value: manageTables, rule, remedy });
    }
    return problems;
}

function keyProblems(section: string, entry: ConnectorEntry): Problem[] {
    const { class: connectorClass, tables, tablesUrl, manageTables } = entry;
    const given = Object.entries({ tables, tablesUrl, manageTables }).filter(([, value]) => value !== undefined);
    if (!isPostgresSource(connectorClass)) {
        const rule = "is for a Debezium PostgreSQL source only";
        return given.map(([key, value]) => ({ path: `${section}.${key}`, value, rule, remedy: "remove it" }));
    }
    if (tables) return [];
    const rule = `has no effect without ${section}.tables`;
    return given.map(([key, value]) => ({ path: `${section}.${key}`, value, rule, remedy: "set both, or remove it" }));
}

/** Lists of connectors whose database must be reached, and cannot. */
function placeProblems(
    source: CompletedConnector,
    lists: TableList[],
    endpoint: PlatformEndpoints["database"],
): Problem[] {
    const { name, entry } = source;
    const list = lists.find(({ owner }) => owner === name);
    if (!list || list.url || !endpoint || (readsDatabase(source, endpoint) && !entry.manageTables)) return [];
    const rule = "belong to a database whose URL is not known";
    const remedy = `set connectors.${name}.tablesUrl: {secret: <name>}`;
    return [{ path: `connectors.${name}.tables`, value: entry.tables, rule, remedy }];
}

function listProblems(list: TableList, others: TableList[]): Problem[] {
    const { section, tables, publication, followers } = list;
    const path = `${section}.tables`;
    const problems: Problem[] = [];
    const other = others.find((one) => one.publication === publication && isSamePlace(one, list));
    if (other) {
        const rule = `is a second list of publication ${publication}, beside ${other.section}.tables`;
        const remedy = `set ${section}.config.publication.name, or move the tables to the other list`;
        problems.push({ path, value: tables, rule, remedy });
    }
    for (const { name, config } of followers) {
        if (config["table.include.list"] === undefined) {
            const rule = `contains no table, and ${name} would capture every table of its database`;
            problems.push({ path, value: tables, rule, remedy: "add a table, or remove the connector" });
        }
        const clashes = clashingTopics(config, Object.keys(tables).flatMap(tableText));
        problems.push(...clashes.map((clash) => ({ path, value: clash.table, ...clashProblem(clash) })));
    }
    return [...problems, ...differences(list)];
}

function isSamePlace(one: TableList, other: TableList): boolean {
    return JSON.stringify(one.url) === JSON.stringify(other.url);
}

/** `schema.table` as Debezium names a table; nothing for a whole schema. */
function tableText(name: string): string[] {
    const { schema, table } = parseTableName(name) ?? {};
    return table === undefined ? [] : [`${schema}.${table}`];
}

/** Differences between a list and the filters that sources have of their own, which win. */
function differences({ section, tables, sources, followers }: TableList): Problem[] {
    const names = Object.keys(tables).flatMap((text) => parseTableName(text) ?? []);
    const listed = new Set(names.map(keyOf));
    const filters = sources.map(({ config }) => tableFilter(config));
    const notCaptured = names.filter(({ schema, table }) => {
        return table !== undefined && filters.every((filter) => filter && !filter.captures(schema, table));
    });
    return sources.flatMap((source, i): Problem[] => {
        const { name, config } = source;
        const filter = filters[i];
        if (!filter || followers.includes(source)) return [];
        const notListed = filter.included.flatMap(({ literal }) => {
            const [schema, table] = literal?.toLowerCase().split(".") ?? [];
            const isListed = table === undefined || listed.has(`${schema}.${table}`) || listed.has(`${schema}.*`);
            return isListed ? [] : [literal!];
        });
        const missing = notCaptured.map(({ schema, table }) => `${schema}.${table}`).join(", ");
        const rules = [
            ...(missing === "" ? [] : [`does not capture ${missing}, and ${section}.tables lists it`]),
            ...(notListed.length === 0
                ? []
                : [`captures ${notListed.join(", ")}, and ${section}.tables does not list it`]),
        ];
        if (rules.length === 0) return [];
        const key = "table.include.list" in config ? "table.include.list" : "schema.include.list";
        const path = `connectors.${name}.config.${key}`;
        const remedy = `remove it, and list the tables in ${section}.tables`;
        return [{ path, value: config[key], rule: rules.join("; "), remedy, warning: true }];
    });
}
