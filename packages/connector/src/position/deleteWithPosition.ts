import { stringifyExact } from "../client/exactJson";
import { Connectors } from "../client/connectors";
import { ConnectError } from "../client/errors";
import { deleteConnector } from "../lifecycle/createConnector";
import { readOffsets, requireVersion } from "./offsets";
import { offsetsFolder, SavedOffsets, saveOffsets } from "./offsetsFile";
import type { OnDelete } from "../inputs/checkOnDelete";
import { postgresSource } from "../postgres/postgresSource";
import { DatabaseLeftovers, dropFromDatabase } from "../postgres/replicationSlot";
import { stopConnector } from "../lifecycle/whileStopped";

/** A connector that is to go. */
export interface DoomedConnector {
    name: string;
    /** Name of its Connect cluster, for the file of its offsets. */
    cluster: string;
    config: Record<string, string>;
    onDelete?: OnDelete;
}

/** Who is told. */
export interface DeletionOptions {
    /** Takes a line about what was done. */
    say: (line: string) => void;
}

/**
 * Deletes a connector, with what its policy says. First it is stopped and its offsets are kept in a file (from Connect 3.5
 * on); then they are reset, where that is wanted; then it is deleted, and its tasks are waited for; then slot and publication
 * go. What is gone already is fine, so that an interrupted deletion can be repeated.
 *
 * @throws ConnectError when the connector may be there still; LeftInDatabaseError when it is gone.
 */
export async function deleteWithPosition(
    connectors: Connectors,
    doomed: DoomedConnector,
    options: DeletionOptions,
): Promise<void> {
    const reset = doomed.onDelete?.offsets === "reset";
    if (reset) {
        await requireVersion(connectors, "changeOffsets");
    }
    if (await connectors.info(doomed.name)) {
        await leavePosition(connectors, doomed, reset, options);
    }
    await deleteConnector(connectors, doomed.name);
    await dropLeftovers(doomed, options.say);
}

/** Drops what the policy says in the database. */
export async function dropLeftovers(
    { config, onDelete }: Pick<DoomedConnector, "config" | "onDelete">,
    say: (line: string) => void,
): Promise<void> {
    const leftovers = leftoversOf(config, onDelete);
    if (leftovers) {
        await dropFromDatabase(leftovers, say);
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
        slot: database.slot && slot,
        publication: database.publication && publication,
    };
}

/** At rest first: the offsets of a connector that runs are old before they are in a file, and its slot moves on past them. */
async function leavePosition(
    connectors: Connectors,
    doomed: DoomedConnector,
    reset: boolean,
    options: DeletionOptions,
): Promise<void> {
    const { listOffsets } = await connectors.abilities();
    if (!listOffsets) {
        return;
    }
    try {
        await stopConnector(connectors, doomed.name);
        const saved = await readOffsets(connectors, doomed.name);
        keep({ ...saved, groupId: doomed.cluster }, reset, options);
        if (reset && saved.offsets.length > 0) {
            const gone = async () => (await connectors.offsets(doomed.name)).length === 0;
            await connectors.changeOffsets(doomed.name, undefined, gone);
        }
    } catch (error) {
        if (error instanceof ConnectError && error.kind === "absent") {
            return;
        }
        if (reset || isSilence(error)) {
            throw error;
        }
        // They stay where they are: a connector whose plugin is gone from the workers can be deleted all the same.
        const { message } = error as Error;
        options.say(
            `connector "${doomed.name}": its offsets stay in the cluster, but could not be kept in a file: ${message}`,
        );
    }
}

/** Where no file can be written, such as in a container without a home, a deletion must end all the same. */
function keep(saved: SavedOffsets, reset: boolean, { say }: DeletionOptions): void {
    if (saved.offsets.length === 0) {
        return;
    }
    const its = `connector "${saved.connector}": its offsets`;
    try {
        say(`${its} are kept in ${saveOffsets(offsetsFolder(), saved)}`);
    } catch (error) {
        const { message } = error as Error;
        const fate = reset ? "are reset" : "stay in the cluster";
        say(`${its} ${fate}, but could not be kept in a file: ${message}. They are ${stringifyExact(saved.offsets)}`);
    }
}

/** What the deletion itself would meet, too. */
function isSilence(error: unknown): boolean {
    return error instanceof ConnectError && ["unreachable", "notReady", "busy", "ambiguous"].includes(error.kind);
}
