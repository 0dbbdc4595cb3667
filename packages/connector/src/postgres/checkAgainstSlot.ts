import { Deadline, systemClock } from "../client/clock";
import type { ConnectorOffset } from "../client/types";
import type { DatabaseAccess } from "./databaseUrl";
import { isPostgresSource, lsnText, postgresSource } from "./postgresSource";
import { SlotPosition, slotPosition } from "./replicationSlot";

/** Limit of the question to the database, s. */
const LIMIT_SECONDS = 15;
/** Values of `offset.mismatch.strategy` with which Debezium uses the slot's position when the stored one is older. */
const FOLLOWS_SLOT = ["trust_slot", "trust_greater_lsn"];

/** A position before that of the source's slot. The message contains the remedy. */
export class BeforeSlotError extends Error {
    override readonly name = "BeforeSlotError";
}

/**
 * Compares new offsets of a Debezium PostgreSQL source with its replication slot. Debezium 3.7 does not start from an `lsn_proc`
 * before the slot's `restart_lsn`, nor without the slot (PostgresConnection.validateLogPosition).
 *
 * @param config the connector's config.
 * @param database its database.
 * @returns notes about changes that are not sent again.
 * @throws BeforeSlotError when the task would always fail with these offsets.
 */
export async function checkAgainstSlot(
    config: Record<string, string>,
    wanted: ConnectorOffset[],
    database: string | DatabaseAccess,
): Promise<string[]> {
    const positions = wanted
        .map(({ offset }) => String(offset?.["lsn_proc"]))
        .filter((lsn) => /^\d+$/.test(lsn))
        .map(BigInt);
    const follows = FOLLOWS_SLOT.includes((config["offset.mismatch.strategy"] ?? "").toLowerCase());
    if (!isPostgresSource(config["connector.class"] ?? "") || positions.length === 0 || follows) return [];

    const { slot } = postgresSource(config);
    const held = await slotPosition(database, slot, new Deadline(systemClock, LIMIT_SECONDS));
    return positions.flatMap((lsn) => compareWithSlot(lsn, slot, held));
}

function compareWithSlot(lsn: bigint, slot: string, held: SlotPosition | undefined): string[] {
    const at = `lsn_proc ${lsn} (${lsnText(lsn)})`;
    const remedy =
        'Debezium would fail with "this is no longer available on the server" at every start. Only a new snapshot can replace ' +
        "these changes: reset the offsets instead";
    if (!held) {
        throw new BeforeSlotError(
            `slot "${slot}" does not exist, and the changes from ${at} on are not kept. ${remedy}`,
        );
    }
    if (lsn < held.restart) {
        throw new BeforeSlotError(`${at} is before restart_lsn ${text(held.restart)} of slot "${slot}". ${remedy}`);
    }

    if (lsn < held.confirmed) {
        const range = `between ${at} and confirmed_flush_lsn ${text(held.confirmed)} of slot "${slot}"`;
        return [`Changes ${range} are not sent again: PostgreSQL sends nothing before confirmed_flush_lsn.`];
    }
    return [];
}

function text(position: bigint): string {
    return position >= 2n ** 63n ? "(lost)" : `${position} (${lsnText(position)})`;
}
