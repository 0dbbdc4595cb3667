import { addedKeys, differingKeys } from "./compare";
import { Connectors } from "../client/connectors";
import { ConnectError } from "../client/errors";
import { explainInvalid } from "./explainInvalid";
import { fullConfig } from "./fullConfig";
import { Generation } from "./generation";
import { requirePlugin } from "./plugins";
import { ConnectorInfo, ConnectorStatus, DesiredState } from "../client/types";
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
    /**
     * True when the config is not the one of the last update that came to its end. An update that was killed may have
     * written it; before 3.7.1 the tasks then still run with the old one.
     */
    configChanged?: boolean;
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
        /** True when the tasks were to be restarted, and may not have been. */
        readonly restartDue = false,
    ) {
        super(message);
    }
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
    const isRecreated = await waitForPredecessor(connectors, spec.name);
    try {
        await create(connectors, spec);
    } catch (error) {
        if (error instanceof ConnectError && error.kind === "exists") {
            return takeOverRaced(connectors, spec, adopt, error);
        }
        throw error;
    }
    const settled = await finish(connectors, spec, async () => {
        const { initialState } = await connectors.abilities();
        if (!initialState && spec.state !== "running") {
            await connectors.setState(spec.name, spec.state);
        }
        return undefined;
    });
    return isRecreated && spec.state !== "stopped" ? restartOnce(connectors, spec, settled.status) : settled;
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
        deletedNames.add(nameOnCluster(connectors, spec.name));
        return createConnector(connectors, spec);
    }
    const differing = differingKeys(fullConfig(spec), existing.config, options.serverKeys);
    if (existing.config["connector.class"] !== spec.class) {
        await requirePlugin(connectors, spec.class);
    }
    const { secretChanged = false, configChanged = false } = options;
    const { restartsTasksOnUpdate } = await connectors.abilities();
    return change(connectors, spec, { differing, restart: secretChanged || (configChanged && !restartsTasksOnUpdate) });
}

/** A connector with its status; undefined when the cluster says that there is none. No answer is an error. */
export async function readConnector(connectors: Connectors, name: string): Promise<LiveConnector | undefined> {
    const info = await connectors.info(name);
    return info && { info, status: await connectors.status(name) };
}

/** How long the status of a deleted connector may outlive it, ms: that of tasks on a dead worker stays for good. */
const STATUS_OUTLIVES_MS = 15_000;
/** Connectors that were there before, as far as this process knows: see {@link nameOnCluster}. */
const deletedNames = new Set<string>();

/**
 * Deletes a connector and waits until its tasks are gone, too, so that one of the same name can be created. One that is not
 * there is fine. Its offsets, its sink's consumer group and its replication slot stay.
 */
