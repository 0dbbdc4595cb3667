import type { ConnectorOffset } from "@connect-cdc/connector/client";
import { BeforeSlotError, checkAgainstSlot, databaseUrl, isPostgresSource } from "@connect-cdc/connector/postgres";
import { readStackOutputs } from "../stack/stackOutputs";

/** The database whose slots can be looked at, or why none can. */
export type SlotDatabase = { url: string; name: string } | { why: string };

/** The stack's own database. Of a cluster that is known by URLs only, nobody knows how to reach the database. */
export async function slotDatabase(url: string | undefined, stack: string): Promise<SlotDatabase> {
    if (url !== undefined) return { why: "with --url nothing is known of its database" };

    const { address, name, user, password } = (await readStackOutputs({ stack })).database;
    if (address === undefined) return { why: "its database is not the stack's own" };

    return { url: databaseUrl({ address, database: name, user, password }), name };
}

/**
 * How offsets that a connector is to get are compared with its replication slot.
 *
 * @returns a function that throws when they are before it, and prints what else is worth knowing; undefined when there is
 *   nothing to compare.
 */
export async function slotCheck(
    config: Record<string, string>,
    wanted: ConnectorOffset[],
    findDatabase: () => Promise<SlotDatabase>,
): Promise<((print: (line: string) => void) => Promise<void>) | undefined> {
    if (!isPostgresSource(config["connector.class"] ?? "")) return undefined;

    const found = await findDatabase();
    const database = "url" in found && found.name !== config["database.dbname"] ? OTHER : found;
    return async (print) => {
        if ("why" in database) {
            print(
                `Its replication slot was not looked at: ${database.why}. Debezium fails when the slot is past the offsets.`,
            );
            return;
        }
        const lines = await checkAgainstSlot(config, wanted, database.url).catch((error: Error) => {
            if (error instanceof BeforeSlotError) {
                throw new Error(`${error.message}. Nothing was changed; --force writes them all the same.`);
            }

            return [`Its replication slot could not be looked at: ${error.message}`];
        });
        lines.forEach(print);
    };
}

const OTHER = { why: "it reads another database than the stack's" };
