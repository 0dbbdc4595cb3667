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
 * A change of a connector's offsets:
 * - `alter`: these partitions get these offsets, or none where the offset is null; other partitions keep theirs;
 * - `restore`: all offsets are replaced by these;
 * - `reset`: all offsets are deleted, and the connector starts from the beginning.
 */
export type OffsetsChange =
    { kind: "alter"; offsets: ConnectorOffset[] } | { kind: "restore"; offsets: ConnectorOffset[] } | { kind: "reset" };

/** Result of a change. */
export interface ChangedOffsets {
    /** The offsets of the stopped connector before the change. */
    before: ConnectorOffset[];
    /** The offsets that were read back. */
    after: ConnectorOffset[];
    /** Connect's message. It also mentions that a connector may keep offsets elsewhere, which Connect does not change. */
    message: string;
}

/** Limit for reading changed offsets back, s. */
const READ_BACK_SECONDS = 15;
const ANSWER_LOST = "The answer of Connect was lost; the offsets were read back, and are as requested.";

/**
 * Reads a connector's offsets, in the form of an offsets file.
 *
 * @throws ConnectError when the connector does not exist, or the version is below 3.5.
 */
export async function readOffsets(connectors: Connectors, name: string): Promise<SavedOffsets> {
    await requireVersion(connectors, "listOffsets");
    const { kafka_cluster_id: kafkaClusterId } = await connectors.worker();
    const info = await connectors.info(name);
    if (!info) {
        throw new ConnectError("absent", `connector "${name}" not found`);
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
 * Changes a connector's offsets. The connector is stopped, and returned to its state afterwards.
 *
 * @param keep receives the offsets of the stopped connector before the change. If it fails, nothing is changed.
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
        return { before, after: before, message: "The offsets are already as requested." };
    }
    const changed = async () => sameOffsets(await connectors.offsets(name), wanted);
    const message = await connectors.changeOffsets(name, request, changed).catch((error: unknown) => {
        const unsure = error instanceof ConnectError && error.mayHaveHappened;
        throw unsure ? new Error(`${error.message}. The offsets may have been changed`) : error;
    });
    return { before, after: await readBack(connectors, name, wanted), message: message ?? ANSWER_LOST };
}

/** The body of a `PATCH`; undefined for a `DELETE`. */
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
                throw new Error(
                    `Connect accepted the change, but the offsets that were read back are ${stringifyExact(found)}`,
                );
            },
        },
    );
}

const NEEDED = {
    listOffsets: { what: "listing offsets", version: "3.5" },
    changeOffsets: { what: "changing offsets", version: "3.6" },
};

/** @throws ConnectError when the version of Connect does not have the ability. */
export async function requireVersion(connectors: Connectors, ability: keyof typeof NEEDED): Promise<void> {
    if (!(await connectors.abilities())[ability]) {
        const { what, version } = NEEDED[ability];
        const found = (await connectors.worker()).version;
        const where = connectors.client.redact(connectors.client.restUrls.join(", "));
        throw new ConnectError("refused", `${what} needs Kafka Connect ${version} or newer; ${where} runs ${found}`);
    }
}