export async function deleteConnector(connectors: Connectors, name: string): Promise<void> {
    const { deadline, progress } = connectors.client;
    await connectors.remove(name);
    deletedNames.add(nameOnCluster(connectors, name));
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

/**
 * Before 3.7.1 a connector can find task configs of a deleted one of its name (KAFKA-16837, KAFKA-16838). So what is left of
 * that one has to go first, and the new one's tasks are restarted once.
 *
 * @returns true when there was one, as far as that can be known, and the version is such a one.
 */
async function waitForPredecessor(connectors: Connectors, name: string): Promise<boolean> {
    if ((await connectors.abilities()).restartsTasksOnUpdate) {
        return false;
    }
    const { deadline, progress } = connectors.client;
    const endMs = deadline.clock.now() + STATUS_OUTLIVES_MS;
    let isRecreated = deletedNames.has(nameOnCluster(connectors, name));
    while (await connectors.status(name)) {
        isRecreated = true;
        if (deadline.clock.now() >= endMs || deadline.passed) {
            break;
        }
        progress.waiting("tasks of a deleted connector of that name are still being stopped");
        await deadline.sleep(250);
    }
    return isRecreated;
}

/** Tasks have been started again when Connect says so; that their statuses have come through its topic may take so long, ms. */
const RESTART_SEEN_MS = 5000;

function nameOnCluster({ client }: Connectors, name: string): string {
    return `${name} ${[...client.restUrls].sort().join(" ")}`;
}

function restartOnce(connectors: Connectors, spec: ConnectorSpec, before: ConnectorStatus): Promise<SettledConnector> {
    return finish(connectors, spec, async () => {
        await connectors.restartAll(spec.name);
        return new Generation(before, connectors.client.deadline, { withinMs: RESTART_SEEN_MS });
    });
}

/**
 * Takes over a connector that came while ours was being created. Where the answer to an earlier try was lost, it may be what
 * that try made: then it must not be forgotten.
 */
async function takeOverRaced(
    connectors: Connectors,
    spec: ConnectorSpec,
    adopt: boolean,
    { message, mayHaveHappened }: ConnectError,
): Promise<SettledConnector> {
    try {
        const existing = await connectors.info(spec.name);
        if (!existing) {
            throw new ConnectError("ambiguous", message);
        }
        return await takeOver(connectors, spec, existing, adopt);
    } catch (error) {
        const isAnothers = error instanceof ConnectError && error.kind === "exists";
        throw mayHaveHappened && error instanceof ConnectError && !isAnothers
            ? new UnfinishedError(error.message)
            : error;
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
    return change(connectors, spec, { differing: keys, restart: false });
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
    { differing, restart }: { differing: string[]; restart: boolean },
): Promise<SettledConnector> {
    const stale = differing.length > 0;
    const { deadline } = connectors.client;
    const { restartsTasksOnUpdate } = await connectors.abilities();
    const before = await connectors.status(spec.name);
    const taskConfigs = stale ? await connectors.taskConfigs(spec.name) : undefined;
    const stateDiffers = before?.connector.state.toLowerCase() !== spec.state;
    let restartDue = spec.state !== "stopped" && (stale ? !restartsTasksOnUpdate : restart);
    const act = async () => {
        if (stateDiffers && spec.state === "running") {
            await connectors.setState(spec.name, "running");
        }
        if (restartDue) {
            await connectors.restartAll(spec.name);
            restartDue = false;
            return before && new Generation(before, deadline, { withinMs: RESTART_SEEN_MS });
        }
        const haveNewConfigs = async () => (await connectors.taskConfigs(spec.name)) !== taskConfigs;
        return stale && before ? new Generation(before, deadline, { haveNewConfigs }) : undefined;
    };
    try {
        // A connector that is to rest does so before it gets its new config; one that is to run has it when it starts.
        if (stateDiffers && spec.state !== "running") {
            await connectors.setState(spec.name, spec.state);
        }
        if (stale) {
            await write(connectors, spec, differing);
        }
        return await finish(connectors, spec, act);
    } catch (error) {
        if (error instanceof UnfinishedError) {
            throw new UnfinishedError(error.message, error.status, restartDue);
        }
        throw error;
    }
}

/** @param differing keys in which the config is not as it should be before. */
async function write(connectors: Connectors, spec: ConnectorSpec, differing: string[]): Promise<void> {
    const config = fullConfig(spec);
    const unwanted = differing.filter((key) => !Object.hasOwn(config, key));
    const written = async () => {
        const live = await connectors.info(spec.name);
        return live !== undefined && holds(live, spec) && !unwanted.some((key) => Object.hasOwn(live.config, key));
    };
    try {
        await connectors.putConfig(spec.name, config, written);
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
        const info = await waitUntilWritten(connectors, spec);
        const restarted = await act();
        const status = await waitForState(connectors, spec.name, spec, restarted);
        return { info, status, serverKeys: addedKeys(fullConfig(spec), info.config) };
    } catch (error) {
        const status = error instanceof NotReachedError ? error.status : undefined;
        throw new UnfinishedError((error as Error).message, status);
    }
}

async function waitUntilWritten(connectors: Connectors, spec: ConnectorSpec): Promise<ConnectorInfo> {
    const { deadline, progress } = connectors.client;
    for (;;) {
        const live = await connectors.info(spec.name);
        if (live && holds(live, spec)) {
            return live;
        }
        if (deadline.passed) {
            throw new Error(`the config that was written cannot be read back after ${deadline.limitSeconds} s`);
        }
        progress.waiting("the config that was written cannot be read back yet");
        await deadline.sleep(200);
    }
}

async function isWritten(connectors: Connectors, spec: ConnectorSpec): Promise<boolean> {
    const live = await connectors.info(spec.name);
    return live !== undefined && holds(live, spec);
}

/** True when a connector has the config of its declaration; the server may have added keys of its own. */
function holds({ config }: ConnectorInfo, spec: ConnectorSpec): boolean {
    const declared = fullConfig(spec);
    return differingKeys(declared, config, addedKeys(declared, config)).length === 0;
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
