import type { Client } from "pg";
import { Deadline, systemClock } from "../client/clock";
import { messageOf } from "../client/messageOf";
import { Progress } from "../client/progress";
import { Redactor } from "../client/redact";
import { done, pending, waitFor } from "../client/waitFor";
import type { DatabaseAccess } from "./databaseUrl";
import { planTables, type Statement, type TablesDeclaration, type TablesPlan } from "./planTables";
import { readCaptureState } from "./readCaptureState";
import { isOfDatabase, mayPass, passwordsOf, placeOf, withDatabase } from "./replicationSlot";
import { parseTableName } from "./tableName";

/** Tables could not be captured. The message contains no secret. */
export class CaptureError extends Error {
    override readonly name = "CaptureError";
}

/** A declaration, and the database that it is about, reachable from here. */
export interface CapturedTablesSpec extends TablesDeclaration, DatabaseAccess {
    /** Limit for a lock on a table, s. */
    lockSeconds: number;
}

/** Limit of a database that does not answer, s. */
const ANSWER_SECONDS = 30;
const LOCK_NOT_AVAILABLE = "55P03";

/** The plan for a database as it is now. */
export function comparePlan(spec: DatabaseAccess & TablesDeclaration, deadline: Deadline): Promise<TablesPlan> {
    return withDatabase(spec, deadline, (client) => planOf(client, spec));
}

async function planOf(client: Client, declaration: TablesDeclaration): Promise<TablesPlan> {
    const signalTable = declaration.signalTable === undefined ? undefined : parseTableName(declaration.signalTable);
    return planTables(declaration, await readCaptureState(client, declaration.publication, signalTable));
}

/**
 * Makes a database as declared. Each transaction is made as a whole or not at all, and a repetition does what is left.
 *
 * @param report receives each statement that was run.
 * @returns the plan that was carried out.
 * @throws CaptureError when the database does not answer, a statement is refused, or a lock is not free in time.
 */
export async function settleTables(spec: CapturedTablesSpec, report: (line: string) => void): Promise<TablesPlan> {
    return withRetries(spec.url, report, (deadline) =>
        withDatabase(
            spec,
            deadline,
            async (client) => {
                const plan = await planOf(client, spec);
                const refused = [...plan.problems, ...plan.missingRights];
                if (refused.length > 0) throw new CaptureError(refused.join("; "));
                for (const statements of plan.transactions) {
                    await runTransaction(client, statements, spec.lockSeconds);
                    statements.forEach(({ sql }) => report(sql));
                }
                return plan;
            },
            (spec.lockSeconds + 5) * 1000,
        ),
    );
}

/**
 * Repeats work in a database until the database answers.
 *
 * @throws CaptureError with the reason, without secrets.
 */
export async function withRetries<T>(
    url: string,
    report: (line: string) => void,
    work: (deadline: Deadline) => Promise<T>,
    limitSeconds = ANSWER_SECONDS,
): Promise<T> {
    const deadline = new Deadline(systemClock, limitSeconds);
    const limit = { deadline, progress: new Progress(`database at ${placeOf(url)}`, deadline, report) };
    const attempt = async () => {
        try {
            return done(await work(deadline));
        } catch (error) {
            const reason = databaseReason(url, error);
            if (error instanceof CaptureError || !mayPass(error as Error)) throw new CaptureError(reason);
            return pending(reason);
        }
    };
    return waitFor(limit, attempt, {
        pauseMs: 1000,
        timedOut: ({ reason }) => {
            throw new CaptureError(`the database at ${placeOf(url)} did not answer for ${limitSeconds} s: ${reason}`);
        },
    });
}

/** The message of an error, without the secrets of a URL. */
export function databaseReason(url: string, error: unknown): string {
    return new Redactor([url, ...passwordsOf(url)]).redact(messageOf(error));
}

async function runTransaction(client: Client, statements: Statement[], lockSeconds: number): Promise<void> {
    await client.query("begin");
    let running = statements[0]!;
    try {
        await client.query(`set local lock_timeout = ${Math.round(lockSeconds * 1000)}`);
        for (const statement of statements) {
            running = statement;
            await client.query(statement.sql);
        }
        await client.query("commit");
    } catch (error) {
        await client.query("rollback").catch(() => undefined);
        if (isOfDatabase(error) && error.code === LOCK_NOT_AVAILABLE) {
            const holders = await lockHolders(client, running.locks);
            throw new CaptureError(
                `${running.sql}: no lock within ${lockSeconds} s${holders}. ` +
                    "End that transaction, or wait for its end, and repeat",
            );
        }
        if (isOfDatabase(error)) throw new CaptureError(`${running.sql}: ${error.message}`);
        throw error;
    }
}

/** The sessions that have locks on tables. A short one may have ended by now. */
async function lockHolders(client: Client, tables: string[]): Promise<string> {
    const { rows } = await client.query<{ holder: string }>(
        "select distinct 'process ' || a.pid || coalesce(', application ' || nullif(a.application_name, ''), '')" +
            " || coalesce(', user ' || a.usename, '') || coalesce(', in a transaction since ' || a.xact_start::timestamptz(0), '')" +
            " as holder from pg_locks l join pg_stat_activity a on a.pid = l.pid" +
            " where l.granted and l.pid <> pg_backend_pid() and l.relation = any ($1::regclass[])",
        [tables],
    );
    return rows.length > 0 ? `, which ${rows.map(({ holder }) => holder).join("; ")} has` : "";
}
