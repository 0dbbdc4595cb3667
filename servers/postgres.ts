import type { Credentials } from "@connect-cdc/connector/client";
import { Client } from "pg";
import { tcpExchange } from "./tcpExchange";

export interface DatabaseLogin {
    host: string;
    port: number;
    database: string;
    user: string;
    password: string;
    /**
     * PEM of the authorities that sign the server's certificate. With it the connection has TLS, and the certificate must have the
     * name of `host`. Default: no TLS.
     */
    ca?: string;
}

export interface SlotState {
    name: string;
    active: boolean;
    /** Bytes of write-ahead log that the slot's reader has not confirmed. */
    lagBytes: number;
    /** Bytes of write-ahead log that the server keeps on disk for the slot. 0 when the slot has lost its position. */
    walHeldBytes: number;
    /** reserved, extended, unreserved or lost (PostgreSQL 13 and newer). */
    walStatus: string | undefined;
    /** Bytes that can be written before the slot loses its position; undefined without `max_slot_wal_keep_size`. */
    safeWalBytes: number | undefined;
}

/**
 * Throws unless the server accepts connections. Like pg_isready it sends a startup message without a login. A server that is
 * up requests a password or refuses the user. One that starts or stops answers with 57P03.
 *
 * @param credentials with them the server must take TLS, too. Default: plain.
 */
export async function assertAccepting(target: string, credentials?: Credentials): Promise<void> {
    const answer = await tcpExchange(target, startupMessage("connect_cdc_probe"), {
        complete: isWholeMessage,
        credentials,
        startTls,
    });
    if (answer.subarray(0, 1).toString() === "E" && answer.includes("57P03")) {
        throw new Error(`PostgreSQL at ${target} is starting up or shutting down`);
    }
}

/**
 * How a client of PostgreSQL begins TLS. Source: https://www.postgresql.org/docs/15/protocol-message-formats.html, `SSLRequest`:
 * length 8, code 80877103.
 */
export const startTls = { request: Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]), consent: "S" };

// The same page: length, protocol 3.0, name and value pairs, zero.
function startupMessage(user: string): Buffer {
    const body = Buffer.from(`\0\x03\0\0user\0${user}\0database\0postgres\0\0`, "latin1");
    const length = Buffer.alloc(4);
    length.writeInt32BE(body.length + 4);
    return Buffer.concat([length, body]);
}

function isWholeMessage(received: Buffer): boolean {
    return received.length >= 5 && received.length > received.readInt32BE(1);
}

/** A row of `pg_replication_slots`. 64-bit numbers are text. Older servers have fewer columns. */
interface SlotRow {
    slot_name: string;
    active: boolean;
    lag: string | null;
    held: string | null;
    wal_status?: string | null;
    safe_wal_size?: string | null;
}

/** Replication slots of the database, with the lag of their readers. */
export async function replicationSlots(login: DatabaseLogin): Promise<SlotState[]> {
    const { ca, ...rest } = login;
    // With its own host, as pg takes an address for "localhost"
    const ssl = ca === undefined ? undefined : { ca, host: login.host };
    const client = new Client({ ...rest, ssl, connectionTimeoutMillis: 3000, query_timeout: 5000 });
    await client.connect();
    try {
        const { rows } = await client.query<SlotRow>(
            "select *, pg_wal_lsn_diff(pg_current_wal_lsn(), confirmed_flush_lsn) as lag," +
                " pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn) as held" +
                " from pg_replication_slots where database = current_database() order by slot_name",
        );
        return rows.map((row) => ({
            name: row.slot_name,
            active: row.active,
            lagBytes: Number(row.lag ?? 0),
            walHeldBytes: Number(row.held ?? 0),
            walStatus: row.wal_status ?? undefined,
            safeWalBytes: row.safe_wal_size == null ? undefined : Number(row.safe_wal_size),
        }));
    } finally {
        await client.end();
    }
}
