import type { Deadline } from "../client/clock";
import type { DatabaseAccess } from "./databaseUrl";
import { postgresSource } from "./postgresSource";
import { withDatabase } from "./replicationSlot";

/** First major version with failover slots. */
const FIRST_VERSION = 17;

/** A reason why a source with `slot.failover` does not survive the promotion of a standby. */
export interface FailoverProblem {
    /** The problem: a sentence without its subject, the setting. */
    text: string;
    /** What to do. */
    remedy: string;
}

/** What a database server tells about failover. */
export interface FailoverServer {
    /** Major version. */
    version: number;
    /** `failover` of the source's slot; undefined without the slot. */
    slotFailover?: boolean;
    /** `synchronized_standby_slots`: physical slots whose standbys have each row before a source gets it. */
    standbySlots: string;
}

/** True for a source whose slot is to be on the standbys, too. */
function wantsFailover(config: Record<string, string>): boolean {
    return config["slot.failover"]?.trim().toLowerCase() === "true";
}

/**
 * Checks what a database server makes of `slot.failover`. Debezium does not tell: on a server that cannot, and for a slot that
 * exists, the setting has no effect.
 *
 * @param config the connector's config.
 * @param database its database.
 * @throws Error when the database does not answer or refuses.
 */
export async function findFailoverProblems(
    config: Record<string, string>,
    database: string | DatabaseAccess,
    deadline: Deadline,
): Promise<FailoverProblem[]> {
    if (!wantsFailover(config)) return [];
    const { slot } = postgresSource(config);
    return failoverProblems(slot, await readServer(slot, database, deadline));
}

/** The pure part of {@link findFailoverProblems}, for a source with `slot.failover`. */
export function failoverProblems(
    slot: string,
    { version, slotFailover, standbySlots }: FailoverServer,
): FailoverProblem[] {
    if (version < FIRST_VERSION) {
        return [
            {
                text: `has no effect: the server is PostgreSQL ${version}, and failover slots begin with ${FIRST_VERSION}. A promotion loses the slot`,
                remedy: `remove it, or upgrade the server to PostgreSQL ${FIRST_VERSION} or newer`,
            },
        ];
    }
    const problems: FailoverProblem[] = [];
    if (slotFailover === false) {
        problems.push({
            text: `has no effect: slot "${slot}" exists, and was made without it. A promotion loses the slot`,
            remedy:
                "stop the connector, run in a replication connection (psql with replication=database): " +
                `ALTER_REPLICATION_SLOT "${slot}" (FAILOVER true), and start the connector again`,
        });
    }
    if (standbySlots.trim() === "") {
        problems.push({
            text:
                "is not enough: the server sends rows to the source before a standby has them, because " +
                "synchronized_standby_slots is empty. After a promotion the topic can have rows that the database has not",
            remedy: "set synchronized_standby_slots on the server to the physical slots of its standbys",
        });
    }
    return problems;
}

async function readServer(
    slot: string,
    database: string | DatabaseAccess,
    deadline: Deadline,
): Promise<FailoverServer> {
    return withDatabase(database, deadline, async (client) => {
        // Before PostgreSQL 17 the view has no column of this name, and the setting does not exist
        const { rows } = await client.query<{ version: number; slotFailover: boolean | null; standbySlots: string }>(
            "select current_setting('server_version_num')::int / 10000 as version," +
                " (select (to_jsonb(s) ->> 'failover')::boolean from pg_replication_slots s where slot_name = $1)" +
                ` as "slotFailover", coalesce(current_setting('synchronized_standby_slots', true), '') as "standbySlots"`,
            [slot],
        );
        const [{ version, slotFailover, standbySlots }] = rows as [(typeof rows)[number]];
        return { version, slotFailover: slotFailover ?? undefined, standbySlots };
    });
}
