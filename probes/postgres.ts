import { Client } from "pg";

import { exchange } from "./tcp";

export interface DatabaseLogin {
    host: string;
    port: number;
    database: string;
    user: string;
    password: string;
}

export interface SlotState {
    name: string;
    active: boolean;
    /** Bytes of write-ahead log that the slot's reader has not confirmed. */
    lagBytes: number;
}

/**
 * Throws unless the server takes connections. Asks as pg_isready does: a startup message without any login; the server
 * asks for a password, or refuses this user, when it is up, and says 57P03 while it starts or stops.
 */
export async function assertAccepting(target: string): Promise<void> {
    const answer = await exchange(target, startupMessage("connect_cdc_probe"), { complete: isWholeMessage });
    if (answer.length === 0) {
        throw new Error(`PostgreSQL at ${target} closed the connection`);
    }
    if (answer.subarray(0, 1).toString() === "E" && answer.includes("57P03")) {
        throw new Error(`PostgreSQL at ${target} is starting up or shutting down`);
    }
}

// https://www.postgresql.org/docs/15/protocol-message-formats.html: length, protocol 3.0, name and value pairs, zero.
function startupMessage(user: string): Buffer {
    const body = Buffer.from(`\0\x03\0\0user\0${user}\0database\0postgres\0\0`, "latin1");
    const length = Buffer.alloc(4);
    length.writeInt32BE(body.length + 4);
    return Buffer.concat([length, body]);
}

function isWholeMessage(received: Buffer): boolean {
    return received.length >= 5 && received.length > received.readInt32BE(1);
}

/** Replication slots of the database and how far their readers are behind. */
export async function replicationSlots(login: DatabaseLogin): Promise<SlotState[]> {
    const client = new Client({ ...login, connectionTimeoutMillis: 3000, query_timeout: 5000 });
    await client.connect();
    try {
        const { rows } = await client.query<{ slot_name: string; active: boolean; lag: string | null }>(
            "select slot_name, active, pg_wal_lsn_diff(pg_current_wal_lsn(), confirmed_flush_lsn) as lag" +
                " from pg_replication_slots where database = current_database() order by slot_name",
        );
        return rows.map((row) => ({ name: row.slot_name, active: row.active, lagBytes: Number(row.lag ?? 0) }));
    } finally {
        await client.end();
    }
}
