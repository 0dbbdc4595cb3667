import { Connectors } from "../client/connectors";
import { ConnectError } from "../client/errors";
import type { ConnectorInfo } from "../client/types";
import { ConnectorInputs, InputFault, specOf } from "../inputs/connectorInputs";
import {
    createConnector,
    CreateOptions,
    deleteConnector,
    SettledConnector,
    updateConnector,
} from "../lifecycle/createConnector";
import { leaving, unfinishedUntil, Unsettled } from "../lifecycle/unfinished";
import { stopConnector } from "../lifecycle/whileStopped";
import { sameOffsets } from "./offsetList";
import { applyChange, readOffsets } from "./offsets";
import { positionFaults } from "./positionLoss";

/**
 * Makes a connector go on where another one of its cluster is, which is deleted then: Connect cannot rename one. No two of
 * them run at any time, and each step finds what an interrupted rename has done already:
 *
 * 1. the new one is made stopped, which also lets Connect refuse its config;
 * 2. the old one is stopped;
 * 3. its offsets become the new one's: a source's, or those of a sink's consumer group;
 * 4. the old one is deleted;
 * 5. the new one gets its state.
 *
 * @param from name of the old one.
 * @param isOurs true: a new one that is there with another config is of an interrupted rename.
 * @param options of the new one's creation. One that is stopped and has this config is of an interrupted rename, too.
 * @returns undefined when there is no old one.
 * @throws ConnectError when nothing was done; UnfinishedError later.
 */
export async function renameConnector(
    connectors: Connectors,
    from: string,
    inputs: ConnectorInputs,
    isOurs: boolean,
    options: CreateOptions,
): Promise<SettledConnector | undefined> {
    const old = await connectors.info(from);
    if (!old) return undefined;

    const reason = await whyNotRenamed(connectors, old, inputs.name);
    if (reason) throw new ConnectError("refused", reason);

    const spec = specOf(inputs);
    const stopped = { ...spec, state: "stopped" as const };
    const adopt = isOurs || options.adopt || "equal";
    const { serverKeys } = await createConnector(connectors, stopped, { ...options, adopt }).catch((error: unknown) => {
        throw leaving(DUE, error);
    });
    return unfinishedUntil(DUE, async () => {
        await stopConnector(connectors, from);
        await carryOffsets(connectors, from, inputs.name);
        await deleteConnector(connectors, from);
        connectors.client.progress.say(`it goes on from connector "${from}", which was deleted`);
        return updateConnector(connectors, spec, { serverKeys });
    });
}

const DUE: Unsettled = { renameDue: true };

/**
 * What stands in the way of a rename at preview.
 *
 * @param isNew true for a resource that is not in the state: the old one's config is asked of the cluster then.
 */
export async function renameFaults(
    connectors: Connectors,
    news: ConnectorInputs & { renamedFrom: string },
    isNew: boolean,
    isUnknown: (value: unknown) => boolean,
): Promise<InputFault[]> {
    const old = await connectors.info(news.renamedFrom);
    if (!old) return [];

    const reason = await whyNotRenamed(connectors, old, news.name);
    const faults = reason ? [{ property: "renamedFrom", reason }] : [];
    if (isNew) {
        const { "connector.class": connectorClass = news.class, ...config } = old.config;
        const before = { name: old.name, cluster: news.cluster, class: connectorClass, config };
        faults.push(...positionFaults(before, news, isUnknown, old.type));
    }
    return faults;
}

async function whyNotRenamed(connectors: Connectors, old: ConnectorInfo, name: string): Promise<string | undefined> {
    const rename = `renamedFrom: connector "${old.name}" cannot become "${name}"`;
    const [{ initialState }, { version }] = await Promise.all([connectors.abilities(), connectors.worker()]);
    if (!initialState) {
        const wayRound =
            old.type === "sink"
                ? `leave renamedFrom out and set config["consumer.override.group.id"] to "connect-${old.name}", with which it ` +
                  `goes on in the old one's consumer group`
                : `keep name: "${old.name}", for the resource alone may have another name; or upgrade the workers first`;
        return `${rename}: that needs Kafka Connect 3.7 or newer, and this is ${version}. Instead ${wayRound}`;
    }
    const state = (await connectors.status(name))?.connector.state;
    if (state !== undefined && state !== "STOPPED") {
        return (
            `${rename}: both are on the cluster, and "${name}" is ${state}. Delete the one that is not to go on, ` +
            "or choose another name"
        );
    }
    return undefined;
}

/** Of an old one without offsets, which an interrupted rename may have left, nothing is taken. */
async function carryOffsets(connectors: Connectors, from: string, to: string): Promise<void> {
    const { offsets } = await readOffsets(connectors, from);
    const before = await readOffsets(connectors, to);
    if (offsets.length > 0 && !sameOffsets(before.offsets, offsets)) {
        await applyChange(connectors, before, { kind: "restore", offsets });
    }
}
