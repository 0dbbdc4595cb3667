import { addedKeys, differingKeys } from "./compare";
import { Connectors } from "./connectors";
import { ConnectError } from "./errors";
import { explainInvalid } from "./explainInvalid";
import { Generation } from "./generation";
import { requirePlugin } from "./plugins";
import { ConnectorInfo, ConnectorStatus, DesiredState } from "./types";
import { NotReachedError, waitForState } from "./waitForState";

/** A connector as it is to be. */
export interface ConnectorSpec {
    name: string;
    class: string;
    tasksMax: number;
    /** Tasks that must run before the connector counts as running. */
    minTasks: number;
    /** Settings without `name`, `connector.class` and `tasks.max`. */
    config: Record<string, string>;
    state: DesiredState;
}

/** A connector as a cluster has it. */
export interface LiveConnector {
    info: ConnectorInfo;
    status: ConnectorStatus | undefined;
}

/** A connector right after it was written and has reached its state. */
export interface SettledConnector extends LiveConnector {
    status: ConnectorStatus;
    /** Keys that the server added to the config by itself. */
    serverKeys: string[];
}

/** What {@link updateConnector} cannot see on the cluster. */
export interface UpdateOptions {
    /** Keys that the server added to the config by itself at the last write. */
    serverKeys?: readonly string[];
    /** True when a secret that the config refers to has another value now: the tasks have to read it. */
    secretChanged?: boolean;
}

/**
 * The connector is on the cluster, or may be, but is not as it should be. It must not be forgotten: an update, later,
 * goes on from here. The message holds no secret.
 */
export class UnfinishedError extends Error {
    override readonly name = "UnfinishedError";

    constructor(
        message: string,
        /** The last status seen. */
        readonly status?: ConnectorStatus,
    ) {
        super(message);
    }
}

/** All that Connect is told about a connector. */
export function fullConfig(spec: ConnectorSpec): Record<string, string> {
    return {
        ...spec.config,
        name: spec.name,
        "connector.class": spec.class,
        "tasks.max": String(spec.tasksMax),
    };
}

/**
 * Creates a connector and waits until it is in its state, stably. One that exists already and is equal is taken over
 * without a write; a different one only with `adopt`, which overwrites its config.
 *
 * @throws UnfinishedError when the connector is there but not well; any other error when nothing was done.
 */
export async function createConnector(
    connectors: Connectors,
    spec: ConnectorSpec,
    { adopt = false } = {},
): Promise<SettledConnector> {
    await requireStates(connectors, spec);
    await requirePlugin(connectors, spec.class);
    const existing = await connectors.info(spec.name);
    if (existing) {
        return takeOver(connectors, spec, existing, adopt);
    }
    try {
        await create(connectors, spec);
    } catch (error) {
        const raced =
            error instanceof ConnectError && error.kind === "exists" ? await connectors.info(spec.name) : null;
        if (raced) {
            return takeOver(connectors, spec, raced, adopt);
        }
        throw error;
    }
    return finish(connectors, spec, async () => {
        const { initialState } = await connectors.abilities();
        if (!initialState && spec.state !== "running") {
            await connectors.setState(spec.name, spec.state);
        }
        return undefined;
    });
}

/**
 * Makes a connector what it is to be, with as little disturbance as that takes: nothing is written that is as it should
 * be. A connector that is gone is created again; what has FAILED is restarted.
 *
 * @throws UnfinishedError when the connector was changed but is not well; any other error when nothing was done.
 */
export async function updateConnector(
    connectors: Connectors,
    spec: ConnectorSpec,
    options: UpdateOptions = {},
): Promise<SettledConnector> {
    await requireStates(connectors, spec);
    const existing = await connectors.info(spec.name);
    if (!existing) {
        return createConnector(connectors, spec);
    }
    const stale = differingKeys(fullConfig(spec), existing.config, options.serverKeys).length > 0;
    if (existing.config["connector.class"] !== spec.class) {
        await requirePlugin(connectors, spec.class);
    }
    return change(connectors, spec, { stale, restart: options.secretChanged ?? false });
}

/** A connector with its status; undefined when the cluster says that there is none. No answer is an error. */
export async function readConnector(connectors: Connectors, name: string): Promise<LiveConnector | undefined> {
    const info = await connectors.info(name);
    return info && { info, status: await connectors.status(name) };
}

/** How long the status of a deleted connector may outlive it, ms: that of tasks on a dead worker stays for good. */
const STATUS_OUTLIVES_MS = 15_000;

/**
 * Deletes a connector and waits until its tasks are gone, too, so that one of the same name can be created. One that is not
 * there is fine. Its offsets, its sink's consumer group and its replication slot stay.
 */
export async function deleteConnector(connectors: Connectors, name: string): Promise<void> {
    const { deadline, progress } = connectors.client;
    await connectors.remove(name);
    const removedMs = deadline.clock.now();
    for (;;) {
        const there = await connectors.info(name);
        if (!there && deadline.clock.now() - removedMs >= STATUS_OUTLIVES_MS) {
            return;
        }
        if (!there && !(await connectors.status(name))) {
            return;
        }
        if (deadline.passed) {
            throw new ConnectError("ambiguous", `connector "${name}" is still there after ${deadline.limitSeconds} s`);
        }
        progress.waiting("its tasks are still being stopped");
        await deadline.sleep(250);
    }
}

