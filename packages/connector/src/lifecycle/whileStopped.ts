import { Connectors } from "../client/connectors";
import { ConnectError } from "../client/errors";
import { ConnectorStatus, DesiredState } from "../client/types";
import { done, pending, waitFor } from "../client/waitFor";
import { describe } from "./status";
import { waitForState } from "./waitForState";

/** Opens the cluster anew, with a time limit of its own. */
export type Connect = (limitSeconds: number) => Connectors;

/** Limit of the stop and of what is done then, s. Zombies among a sink's consumers are thrown out after 45 s. */
const WORK_SECONDS = 120;
/** Limit of putting the connector back, s, which counts from when that begins. */
const UNDO_SECONDS = 120;
/** Limit of a last look at what could not be put back, s. */
const LOOK_SECONDS = 5;

/** What failed while a connector was stopped, and the state that it is in now. The message holds no secret. */
export class StoppedWorkError extends Error {
    override readonly name = "StoppedWorkError";
}

/**
 * Stops a connector, does something, and puts the connector back into the state it was in: also when that something fails.
 *
 * @param work begins when the connector is STOPPED and has no task left.
 * @returns what `work` does.
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
        throw new ConnectError("absent", `connector "${name}" has no status: it is not there, or just being created`);
    }
    let result: T;
    try {
        await stopConnector(connectors, name, before);
        result = await work(connectors);
    } catch (error) {
        const outcome = await putBack(connect, name, before).catch((undoError: Error) => undoError.message);
        throw new StoppedWorkError(`${(error as Error).message}. ${outcome}`);
    }
    await putBack(connect, name, before);
    return result;
}

/**
 * Stops a connector and waits until it has no task left.
 *
 * @param before its status, where it is known.
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

/** @returns in words what state the connector is in again. */
async function putBack(connect: Connect, name: string, before: ConnectorStatus): Promise<string> {
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
            `Connector "${name}" could not be put back to ${state}: ${(error as Error).message}. ` +
                `Now it is: ${await look(connect, name)}. Put it back with: ` +
                connectors.client.redact(`curl -X PUT ${restUrl}/connectors/${encodeURIComponent(name)}/${action}`),
        );
    }
}

/** What FAILED, or was on its way, was to run. */
function stateToKeep({ connector }: ConnectorStatus): DesiredState {
    const state = connector.state.toLowerCase();
    return state === "paused" || state === "stopped" ? state : "running";
}

async function look(connect: Connect, name: string): Promise<string> {
    const connectors = connect(LOOK_SECONDS);
    return connectors.status(name).then(
        (status) => describe(status, (text) => connectors.client.redact(text)),
        () => "not known, for no worker answers",
    );
}
