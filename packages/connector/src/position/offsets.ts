import { Deadline } from "../client/clock";
import { Connectors } from "../client/connectors";
import { ConnectError } from "../client/errors";
import { stringifyExact } from "../client/exactJson";
import { ConnectorOffset } from "../client/types";
import { done, pending, waitFor } from "../client/waitFor";
import { Connect, StoppedWorkError, whileStopped } from "../lifecycle/whileStopped";
import { offsetsAfter, replacing, sameOffsets } from "./offsetList";
import { SavedOffsets } from "./offsetsFile";

/**
 * What is to become of a connector's offsets:
 * - `alter`: these partitions get these offsets, a null none; the others keep theirs;
 * - `restore`: these are the only ones then;
 * - `reset`: all go, and the connector starts anew.
 */
export type OffsetsChange =
    { kind: "alter"; offsets: ConnectorOffset[] } | { kind: "restore"; offsets: ConnectorOffset[] } | { kind: "reset" };

/** What a change did. */
export interface ChangedOffsets {
    /** The last offsets before the change: those of the stopped connector. */
    before: ConnectorOffset[];
    /** As they were read back. */
    after: ConnectorOffset[];
    /** What Connect says to it: also when a connector may keep offsets elsewhere, which it does not change. */
    message: string;
}

/** How long changed offsets may take to be read back, s. */
const READ_BACK_SECONDS = 15;
const ANSWER_LOST = "The answer of Connect was lost; the offsets were read back, and are as they were wanted.";

/**
 * How far a connector has come, in the form that a file keeps.
 *
 * @throws ConnectError when the connector is not there, or the version is below 3.5.
 */
export async function readOffsets(connectors: Connectors, name: string): Promise<SavedOffsets> {
    await requireVersion(connectors, "listOffsets");
    const { kafka_cluster_id: kafkaClusterId } = await connectors.worker();
    const info = await connectors.info(name);
    if (!info) {
        throw new ConnectError("absent", `there is no connector "${name}"`);
    }
    return {
        version: 1,
        connector: name,
        class: info.config["connector.class"]!,
        type: info.type ?? "unknown",
        kafkaClusterId,
        savedAt: new Date().toISOString(),
        offsets: await connectors.offsets(name),
    };
}

/**
 * Changes a connector's offsets. For that the connector is stopped, and put back into its state afterwards.
 *
 * @param keep is given the offsets of the stopped connector before anything is changed; when it fails, nothing is.
 * @throws ConnectError when nothing was done, such as when the version is below 3.6; StoppedWorkError later.
 */
export async function changeOffsets(
    connect: Connect,
    name: string,
    change: OffsetsChange,
    keep: (before: SavedOffsets) => void | Promise<void>,
): Promise<ChangedOffsets> {
    await requireVersion(connect(CHECK_SECONDS), "changeOffsets");
    let changed = false;
    try {
        return await whileStopped(connect, name, async (connectors) => {
            const saved = await readOffsets(connectors, name);
            await keep(saved);
            const result = await applyChange(connectors, saved, change);
            changed = true;
            return result;
        });
    } catch (error) {
        throw changed ? new StoppedWorkError(`the offsets were changed, but: ${(error as Error).message}`) : error;
    }
}

/** Limit of the questions before the connector is stopped, s. */
const CHECK_SECONDS = 60;

/** Changes the offsets of a stopped connector, and reads them back. */
export async function applyChange(
    connectors: Connectors,
    saved: SavedOffsets,
    change: OffsetsChange,
): Promise<ChangedOffsets> {
    const { connector: name, offsets: before } = saved;
    const request = requestFor(change, before);
    const wanted = request ? offsetsAfter(before, request) : [];
    if (request?.length === 0) {
        return { before, after: before, message: "There is nothing to change." };
    }
    const changed = async () => sameOffsets(await connectors.offsets(name), wanted);
    const message = await connectors.changeOffsets(name, request, changed).catch((error: unknown) => {
        const unsure = error instanceof ConnectError && error.mayHaveHappened;
        throw unsure ? new Error(`${error.message}. The offsets may have been changed all the same`) : error;
    });
    return { before, after: await readBack(connectors, name, wanted), message: message ?? ANSWER_LOST };
}

/** What `PATCH` is given; undefined for a `DELETE`. */
function requestFor(change: OffsetsChange, before: ConnectorOffset[]): ConnectorOffset[] | undefined {
    switch (change.kind) {
        case "alter":
            return change.offsets;
        case "restore":
            return replacing(before, change.offsets);
        case "reset":
            return undefined;
    }
}

async function readBack(connectors: Connectors, name: string, wanted: ConnectorOffset[]): Promise<ConnectorOffset[]> {
    const { deadline, progress } = connectors.client;
    const limitSeconds = Math.min(READ_BACK_SECONDS, deadline.remainingMs / 1000);
    let found: ConnectorOffset[];
    return waitFor(
        { deadline: new Deadline(deadline.clock, limitSeconds), progress },
        async () => {
            found = await connectors.offsets(name);
            return sameOffsets(found, wanted) ? done(found) : pending("the changed offsets cannot be read back yet");
        },
        {
            timedOut: () => {
                throw new Error(`Connect took the change, but reads back ${stringifyExact(found)}`);
            },
        },
    );
}

const NEEDED = {
    listOffsets: { what: "listing offsets", version: "3.5" },
    changeOffsets: { what: "changing offsets", version: "3.6" },
};

/** @throws ConnectError when the version of Connect cannot do it. */
export async function requireVersion(connectors: Connectors, ability: keyof typeof NEEDED): Promise<void> {
    if (!(await connectors.abilities())[ability]) {
        const { what, version } = NEEDED[ability];
        const found = (await connectors.worker()).version;
        const where = connectors.client.redact(connectors.client.restUrls.join(", "));
        throw new ConnectError("refused", `${what} needs Kafka Connect ${version} or newer; ${where} runs ${found}`);
    }
}
