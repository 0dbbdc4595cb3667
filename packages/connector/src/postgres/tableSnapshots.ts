import { randomUUID } from "node:crypto";
import type { Client } from "pg";
import type { ConnectAuth } from "../client/auth";
import { connectClient } from "../client/connectClient";
import { Connectors } from "../client/connectors";
import { messageOf } from "../client/messageOf";
import { causeOf } from "../client/trace";
import { type Attempt, done, pending, waitFor } from "../client/waitFor";
import type { TableState } from "./captureState";
import type { DatabaseAccess } from "./databaseUrl";
import { isPostgresSource, lsnText } from "./postgresSource";
import { readCaptureState } from "./readCaptureState";
import { passwordsOf, withDatabase } from "./replicationSlot";
import { CaptureError, withRetries } from "./settleTables";
import {
    canBeIncremental,
    signalData,
    type SnapshotKind,
    type SnapshotPosition,
    snapshotPosition,
    type Table,
} from "./snapshotSignals";
import { tableFilter } from "./tableFilter";
import { identifier, parseTableName } from "./tableName";

/**
 * Where the signals go, and whose snapshots they start. The database is reachable from here; the role needs SELECT, INSERT and
 * DELETE on the signal table.
 */
export interface SnapshotTarget extends DatabaseAccess {
    /** Name of the signal table. */
    signalTable: string;
    /** The source. */
    connector: {
        name: string;
        /** URLs of the workers' REST APIs. */
        restUrls: string[];
        auth?: ConnectAuth;
    };
    /** Limit of the whole snapshot, s. */
    timeoutSeconds: number;
}

/** A snapshot of tables. */
export interface SnapshotRequest extends SnapshotTarget {
    /** Names of tables; `schema.*` stands for its tables. */
    tables: string[];
    kind: SnapshotKind;
    /** True: a signal of an earlier, interrupted request for these tables is not repeated, even if its snapshot has ended. Default false. */
    continues?: boolean;
}

/** Our signals, among those of others. */
const SIGNAL_PREFIX = "cdc-";
const MARK_PREFIX = "end-";
const PAUSE_MS = 2000;

/**
 * Lets a Debezium PostgreSQL source read the rows of tables again, and waits until it has. A request that is repeated while its
 * snapshot is in progress waits for that one.
 *
 * @param report receives the progress, about every 15 s.
 * @throws CaptureError when the source cannot take the snapshot, fails, or does not end in time. The snapshot goes on, and a
 *   repetition of the request waits for it.
 */
export async function requestSnapshot(request: SnapshotRequest, report: (line: string) => void): Promise<void> {
    const { url, connector, kind, timeoutSeconds } = request;
    const client = connectClient({
        restUrls: connector.restUrls,
        limitSeconds: timeoutSeconds,
        auth: connector.auth,
        secrets: [url, ...passwordsOf(url)],
        subject: `${kind} snapshot by connector "${connector.name}"`,
        write: report,
    });
    const connectors = new Connectors(client);
    const inDatabase = <T>(work: (database: Client) => Promise<T>) =>
        withRetries(url, report, (deadline) => withDatabase(request, deadline, work));
    try {
        const config = await requireSource(connectors, request);
        const before = await position(connectors, connector.name);
        const signals = await inDatabase(async (database) => {
            const tables = await requireTables(database, request, config);
            return sendSignals(database, tables, request, before);
        });
        report(
            `${signals.length > 0 ? `${kind} snapshot of ${request.tables.join(", ")} requested` : "no table to read"}`,
        );
        if (signals.length === 0) return;
        const sql = signalSql(request);
        await untilRead(connectors, request, await inDatabase((database) => mark(database, sql)));
        if (kind === "blocking") {
            // Changes after the signal may be read before the snapshot begins, but none that is made from now on
            await untilRead(connectors, request, await inDatabase((database) => mark(database, sql)));
        }
        await inDatabase((database) =>
            database.query(`delete from ${sql} where id = any ($1) or id like '${MARK_PREFIX}%'`, [signals]),
        );
        report(`${kind} snapshot of ${request.tables.join(", ")} is complete`);
    } catch (error) {
        throw error instanceof CaptureError ? error : new CaptureError(client.redact(messageOf(error)));
    }
}

