import type { ConnectorOffset } from "@connect-cdc/connector/client";
import {
    BeforeSlotError,
    checkAgainstSlot,
    type DatabaseAccess,
    isPostgresSource,
} from "@connect-cdc/connector/postgres";
import { databaseAccess, readStackOutputs } from "../stack/stackOutputs";

/** The database whose slots are checked, or the reason why they are not. */
export type SlotDatabase = (DatabaseAccess & { name: string }) | { reason: string };

/** The stack's own database. With URLs of workers, the address of the database is not known. */
export async function slotDatabase(url: string | undefined, stack: string): Promise<SlotDatabase> {
    if (url !== undefined) return { reason: "with --url, the address of its database is not known" };

    const outputs = await readStackOutputs({ stack });
    const access = databaseAccess(outputs);
    if (access === undefined) return { reason: "the stack does not run its database" };

    return { ...access, name: outputs.database.name };
}

/**
 * Compares the new offsets of a connector with its replication slot.
 *
 * @returns a function that throws when the offsets are before the slot, and prints warnings; undefined for a connector without
 *   a slot.
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
        if ("reason" in database) {
            print(
                `The replication slot was not checked: ${database.reason}. Debezium fails when the slot is past the offsets.`,
            );
            return;
        }
        const lines = await checkAgainstSlot(config, wanted, database).catch((error: Error) => {
            if (error instanceof BeforeSlotError) {
                throw new Error(`${error.message}. Nothing was changed. To write them anyway, use --force.`);
            }

            return [`The replication slot could not be checked: ${error.message}`];
        });
        lines.forEach(print);
    };
}

const OTHER = { reason: "it reads another database than the stack's" };
