import type { Client, DatabaseError } from "pg";
import { Deadline, systemClock } from "../client/clock";
import { Progress } from "../client/progress";
import { Redactor } from "../client/redact";
import { done, pending, waitFor, type WaitLimit } from "../client/waitFor";
import { connectionOf, type DatabaseAccess } from "./databaseUrl";
import { loadPg } from "./loadPg";
import { identifier } from "./tableName";

/** A database, reachable from here by a role that owns the objects, and the objects to drop in it. */
export interface DatabaseLeftovers extends DatabaseAccess {
    /** Replication slot to drop. */
    slot?: string;
    /** Publication to drop. */
    publication?: string;
}

/** Limits of the waits, s. */
export interface DropLimits {
    /** Limit for a database that does not answer, or is starting. */
    answerSeconds: number;
    /** Limit for a slot in use. PostgreSQL notices the end of its reader immediately. */
    freeSeconds: number;
}

export const DROP_LIMITS: DropLimits = { answerSeconds: 30, freeSeconds: 30 };

/** An object is left in the database. The message contains the SQL that drops it, and no secret. */
export class LeftInDatabaseError extends Error {
    override readonly name = "LeftInDatabaseError";
}

/** The slot has a reader. */
class SlotInUseError extends Error {}

const PAUSE_MS = 1000;
/** Limit of connecting, and of one query, ms. */
const QUERY_MS = 5000;
/** SQLSTATEs of a server that starts, stops or has no connection left. */
const MAY_PASS = ["57P01", "57P02", "57P03", "53300"];
const SLOT_IN_USE = "55006";
const NO_SUCH_OBJECT = "42704";

/**
 * Drops a slot when it has no reader, and then a publication. An object that does not exist is not an error. A publication that
 * is read through another slot stays, and this is reported.
 *
 * @param report receives a line about what was done.
 * @throws LeftInDatabaseError when the database does not answer or refuses, or the slot is in use for too long.
 */
export async function dropFromDatabase(
    leftovers: DatabaseLeftovers,
    report: (line: string) => void,
    limits = DROP_LIMITS,
    clock = systemClock,
): Promise<void> {
    const { url, slot, publication } = leftovers;
    const redactor = new Redactor([url, ...passwordsOf(url)]);
    const what = slot ? `slot "${slot}"` : `publication "${publication}"`;
    const limitOf = (seconds: number): WaitLimit => {
        const deadline = new Deadline(clock, seconds);
        return { deadline, progress: new Progress(what, deadline, report) };
    };
    const inUse = limitOf(limits.freeSeconds);
    const silence = limitOf(limits.answerSeconds);
    const giveUp = (reason: string, { deadline }: WaitLimit) => {
        const waited = deadline.passed ? ` (for ${deadline.limitSeconds} s)` : "";
        throw new LeftInDatabaseError(`${reason}${waited}. ${remainderText(leftovers)}`);
    };
    const attempt = async () => {
        try {
            await withDatabase(leftovers, silence.deadline, async (client) => {
                if (slot !== undefined && (await dropSlot(client, slot))) {
                    report(`slot "${slot}" was dropped`);
                }
                if (publication !== undefined) {
                    report(await dropPublication(client, publication));
                }
            });
            return done(undefined);
        } catch (cause) {
            const error = cause as Error & { code?: string };
            const reason = redactor.redact(error.message || String(error.code));
            if (isInUse(error)) {
                silence.deadline = new Deadline(clock, limits.answerSeconds);
            }
            const limit = isInUse(error) ? inUse : silence;
            return mayPass(error) ? pending(reason, { limit }) : giveUp(reason, limit);
        }
    };
    await waitFor(silence, attempt, { pauseMs: PAUSE_MS, timedOut: ({ reason, limit }) => giveUp(reason, limit!) });
}

/** The text of an error about a remaining slot and publication, with the SQL that drops them. */
export function remainderText({ url, slot, publication }: DatabaseLeftovers): string {
    const sql = [
        ...(slot === undefined ? [] : [`select pg_drop_replication_slot(${literal(slot)});`]),
        ...(publication === undefined ? [] : [`drop publication if exists ${identifier(publication)};`]),
    ];
    const disk = slot === undefined ? "" : "A slot without a reader keeps the server's log until its disk is full. ";
    return `Left in the database at ${placeOf(url)}. ${disk}Drop it with: ${sql.join(" ")}`;
}

/** The positions of a slot, 64 bits. */
export interface SlotPosition {
    /** Debezium refuses to start before this position. */
    restart: bigint;
    /** Changes before this position are not sent again. */
    confirmed: bigint;
}

/** The positions of a slot; undefined when it does not exist in that database. */
export async function slotPosition(
    database: string | DatabaseAccess,
    slot: string,
    deadline: Deadline,
): Promise<SlotPosition | undefined> {
    const sql =
        "select restart_lsn - '0/0'::pg_lsn as restart, confirmed_flush_lsn - '0/0'::pg_lsn as confirmed" +
        " from pg_replication_slots where slot_name = $1 and database = current_database()";
    const { rows } = await withDatabase(database, deadline, (client) =>
        client.query<{ restart: string | null; confirmed: string | null }>(sql, [slot]),
    );
    const [row] = rows;
    // A slot that has lost its position keeps no changes
    return row && { restart: BigInt(row.restart ?? 2n ** 63n), confirmed: BigInt(row.confirmed ?? 2n ** 63n) };
}