/** The tables that names stand for. */
export function tablesNamed(names: string[], tables: TableState[]): TableState[] {
    const parsed = names.flatMap((name) => parseTableName(name) ?? []);
    return tables.filter((table) =>
        parsed.some(
            ({ schema, table: name }) =>
                schema === table.schema &&
                // Of a schema, tables and not their partitions
                (name === undefined ? table.ancestors.length === 0 : name === table.name),
        ),
    );
}

/** Reasons why the rows of tables cannot be read so. Each has its remedy. */
export function snapshotProblems(tables: TableState[], kind: SnapshotKind): string[] {
    if (kind === "blocking") return [];
    return tables.flatMap((table) => {
        const remedy = "Set snapshot: blocking, or none";
        if (!table.hasKey) return [`${table.sql} has no primary key, and Debezium cannot read it in chunks. ${remedy}`];
        return canBeIncremental(asTable(table))
            ? []
            : [`Debezium cannot continue the chunks of ${table.sql} after a restart because of its name. ${remedy}`];
    });
}

function asTable({ schema, name }: TableState): Table {
    return { schema, table: name };
}

function signalSql({ signalTable }: SnapshotTarget): string {
    const { schema, table } = parseTableName(signalTable)!;
    return `${identifier(schema)}.${identifier(table!)}`;
}

async function requireSource(
    connectors: Connectors,
    { connector: { name }, signalTable }: SnapshotTarget,
): Promise<Record<string, string>> {
    if (!(await connectors.abilities()).listOffsets) {
        throw new CaptureError("the end of a snapshot is seen in offsets, which Connect lists from 3.5 on");
    }
    const info = await connectors.info(name);
    if (!info) throw new CaptureError(`connector "${name}" not found`);
    const { config } = info;
    if (!isPostgresSource(config["connector.class"]!)) {
        throw new CaptureError(`connector "${name}" is no Debezium PostgreSQL source`);
    }
    const [own, ours] = [config["signal.data.collection"] ?? "", signalTable].map(parseTableName);
    if (own?.schema !== ours?.schema || own?.table !== ours?.table) {
        throw new CaptureError(
            `connector "${name}" does not read signals from ${signalTable}. Set its signal.data.collection to ${signalTable}`,
        );
    }
    return config;
}

async function requireTables(
    database: Client,
    { tables: names, kind, signalTable, connector: { name } }: SnapshotRequest,
    config: Record<string, string>,
): Promise<Table[]> {
    const signal = parseTableName(signalTable)!;
    const { tables } = await readCaptureState(database, config["publication.name"] ?? "dbz_publication", signal);
    const isSignal = (table: TableState) => table.schema === signal.schema && table.name === signal.table;
    const [own] = tables.filter(isSignal);
    if (!own?.published) {
        throw new CaptureError(
            own
                ? `the publication does not contain ${signalTable}, and no signal arrives. Run: ` +
                      `ALTER PUBLICATION ${identifier(config["publication.name"] ?? "dbz_publication")} ADD TABLE ${own.sql}`
                : `${signalTable} does not exist in the database`,
        );
    }
    const missing = names.filter((one) => parseTableName(one)?.table && tablesNamed([one], tables).length === 0);
    const found = tablesNamed(names, tables).filter((table) => !isSignal(table));
    const filter = tableFilter(config);
    const foreign = filter ? found.filter((table) => !filter.captures(table.schema, table.name)) : [];
    const problems = [
        ...missing.map((one) => `${one} does not exist in the database`),
        ...foreign.map(({ sql }) => `connector "${name}" does not capture ${sql}. Add it to table.include.list`),
        ...snapshotProblems(found, kind),
    ];
    if (problems.length > 0) throw new CaptureError(problems.join("; "));
    return found.map(asTable);
}

/**
 * Writes the signals that are not on their way yet. Their rows stay until the snapshot has ended, so that a repetition finds
 * them.
 *
 * @returns ids of the signals.
 */
