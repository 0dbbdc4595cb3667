import { Deadline, systemClock } from "../client/clock";
import type { ConnectorOffset } from "../client/types";
import { isPostgresSource, lsnText, postgresSource } from "./postgresSource";
import { SlotPosition, slotPosition } from "./replicationSlot";

/** Limit of the question to the database, s. */
const LIMIT_SECONDS = 15;
/** Values of `offset.mismatch.strategy` with which Debezium takes the slot's position when the stored one is older. */
const FOLLOWS_SLOT = ["trust_slot", "trust_greater_lsn"];

/** Positions that the slot of a source is past. The message says what to do. */
export class BeforeSlotError extends Error {
    override readonly name = "BeforeSlotError";
}

/**
 * Compares offsets that a Debezium PostgreSQL source is to get with its replication slot. Debezium 3.7 does not start from
 * an `lsn_proc` before the slot's `restart_lsn`, nor from any when the slot is missing (PostgresConnection.validateLogPosition).
 *
 * @param config the connector's config.
 * @param url URL of its database.
 * @returns sentences on what is worth knowing.
 * @throws BeforeSlotError when its task would fail with them, for ever.
 */
export async function checkAgainstSlot(
    config: Record<string, string>,
    wanted: ConnectorOffset[],
    url: string,
): Promise<string[]> {
    const positions = wanted
        .map(({ offset }) => String(offset?.["lsn_proc"]))
        .filter((lsn) => /^\d+$/.test(lsn))
        .map(BigInt);
    const follows = FOLLOWS_SLOT.includes((config["offset.mismatch.strategy"] ?? "").toLowerCase());
    if (!isPostgresSource(config["connector.class"] ?? "") || positions.length === 0 || follows) return [];

    const { slot } = postgresSource(config);
    const held = await slotPosition(url, slot, new Deadline(systemClock, LIMIT_SECONDS));
    return positions.flatMap((lsn) => verdict(lsn, slot, held));
}

function verdict(lsn: bigint, slot: string, held: SlotPosition | undefined): string[] {
    const at = `lsn_proc ${lsn} (${lsnText(lsn)})`;
    const remedy =
        'Debezium would fail with "this is no longer available on the server" at every start. What the slot has let go ' +
        "can be had by a new snapshot only: reset the offsets instead";
    if (!held) {
        throw new BeforeSlotError(
            `slot "${slot}" is not there, and nothing holds the changes from ${at} on. ${remedy}`,
        );
    }
    if (lsn < held.restart) {
        throw new BeforeSlotError(`${at} is before restart_lsn ${text(held.restart)} of slot "${slot}". ${remedy}`);
    }

    if (lsn < held.confirmed) {
        const range = `between ${at} and confirmed_flush_lsn ${text(held.confirmed)} of slot "${slot}"`;
        return [`Changes ${range} are not sent again: PostgreSQL sends nothing from before that.`];
    }
    return [];
}

function text(position: bigint): string {
    return position >= 2n ** 63n ? "(lost)" : `${position} (${lsnText(position)})`;
}
