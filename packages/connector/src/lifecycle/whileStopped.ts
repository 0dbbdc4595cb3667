import { Connectors } from "../client/connectors";
import { ConnectError } from "../client/errors";
import { ConnectorStatus, DesiredState } from "../client/types";
import { done, pending, waitFor } from "../client/waitFor";
import { describeStatus } from "./status";
import { waitForState } from "./waitForState";

/** Opens a new client of the cluster, with its own time limit. */
export type Connect = (limitSeconds: number) => Connectors;

/** Limit of the stop and of the work, s. Dead consumers leave the group of a sink after 45 s. */
const WORK_SECONDS = 120;
/** Limit of restoring the state, s, from its begin. */
const UNDO_SECONDS = 120;
/** Limit of reading the state that could not be restored, s. */
const READ_SECONDS = 5;

/** The error while a connector was stopped, and its state now. The message contains no secret. */
export class StoppedWorkError extends Error {
    override readonly name = "StoppedWorkError";
}

/**
 * Stops a connector, runs work, and restores the connector's state, also when the work fails.
 *
 * @param work starts when the connector is STOPPED and has no task left.
 * @returns the result of `work`.
 * @throws ConnectError when nothing was done; StoppedWorkError later.
 */
export async function whileStopped<T>(
    connect: Connect,
    name: string,
    work: (connectors: Connectors) => Promise<T>,
): Promise<T> {
    const connectors = connect(WORK_SECONDS);
    const before = await connectors.status(name);
    if (!before) {
        throw new ConnectError("absent", `connector "${name}" has no status: it does not exist, or is being created`);
    }
    let result: T;
    try {
        await stopConnector(connectors, name, before);
        result = await work(connectors);
    } catch (error) {
        const outcome = await restoreState(connect, name, before).catch((undoError: Error) => undoError.message);
        throw new StoppedWorkError(`${(error as Error).message}. ${outcome}`);
    }
    await restoreState(connect, name, before);
    return result;
}

/**
 * Stops a connector and waits until it has no task left.
 *
 * @param before its status, if it is known.
 */
export async function stopConnector(connectors: Connectors, name: string, before?: ConnectorStatus): Promise<void> {
    const { deadline } = connectors.client;
    if (!before || stateToKeep(before) !== "stopped") {
        await connectors.setState(name, "stopped");
    }
    await waitForState(connectors, name, { state: "stopped", minTasks: 0 });
    await waitFor(
        connectors.client,
        async () =>
            (await connectors.taskConfigs(name)) === "[]" ? done(undefined) : pending("its tasks are still there"),
        {
            timedOut: () => {
                throw new Error(`connector "${name}" is STOPPED, but still has tasks after ${deadline.limitSeconds} s`);
            },
        },
    );
}

/** @returns the restored state, in words. */
async function restoreState(connect: Connect, name: string, before: ConnectorStatus): Promise<string> {
    const state = stateToKeep(before);
    const text = `Connector "${name}" is ${state}, as before`;
    if (state === "stopped") {
        return text;
    }
    const connectors = connect(UNDO_SECONDS);
    try {
        await connectors.setState(name, state);
        if (before.connector.state === "FAILED" || before.tasks.some((task) => task.state === "FAILED")) {
            return `Connector "${name}" was resumed; it had FAILED before`;
        }
        await waitForState(connectors, name, { state, minTasks: Math.min(1, before.tasks.length) });
        return text;
    } catch (error) {
        const [restUrl] = connectors.client.restUrls;
        const action = state === "paused" ? "pause" : "resume";
        throw new StoppedWorkError(
            `The state ${state} of connector "${name}" could not be restored: ${(error as Error).message}. ` +
                `State now: ${await currentStatus(connect, name)}. Restore it with: ` +
                connectors.client.redact(`curl -X PUT ${restUrl}/connectors/${encodeURIComponent(name)}/${action}`),
        );
    }
}

/** A FAILED connector, or one in a transient state, was meant to run. */
function stateToKeep({ connector }: ConnectorStatus): DesiredState {
    const state = connector.state.toLowerCase();
    return state === "paused" || state === "stopped" ? state : "running";
}

async function currentStatus(connect: Connect, name: string): Promise<string> {
    const connectors = connect(READ_SECONDS);
    return connectors.status(name).then(
        (status) => describeStatus(status, (text) => connectors.client.redact(text)),
        () => "not known, because no worker answers",
    );
}