async function takeOver(
    connectors: Connectors,
    spec: ConnectorSpec,
    existing: ConnectorInfo,
    adopt: boolean,
): Promise<SettledConnector> {
    const keys = differingKeys(fullConfig(spec), existing.config);
    if (keys.length > 0 && !adopt) {
        throw new ConnectError(
            "exists",
            `connector "${spec.name}" exists already and differs in ${keys.join(", ")}. Set adopt: true to take it over ` +
                "and write this config over its own, or delete it, or choose another name.",
        );
    }
    return change(connectors, spec, { stale: keys.length > 0, restart: false });
}

async function create(connectors: Connectors, spec: ConnectorSpec): Promise<void> {
    const config = fullConfig(spec);
    const { initialState } = await connectors.abilities();
    const first = initialState && spec.state !== "running" ? spec.state : undefined;
    try {
        await connectors.create(config, first, () => isWritten(connectors, spec));
    } catch (error) {
        throw await afterFailedWrite(connectors, config, error);
    }
}

async function change(
    connectors: Connectors,
    spec: ConnectorSpec,
    { stale, restart }: { stale: boolean; restart: boolean },
): Promise<SettledConnector> {
    const { deadline } = connectors.client;
    const before = await connectors.status(spec.name);
    const taskConfigs = stale ? await connectors.taskConfigs(spec.name) : undefined;
    const stateDiffers = before?.connector.state.toLowerCase() !== spec.state;
    // A connector that is to rest does so before it gets its new config; one that is to run has it when it starts.
    if (stateDiffers && spec.state !== "running") {
        await connectors.setState(spec.name, spec.state);
    }
    if (stale) {
        await write(connectors, spec);
    }
    return finish(connectors, spec, async () => {
        if (stateDiffers && spec.state === "running") {
            await connectors.setState(spec.name, "running");
        }
        const { restartsTasksOnUpdate } = await connectors.abilities();
        const mustRestart = stale ? !restartsTasksOnUpdate : restart;
        if (mustRestart && spec.state !== "stopped") {
            await connectors.restartAll(spec.name);
            return before && new Generation(before, deadline, { withinMs: 1000 });
        }
        const haveNewConfigs = async () => (await connectors.taskConfigs(spec.name)) !== taskConfigs;
        return stale && before ? new Generation(before, deadline, { haveNewConfigs }) : undefined;
    });
}

async function write(connectors: Connectors, spec: ConnectorSpec): Promise<void> {
    const config = fullConfig(spec);
    try {
        await connectors.putConfig(spec.name, config, () => isWritten(connectors, spec));
    } catch (error) {
        throw await afterFailedWrite(connectors, config, error);
    }
}

/** From here on the connector is on the cluster: whatever fails, it must not be forgotten. */
async function finish(
    connectors: Connectors,
    spec: ConnectorSpec,
    act: () => Promise<Generation | undefined>,
): Promise<SettledConnector> {
    try {
        await waitUntilWritten(connectors, spec);
        const restarted = await act();
        const status = await waitForState(connectors, spec.name, spec, restarted);
        const info = (await connectors.info(spec.name))!;
        return { info, status, serverKeys: addedKeys(fullConfig(spec), info.config) };
    } catch (error) {
        const status = error instanceof NotReachedError ? error.status : undefined;
        throw new UnfinishedError((error as Error).message, status);
    }
}

async function waitUntilWritten(connectors: Connectors, spec: ConnectorSpec): Promise<void> {
    const { deadline, progress } = connectors.client;
    while (!(await isWritten(connectors, spec))) {
        if (deadline.passed) {
            throw new Error(`the config that was written cannot be read back after ${deadline.limitSeconds} s`);
        }
        progress.waiting("the config that was written cannot be read back yet");
        await deadline.sleep(200);
    }
}

async function isWritten(connectors: Connectors, spec: ConnectorSpec): Promise<boolean> {
    const live = await connectors.info(spec.name);
    const added = live && addedKeys(fullConfig(spec), live.config);
    return live !== undefined && differingKeys(fullConfig(spec), live.config, added).length === 0;
}

async function afterFailedWrite(
    connectors: Connectors,
    config: Record<string, string>,
    error: unknown,
): Promise<unknown> {
    if (!(error instanceof ConnectError) || error.kind === "exists") {
        return error;
    }
    const explained = error.kind === "invalid" ? await explainInvalid(connectors, config, error) : error;
    return error.mayHaveHappened ? new UnfinishedError(explained.message) : explained;
}

async function requireStates(connectors: Connectors, spec: ConnectorSpec): Promise<void> {
    const { stop } = await connectors.abilities();
    if (spec.state === "stopped" && !stop) {
        throw new ConnectError(
            "refused",
            `connector "${spec.name}": the state stopped needs Kafka Connect 3.5 or newer`,
        );
    }
}
