import { listElement, parseTableName } from "@connect-cdc/connector/postgres";

/** What a captured table needs. */
export interface TableEntry {
    /** How the rows come that it has when it is added. Default: incremental. */
    snapshot?: "incremental" | "blocking" | "none";
    /** Its replica identity. Default: not changed. */
    replicaIdentity?: "default" | "full" | "nothing" | { index: string };
}

/** Captured tables by name: `schema.table`, or `schema.*` for a whole schema. */
export type Tables = Record<string, TableEntry>;

/** A list of tables and who makes the database fit to it, as a section of the stack config has them. */
export interface TableListKeys {
    /** Undefined: there is no list. */
    tables?: Tables;
    /** Secret with the URL of a database that the stack does not run. */
    tablesUrl?: { secret: string };
    /** False: the database is only compared with the list. Default: true. */
    manageTables?: boolean;
}

/** `table.include.list` of tables. Names that are not valid are left out; the checks of the config report them. */
export function includeList(tables: Tables): string | undefined {
    const names = Object.keys(tables).flatMap((name) => parseTableName(name) ?? []);
    return names.length === 0 ? undefined : names.map(listElement).join(",");
}

/** True for settings of a source that selects its tables by filters of its own. */
export function hasTableFilters(config: Record<string, unknown>): boolean {
    return Object.keys(config).some((key) => /^(table|schema)\.(include|exclude)\.list$/.test(key));
}