/** The reader of a slot, if any; undefined when the slot does not exist in that database. */
export async function slotReader(
    database: string | DatabaseAccess,
    slot: string,
    deadline: Deadline,
): Promise<{ reader: string | undefined } | undefined> {
    const row = await withDatabase(database, deadline, (client) => slotRow(client, slot));
    if (!row || row.database !== row.here) {
        return undefined;
    }
    return { reader: row.active ? (row.holder ?? "another process") : undefined };
}

/**
 * Runs work in a database.
 *
 * @param queryMs limit of connecting and of each query, which also end with the deadline. Default 5 s.
 */
export async function withDatabase<T>(
    database: string | DatabaseAccess,
    deadline: Deadline,
    work: (client: Client) => Promise<T>,
    queryMs = QUERY_MS,
): Promise<T> {
    const limitMs = Math.ceil(Math.max(1000, Math.min(queryMs, deadline.remainingMs)));
    const pg = await loadPg();
    const client = new pg.Client({
        ...connectionOf(database),
        connectionTimeoutMillis: limitMs,
        query_timeout: limitMs,
        application_name: "connect-cdc",
    });
    // A broken connection fails the query. An error event without a listener would end the process
    client.on("error", () => undefined);
    try {
        await client.connect();
        return await work(client);
    } finally {
        await client.end().catch(() => undefined);
    }
}

interface SlotRow {
    active: boolean;
    database: string | null;
    here: string;
    holder: string | null;
}

async function slotRow(client: Client, slot: string): Promise<SlotRow | undefined> {
    const sql =
        "select s.active, s.database, current_database() as here," +
        " 'process ' || s.active_pid || coalesce(', application ' || nullif(a.application_name, ''), '')" +
        " || coalesce(', user ' || a.usename, '') || coalesce(', from ' || host(a.client_addr), '') as holder" +
        " from pg_replication_slots s left join pg_stat_activity a on a.pid = s.active_pid where s.slot_name = $1";
    return (await client.query<SlotRow>(sql, [slot])).rows[0];
}

/** @returns false when it did not exist. */
async function dropSlot(client: Client, slot: string): Promise<boolean> {
    const row = await slotRow(client, slot);
    if (!row) {
        return false;
    }
    if (row.database !== row.here) {
        throw new Error(`slot "${slot}" belongs to database "${row.database}", and the URL names "${row.here}"`);
    }
    if (row.active) {
        throw new SlotInUseError(`slot "${slot}" is in use by ${row.holder ?? "another process"}`);
    }
    try {
        await client.query("select pg_drop_replication_slot($1)", [slot]);
    } catch (error) {
        if (isOfDatabase(error) && error.code === NO_SUCH_OBJECT) {
            return false;
        }
        throw error;
    }
    return true;
}

/** The last command of a reader contains its publications. */
async function dropPublication(client: Client, publication: string): Promise<string> {
    const sql =
        "select s.slot_name from pg_replication_slots s join pg_stat_activity a on a.pid = s.active_pid" +
        " where s.database = current_database() and position($1 in a.query) > 0 order by 1";
    const { rows } = await client.query<{ slot_name: string }>(sql, [publication]);
    if (rows.length > 0) {
        const readers = rows.map((row) => `"${row.slot_name}"`).join(", ");
        return `publication "${publication}" is not dropped: it is read through slot ${readers}`;
    }
    await client.query(`drop publication if exists ${identifier(publication)}`);
    return `publication "${publication}" was dropped`;
}

/** True for an error that the database returned. */
export function isOfDatabase(error: unknown): error is DatabaseError {
    return error instanceof Error && "severity" in error;
}

function isInUse(error: Error): boolean {
    return error instanceof SlotInUseError || (isOfDatabase(error) && error.code === SLOT_IN_USE);
}

/** True for an error that another attempt may not have: no connection, no answer, a server that starts or stops. */
export function mayPass(error: Error): boolean {
    if (isOfDatabase(error)) {
        return [...MAY_PASS, SLOT_IN_USE].includes(error.code ?? "");
    }
    const code = (error as { code?: string }).code ?? "";
    return error instanceof SlotInUseError || code.startsWith("E") || /time(d )?out|terminated/i.test(error.message);
}

/** Host, port and database of a URL, for messages. */
export function placeOf(url: string): string {
    const { hostname, port, pathname } = new URL(url);
    return `${hostname}:${port || "5432"}${pathname}`;
}

/** The password of a URL, encoded and decoded. Like the database's client, it accepts a `%` that is not encoded. */
export function passwordsOf(url: string): string[] {
    const { password } = new URL(url);
    const encoded = password.replace(/%(?![\da-f]{2})/gi, "%25");
    try {
        return password === "" ? [] : [password, decodeURIComponent(encoded)];
    } catch {
        return [password]; // Not UTF-8
    }
}

function literal(text: string): string {
    return `'${text.replaceAll("'", "''")}'`;
}
