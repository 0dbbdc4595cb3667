import { Connectors } from "../client/connectors";
import { ConnectError } from "../client/errors";
import { stringifyExact } from "../client/exactJson";
import type { OnDelete } from "../inputs/onDelete";
import { deleteConnector } from "../lifecycle/deleteConnector";
import { stopConnector } from "../lifecycle/whileStopped";
import { postgresSource } from "../postgres/postgresSource";
import { type DatabaseLeftovers, dropFromDatabase } from "../postgres/replicationSlot";
import { readOffsets, requireVersion } from "./offsets";
import { offsetsFolder, type SavedOffsets, saveOffsets } from "./offsetsFile";

/** A connector to delete. */
export interface DeletedConnector {
    name: string;
    /** Name of its Connect cluster, for the file of its offsets. */
    cluster: string;
    config: Record<string, string>;
    onDelete?: OnDelete;
}

/** Receives a line about what was done. */
export type Report = (line: string) => void;

/**
 * Deletes a connector according to its policy:
 *
 * 1. stop it, and save its offsets in a file (from Connect 3.5 on);
 * 2. reset the offsets, if the policy requires it;
 * 3. delete it, and wait until its tasks are gone;
 * 4. drop slot and publication, if the policy requires it.
 *
 * A step that is done already is skipped, so that an interrupted deletion can be repeated.
 *
 * @throws ConnectError when the connector may still exist; LeftInDatabaseError when it is deleted.
 */
export async function deleteWithPosition(
    connectors: Connectors,
    deleted: DeletedConnector,
    report: Report,
): Promise<void> {
    const reset = deleted.onDelete?.offsets === "reset";
    if (reset) {
        await requireVersion(connectors, "changeOffsets");
    }
    if (await connectors.info(deleted.name)) {
        await saveAndResetOffsets(connectors, deleted, reset, report);
    }
    await deleteConnector(connectors, deleted.name);
    await dropLeftovers(deleted, report);
}

/** Drops slot and publication according to the policy. */
export async function dropLeftovers(
    { config, onDelete }: Pick<DeletedConnector, "config" | "onDelete">,
    report: Report,
): Promise<void> {
    const leftovers = leftoversOf(config, onDelete);
    if (leftovers) {
        await dropFromDatabase(leftovers, report);
    }
}

function leftoversOf(config: Record<string, string>, onDelete: OnDelete | undefined): DatabaseLeftovers | undefined {
    const database = onDelete?.database;
    if (!database?.slot && !database?.publication) {
        return undefined;
    }
    const { slot, publication } = postgresSource(config);
    return {
        url: database.url,
        ca: database.ca,
        slot: database.slot && slot,
        publication: database.publication && publication,
    };
}

/** The connector is stopped first: while it runs, its offsets and its slot move on after they were read. */
async function saveAndResetOffsets(
    connectors: Connectors,
    deleted: DeletedConnector,
    reset: boolean,
    report: Report,
): Promise<void> {
    const { listOffsets } = await connectors.abilities();
    if (!listOffsets) {
        return;
    }
    try {
        await stopConnector(connectors, deleted.name);
        const saved = await readOffsets(connectors, deleted.name);
        saveOrPrint({ ...saved, groupId: deleted.cluster }, reset, report);
        if (reset && saved.offsets.length > 0) {
            const areGone = async () => (await connectors.offsets(deleted.name)).length === 0;
            await connectors.changeOffsets(deleted.name, undefined, areGone);
        }
    } catch (error) {
        if (error instanceof ConnectError && error.kind === "absent") {
            return;
        }
        if (reset || isSilence(error)) {
            throw error;
        }
        // The offsets stay in the cluster: a connector whose plugin is gone from the workers can still be deleted
        const { message } = error as Error;
        report(
            `connector "${deleted.name}": its offsets stay in the cluster, but could not be saved in a file: ${message}`,
        );
    }
}

/** Where no file can be written, such as in a container without a home folder, the deletion must still end. */
function saveOrPrint(saved: SavedOffsets, reset: boolean, report: Report): void {
    if (saved.offsets.length === 0) {
        return;
    }
    const subject = `connector "${saved.connector}": its offsets`;
    try {
        report(`${subject} are saved in ${saveOffsets(offsetsFolder(), saved)}`);
    } catch (error) {
        const { message } = error as Error;
        const fate = reset ? "are reset" : "stay in the cluster";
        report(
            `${subject} ${fate}, but could not be saved in a file: ${message}. They are ${stringifyExact(saved.offsets)}`,
        );
    }
}

/** An error that the deletion itself would meet, too. */
function isSilence(error: unknown): boolean {
    return error instanceof ConnectError && ["unreachable", "notReady", "busy", "ambiguous"].includes(error.kind);
}
