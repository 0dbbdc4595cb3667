import { Connectors } from "../client/connectors";
import { ConnectError } from "../client/errors";
import type { ConnectorStatus } from "../client/types";
import type { ConnectorSpec, SettledConnector } from "./connectorSpec";
import { requireValid } from "./explainInvalid";
import { fullConfig } from "./fullConfig";
import { Generation } from "./generation";
import { UnfinishedError } from "./unfinished";
import { NotReachedError, waitForState } from "./waitForState";
import { putConfig, readBack, type WrittenKeys } from "./writeConfig";

/** Statuses of restarted tasks arrive within this time after Connect's answer, ms. */
const RESTART_SEEN_MS = 5000;

/** The tasks of a connector before a change. */
export interface TasksBefore {
    status: ConnectorStatus | undefined;
    configs: string;
}

/** What {@link changeConnector} changes. */
export interface Change {
    /** Keys in which the config differs from the declared one. */
    differing: string[];
    /** True: the tasks are restarted even when the config does not differ. */
    restart: boolean;
    /** Keys that the server added to the config at the last write. */
    serverKeys: readonly string[];
}

export async function tasksBefore(connectors: Connectors, name: string): Promise<TasksBefore> {
    const [status, configs] = await Promise.all([connectors.status(name), connectors.taskConfigs(name)]);
    return { status, configs };
}

/**
 * Writes the config and state of an existing connector where they differ, restarts its tasks where necessary, and waits until
 * it is in its state.
 *
 * @throws UnfinishedError when the connector may have been changed; any other error when it was not.
 */
export async function changeConnector(
    connectors: Connectors,
    spec: ConnectorSpec,
    before: TasksBefore,
    change: Change,
): Promise<SettledConnector> {
    const isStale = change.differing.length > 0;
    const { deadline } = connectors.client;
    const { restartsTasksOnUpdate } = await connectors.abilities();
    const stateDiffers = before.status?.connector.state.toLowerCase() !== spec.state;
    let restartDue = spec.state !== "stopped" && (isStale ? !restartsTasksOnUpdate : change.restart);
    const resumeAndRestart = async (read: Promise<unknown>) => {
        if (stateDiffers && spec.state === "running") {
            await read;
            await connectors.setState(spec.name, "running");
        }
        if (restartDue) {
            await read;
            await connectors.restartAll(spec.name);
            restartDue = false;
            return before.status && new Generation(before.status, deadline, { withinMs: RESTART_SEEN_MS });
        }
        if (!isStale || !before.status) {
            return undefined;
        }
        const haveNewConfigs = connectors.whetherTaskConfigsChanged(before.status, before.configs);
        return new Generation(before.status, deadline, { haveNewConfigs });
    };
    let configDue = isStale;
    let isTouched = false;
    try {
        // A connector that is paused or stopped is so before it gets its new config; one that is started gets it first
        if (stateDiffers && spec.state !== "running") {
            if (isStale) {
                await requireValid(connectors, fullConfig(spec));
            }
            await connectors.setState(spec.name, spec.state);
            isTouched = true;
        }
        const written = isStale
            ? await putConfig(connectors, spec, change.differing, change.serverKeys)
            : { serverKeys: change.serverKeys, unwanted: [] };
        configDue = false;
        return await settle(connectors, spec, written, resumeAndRestart);
    } catch (error) {
        if (isTouched || mayHaveChanged(error)) {
            const { message, status } = error as UnfinishedError;
            throw new UnfinishedError(message, status, restartDue, { configDue });
        }
        throw error;
    }
}

/** Restarts the tasks of a connector, and waits until it is in its state. */
export function restartOnce(
    connectors: Connectors,
    spec: ConnectorSpec,
    { status, serverKeys }: SettledConnector,
): Promise<SettledConnector> {
    return settle(connectors, spec, { serverKeys, unwanted: [] }, async () => {
        await connectors.restartAll(spec.name);
        return new Generation(status, connectors.client.deadline, { withinMs: RESTART_SEEN_MS });
    });
}

/**
 * Reads the written config back and waits until the connector is in its state.
 *
 * @param resume the steps before the wait. Receives the promise of reading the config back.
 * @throws UnfinishedError whatever fails: the connector is on the cluster and must stay in Pulumi's state.
 */
export async function settle(
    connectors: Connectors,
    spec: ConnectorSpec,
    written: WrittenKeys,
    resume: (read: Promise<unknown>) => Promise<Generation | undefined>,
): Promise<SettledConnector> {
    try {
        const read = readBack(connectors, spec, written);
        const reachState = async () => waitForState(connectors, spec.name, spec, await resume(read));
        const [{ info, serverKeys }, status] = await Promise.all([read, reachState()]);
        return { info, status, serverKeys };
    } catch (error) {
        const status = error instanceof NotReachedError ? error.status : undefined;
        throw new UnfinishedError((error as Error).message, status);
    }
}

/** @throws ConnectError when the workers' version does not have the declared state. */
export async function requireState(connectors: Connectors, spec: ConnectorSpec): Promise<void> {
    const { stop } = await connectors.abilities();
    if (spec.state === "stopped" && !stop) {
        throw new ConnectError(
            "refused",
            `connector "${spec.name}": the state stopped needs Kafka Connect 3.5 or newer`,
        );
    }
}

function mayHaveChanged(error: unknown): boolean {
    return error instanceof UnfinishedError || (error instanceof ConnectError && error.mayHaveHappened);
}
