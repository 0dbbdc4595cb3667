import { Connectors } from "../client/connectors";
import { ConnectError } from "../client/errors";
import type { ConnectorInfo } from "../client/types";
import { ConnectorInputs, specOf } from "../inputs/connectorInputs";
import { InputProblem } from "../inputs/rules";
import { SettledConnector } from "../lifecycle/connectorSpec";
import { createConnector, CreateOptions } from "../lifecycle/createConnector";
import { deleteConnector } from "../lifecycle/deleteConnector";
import { asUnfinished, type Unsettled, withUnsettled } from "../lifecycle/unfinished";
import { updateConnector } from "../lifecycle/updateConnector";
import { stopConnector } from "../lifecycle/whileStopped";
import { sameOffsets } from "./offsetList";
import { applyChange, readOffsets } from "./offsets";
import { positionLosses } from "./positionLoss";

/**
 * Replaces a connector by one of another name that continues from its position. Connect cannot rename a connector. The two never
 * run at the same time, and a step that an interrupted rename has done is skipped:
 *
 * 1. create the new connector STOPPED; here Connect can refuse its config;
 * 2. stop the old connector;
 * 3. copy its offsets: those of the source, or of the sink's consumer group;
 * 4. delete the old connector;
 * 5. set the state of the new connector.
 *
 * @param from name of the old connector.
 * @param isOurs true: an existing new connector with another config belongs to an interrupted rename.
 * @param options of the creation. An existing new connector that is STOPPED and has this config belongs to one, too.
 * @returns undefined when the old connector does not exist.
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
    if (!old) {
        return undefined;
    }
    const reason = await renameRefusal(connectors, old, inputs.name);
    if (reason) {
        throw new ConnectError("refused", reason);
    }
    const spec = specOf(inputs);
    const stopped = { ...spec, state: "stopped" as const };
    const adopt = isOurs || options.adopt || "equal";
    const { serverKeys } = await createConnector(connectors, stopped, { ...options, adopt }).catch((error: unknown) => {
        throw withUnsettled(RENAME_DUE, error);
    });
    return asUnfinished(RENAME_DUE, async () => {
        await stopConnector(connectors, from);
        await copyOffsets(connectors, from, inputs.name);
        await deleteConnector(connectors, from);
        connectors.client.progress.print(`it continues from connector "${from}", which was deleted`);
        return updateConnector(connectors, spec, { serverKeys });
    });
}

const RENAME_DUE: Unsettled = { renameDue: true };

/**
 * Problems of a rename at preview.
 *
 * @param isNew true for a resource that is not in the state: the config of the old connector is read from the cluster then.
 */
export async function renameProblems(
    connectors: Connectors,
    news: ConnectorInputs & { renamedFrom: string },
    isNew: boolean,
): Promise<InputProblem[]> {
    const old = await connectors.info(news.renamedFrom);
    if (!old) {
        return [];
    }
    const reason = await renameRefusal(connectors, old, news.name);
    const problems = reason ? [{ property: "renamedFrom", reason }] : [];
    if (isNew) {
        const { "connector.class": connectorClass = news.class, ...config } = old.config;
        const before = { name: old.name, cluster: news.cluster, class: connectorClass, config };
        problems.push(...positionLosses(before, news, old.type));
    }
    return problems;
}

async function renameRefusal(connectors: Connectors, old: ConnectorInfo, name: string): Promise<string | undefined> {
    const rename = `renamedFrom: connector "${old.name}" cannot become "${name}"`;
    const [{ initialState }, { version }] = await Promise.all([connectors.abilities(), connectors.worker()]);
    if (!initialState) {
        const instead =
            old.type === "sink"
                ? `remove renamedFrom and set config["consumer.override.group.id"] to "connect-${old.name}": it then continues ` +
                  "in the consumer group of the old connector"
                : `keep name: "${old.name}" (the resource may have another name), or upgrade the workers first`;
        return `${rename}: this needs Kafka Connect 3.7 or newer, and the workers run ${version}. Instead ${instead}`;
    }
    const state = (await connectors.status(name))?.connector.state;
    if (state !== undefined && state !== "STOPPED") {
        return (
            `${rename}: both exist, and "${name}" is ${state}. Delete the connector that is not needed, or choose another ` +
            "name"
        );
    }
    return undefined;
}

/** An old connector without offsets, which an interrupted rename may have left, changes nothing. */
async function copyOffsets(connectors: Connectors, from: string, to: string): Promise<void> {
    const { offsets } = await readOffsets(connectors, from);
    const before = await readOffsets(connectors, to);
    if (offsets.length > 0 && !sameOffsets(before.offsets, offsets)) {
        await applyChange(connectors, before, { kind: "restore", offsets });
    }
}
