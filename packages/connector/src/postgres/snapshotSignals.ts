/*
 * Signals to Debezium's PostgreSQL source. The facts are those of Debezium 3.7.0: ExecuteSnapshot, AbstractSnapshotSignal,
 * AbstractIncrementalSnapshotChangeEventSource, AbstractSnapshotChangeEventSource, TableId.
 */
import type { ConnectorOffset } from "../client/types";
import { identifier, type TableName } from "./tableName";

/**
 * How the rows of a table are read. `incremental`: in chunks of primary keys while changes go on; it survives restarts.
 * `blocking`: at once, while changes wait; Debezium does not continue it after a restart of its task.
 */
export type SnapshotKind = "incremental" | "blocking";

/** A table in a database. */
export type Table = Required<TableName>;

/** The state of a source's snapshots, from its stored offset. */
export interface SnapshotPosition {
    /** Position of the last change that it has read; undefined before its first one. */
    lsn?: bigint;
    /** Tables of incremental snapshots that are left, the current one first. */
    tables: string[];
    /** Id of the last signal that has added tables. */
    signal?: string;
    /** Estimated rows of the current table. */
    totalRows?: number;
}

/**
 * True when Debezium can read the table in chunks. A restart in the middle reads the table's name from the offset, where it
 * stands without quotes: a name with blanks, dots or quotes would make the task fail.
 */
export function canBeIncremental({ schema, table }: Table): boolean {
    return [schema, table].every((part) => /^[^\s.,"'`()[\]{}*+?|\\^]+$/.test(part));
}

/** A table in `data-collections`: regular expressions, and names if no expression matches. */
export function dataCollection({ schema, table }: Table, kind: SnapshotKind): string {
    const quoted = [schema, table].map(identifier);
    // The quoted form matches no table as an expression, and is then read as a name
    if (kind === "incremental") return quoted.join(".");
    // Names of tables may begin with that of the database. A comma separates expressions
    return `(.*\\.)?${quoted.map((part) => part.replaceAll(/[.*+?^${}()|[\]\\,]/g, "\\$&")).join("\\.")}`;
}

/**
 * The data of `execute-snapshot` signals for tables: as few as the column of the signal table can hold.
 *
 * @param maxLength length of the column `data`; undefined: unlimited.
 */
export function signalData(tables: Table[], kind: SnapshotKind, maxLength = Number.POSITIVE_INFINITY): string[] {
    const data = (names: string[]) => JSON.stringify({ type: kind, "data-collections": names });
    const groups: string[][] = [];
    for (const name of tables.map((table) => dataCollection(table, kind)).sort()) {
        const last = groups.at(-1);
        if (last && data([...last, name]).length <= maxLength) last.push(name);
        else groups.push([name]);
    }
    return groups.map(data);
}

/** The state of a source's snapshots. `incremental_snapshot_*` are in the offset only while one is in progress. */
export function snapshotPosition(offsets: ConnectorOffset[]): SnapshotPosition {
    const offset = offsets.find((one) => one.offset !== null)?.offset ?? {};
    const collections = offset["incremental_snapshot_collections"];
    const tables =
        typeof collections === "string"
            ? (JSON.parse(collections) as { incremental_snapshot_collections_id: string }[])
            : [];
    const rows = Number(offset["incremental_snapshot_total_rows"]);
    const signal = offset["incremental_snapshot_correlation_id"];
    return {
        ...(offset["lsn"] !== undefined && { lsn: BigInt(String(offset["lsn"])) }),
        tables: tables.map((one) => one.incremental_snapshot_collections_id),
        ...(typeof signal === "string" && { signal }),
        ...(Number.isFinite(rows) && { totalRows: rows }),
    };
}