async function sendSignals(
    database: Client,
    tables: Table[],
    { kind, signalTable, continues = false, ...target }: SnapshotRequest,
    before: SnapshotPosition,
): Promise<string[]> {
    if (tables.length === 0) return [];
    const sql = signalSql({ signalTable, ...target });
    const { schema, table } = parseTableName(signalTable)!;
    const { rows: columns } = await database.query<{ length: number | null }>(
        "select character_maximum_length as length from information_schema.columns" +
            " where table_schema = $1 and table_name = $2 and ordinal_position = 3",
        [schema, table],
    );
    const due = signalData(tables, kind, columns[0]?.length ?? undefined);
    const { rows: own } = await database.query<{ id: string; data: string }>(
        `select id, data from ${sql} where id like '${SIGNAL_PREFIX}%'`,
    );
    const isPending = (id: string) => before.signal === id || before.lsn === undefined || before.lsn <= positionIn(id);
    const ids = due.map((data) => own.find((row) => row.data === data && (continues || isPending(row.id)))?.id);
    await database.query("begin");
    try {
        const others = own.filter(({ id }) => !ids.includes(id) && !isPending(id)).map(({ id }) => id);
        await database.query(`delete from ${sql} where id = any ($1)`, [others]);
        for (const [i, data] of due.entries()) {
            ids[i] ??= await insert(database, sql, SIGNAL_PREFIX, "execute-snapshot", data);
        }
        await database.query("commit");
    } catch (error) {
        await database.query("rollback").catch(() => undefined);
        throw error;
    }
    return ids as string[];
}

/** Writes a row. Its id begins with a position of the log before it. */
async function insert(database: Client, sql: string, prefix: string, type: string, data: string): Promise<string> {
    const { rows } = await database.query<{ id: string }>(
        `insert into ${sql} values ($1::text || to_hex((pg_current_wal_insert_lsn() - '0/0')::bigint) || $2::text, $3, $4) returning id`,
        [prefix, `-${randomUUID().slice(0, 8)}`, type, data],
    );
    return rows[0]!.id;
}

function positionIn(id: string): bigint {
    return BigInt(`0x${id.split("-")[1]}`);
}

/**
 * Writes a row that follows the signals in the log. Debezium writes its text in the worker's log.
 *
 * @returns a position after the signals and not after the row.
 */
async function mark(database: Client, sql: string): Promise<bigint> {
    const data = JSON.stringify({ message: "a snapshot was requested before this position" });
    return positionIn(await insert(database, sql, MARK_PREFIX, "log", data));
}

async function position(connectors: Connectors, name: string): Promise<SnapshotPosition> {
    return snapshotPosition(await connectors.offsets(name));
}

/**
 * Waits until the source has stored a position after the mark, and no incremental snapshot is in progress. Transactions arrive
 * in the order of their commits. So a change behind the mark's position comes from a transaction that was committed after the
 * signal.
 */
function untilRead(connectors: Connectors, { connector: { name } }: SnapshotRequest, mark: bigint): Promise<void> {
    const { client } = connectors;
    const attempt = async (): Promise<Attempt<void>> => {
        const status = await connectors.status(name);
        const failed = [status?.connector, ...(status?.tasks ?? [])].find((member) => member?.state === "FAILED");
        if (failed) {
            throw new CaptureError(`connector "${name}" has FAILED: ${client.redact(causeOf(failed.trace ?? ""))}`);
        }
        const state = status?.connector.state ?? "unknown";
        if (["PAUSED", "STOPPED"].includes(state)) {
            throw new CaptureError(`connector "${name}" is ${state}, and reads no signal. Start it, and repeat`);
        }
        const now = await position(connectors, name);
        const isBehind = now.lsn === undefined || now.lsn < mark;
        if (!isBehind && now.tables.length === 0) return done();
        if (now.tables.length > 0) return pending(`${now.tables.length} left, now ${now.tables[0]}${rowsOf(now)}`);
        const at = now.lsn === undefined ? "no position yet" : `position ${lsnText(now.lsn)}`;
        return pending(`connector is ${state}, ${at}, and the signal is at ${lsnText(mark)}`);
    };
    return waitFor(client, attempt, {
        pauseMs: PAUSE_MS,
        timedOut: ({ reason }) => {
            throw new CaptureError(`not complete after ${client.deadline.limitSeconds} s: ${reason}`);
        },
    });
}

function rowsOf({ totalRows }: SnapshotPosition): string {
    return totalRows === undefined ? "" : ` with about ${totalRows} rows`;
}
