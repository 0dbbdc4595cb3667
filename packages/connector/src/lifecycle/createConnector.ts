import { nameFault } from "../checks/connectorNames";
import { Deadline } from "../client/clock";
import { Connectors } from "../client/connectors";
import { ConnectError } from "../client/errors";
import { isMasked, settingOf } from "./compare";
import { requireValid } from "./explainInvalid";
import { differences, fullConfig } from "./fullConfig";
import { Generation } from "./generation";
import { requirePlugin } from "./plugins";
import { ConnectorInfo, ConnectorStatus, DesiredState } from "../client/types";
import type { Adopt } from "../provider/ownership";
import { done, pending, waitFor } from "../client/waitFor";
import { UnfinishedError } from "./unfinished";
import { NotReachedError, waitForState } from "./waitForState";
import { postConnector, putConfig, readBack, Written } from "./writeConfig";

/** A connector as it is to be. */
export interface ConnectorSpec {
    name: string;
    class: string;
    tasksMax: number;
    /** Tasks that must run before the connector counts as running. */
    minTasks: number;
    /** Settings without `name`, `connector.class` and `tasks.max`. */
    config: Record<string, string>;
    /** More settings, which are written and never compared with what a server shows. */
    sensitiveConfig?: Record<string, string>;
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
    /** The whole config that was written last, as far as that is known. */
    written?: Record<string, string>;
    /** Keys that are to stay as the cluster has them: nobody here knows their values. */
    hidden?: readonly string[];
    /** True when a secret that the config refers to has another value now: the tasks have to read it. */
    secretChanged?: boolean;
    /** Keys of `sensitiveConfig` that are to be written: whether they are, nobody can see. */
    sensitiveDue?: readonly string[];
    /**
     * True when the config is not the one of the last update that came to its end. An update that was killed may have
     * written it; before 3.7.1 the tasks then still run with the old one.
     */
    configChanged?: boolean;
    /** Makes a connector that is gone once more. Default: {@link createConnector}. */
    recreate?: () => Promise<SettledConnector>;
}

/** What {@link createConnector} does with a connector that exists already, and who is told. */
export interface CreateOptions {
    /** Default false. */
    adopt?: Adopt;
    /** The stack that has a connector which exists already, where that is known. */
    owner?: string;
    /** True: the tasks of one that is taken over are restarted. Default false. */
    restart?: boolean;
    /** Called before the connector is created or taken over: from then on it is this resource's, whatever happens. */
    claim?: () => void;
}

/**
 * Creates a connector and waits until it is in its state, stably. One that exists already is taken over as `adopt` says.
 *
 * @throws UnfinishedError when the connector is there but not well; any other error when nothing was done.
 */
export async function createConnector(
    connectors: Connectors,
    spec: ConnectorSpec,
    options: CreateOptions = {},
): Promise<SettledConnector> {
    await requireStates(connectors, spec);
    await requireName(connectors, spec.name);
    await requirePlugin(connectors, spec.class);
    const existing = (await connectors.has(spec.name)) ? await connectors.info(spec.name) : undefined;
    if (existing) {
        return takeOver(connectors, spec, existing, options);
    }
    if (options.adopt === "import") {
        throw new ConnectError(
            "absent",
            `connector "${spec.name}" not found on ${connectors.client.redact(connectors.client.restUrls.join(", "))}. ` +
                "Correct name and restUrls; or take the option import away, and it is created.",
        );
    }
    const isRecreated = await waitForPredecessor(connectors, spec.name);
    let written: Written;
    options.claim?.();
    try {
        written = await postConnector(connectors, spec);
    } catch (error) {
        if (error instanceof ConnectError && error.kind === "exists") {
            return takeOverRaced(connectors, spec, options, error);
        }
        throw error;
    }
    const settled = await finish(connectors, spec, written, async (read) => {
        const { initialState } = await connectors.abilities();
        if (!initialState && spec.state !== "running") {
            await read;
            await connectors.setState(spec.name, spec.state);
        }
        return undefined;
    });
    return isRecreated && spec.state !== "stopped" ? restartOnce(connectors, spec, settled) : settled;
}

/**
 * The connector with the cluster's values in place of those that nobody here knows.
 *
 * @param hidden keys of those.
 * @param live config on the cluster; undefined when the connector is not there.
 * @throws ConnectError when the cluster does not show them.
 */
export function withLiveValues(
    spec: ConnectorSpec,
    hidden: readonly string[],
    live: Record<string, string> = {},
): ConnectorSpec {
    const values = hidden.map((key) => [key, settingOf(live, key)] as const);
    const unknown = values.filter(([, value]) => value === undefined || isMasked(value)).map(([key]) => key);
    if (unknown.length > 0) {
        throw new ConnectError(
            "refused",
            `config of connector "${spec.name}" cannot be written: ignoreChanges keeps ${unknown.join(", ")} as somebody else ` +
                "set it, and the cluster does not show it now. Take it out of ignoreChanges",
        );
    }
    return { ...spec, config: { ...spec.config, ...(Object.fromEntries(values) as Record<string, string>) } };
}

/**
 * Makes a connector what it is to be, with as little disturbance as that takes: nothing is written that is as it should
 * be. A connector that is gone is created again; what has FAILED is restarted.
 *
 * @throws UnfinishedError when the connector was changed but is not well; any other error when nothing was done.
 */
export async function updateConnector(
    connectors: Connectors,
    asked: ConnectorSpec,
    options: UpdateOptions = {},
): Promise<SettledConnector> {
    await requireStates(connectors, asked);
    // Asked at once: before they answer, workers may have to end a rebalance.
    const [existing, before] = await Promise.all([connectors.info(asked.name), tasksBefore(connectors, asked.name)]);
    const { serverKeys = [], hidden = [], secretChanged = false, configChanged = false } = options;
    const spec = withLiveValues(asked, hidden, existing?.config);
    if (!existing) {
        deletedNames.add(nameOnCluster(connectors, spec.name));
        return (options.recreate ?? (() => createConnector(connectors, spec)))();
    }
    const differing = [...differences(spec, existing.config, options), ...(options.sensitiveDue ?? [])];
    if (existing.config["connector.class"] !== spec.class) {
        await requirePlugin(connectors, spec.class);
    }
    const { restartsTasksOnUpdate } = await connectors.abilities();
    const restart = secretChanged || (configChanged && !restartsTasksOnUpdate);
    return change(connectors, spec, before, { differing, restart, serverKeys });
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
/** Connectors that this process deleted. */
const deletedHere = new Set<string>();

/** True for a connector that this process has deleted, such as to replace it. */
export function wasDeleted(connectors: Connectors, name: string): boolean {
    return deletedHere.has(nameOnCluster(connectors, name));
}

/**
 * Deletes a connector and waits until its tasks are gone, too, so that one of the same name can be created. One that is not
 * there is fine. Its offsets, its sink's consumer group and its replication slot stay.
 */
export async function deleteConnector(connectors: Connectors, name: string): Promise<void> {
    const { deadline } = connectors.client;
    await connectors.remove(name);
    deletedNames.add(nameOnCluster(connectors, name));
    deletedHere.add(nameOnCluster(connectors, name));
    const removedMs = deadline.clock.now();
    const isGone = async () => {
        if (await connectors.info(name)) {
            return false;
        }
        return deadline.clock.now() - removedMs >= STATUS_OUTLIVES_MS || !(await connectors.status(name));
    };
    await waitFor(
        connectors.client,
        async () => ((await isGone()) ? done(undefined) : pending("its tasks are still being stopped")),
        {
            timedOut: () => {
                throw new ConnectError(
                    "ambiguous",
                    `connector "${name}" is still there after ${deadline.limitSeconds} s`,
                );
            },
        },
    );
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
    const limitSeconds = Math.min(STATUS_OUTLIVES_MS, deadline.remainingMs) / 1000;
    let isRecreated = deletedNames.has(nameOnCluster(connectors, name));
    return waitFor(
        { deadline: new Deadline(deadline.clock, limitSeconds), progress },
        async () => {
            if (!(await connectors.status(name))) {
                return done(isRecreated);
            }
            isRecreated = true;
            return pending("tasks of a deleted connector of that name are still being stopped");
        },
        { timedOut: () => true },
    );
}

/** Tasks have been started again when Connect says so; that their statuses have come through its topic may take so long, ms. */
const RESTART_SEEN_MS = 5000;

function nameOnCluster({ client }: Connectors, name: string): string {
    return `${name} ${[...client.restUrls].sort().join(" ")}`;
}

function restartOnce(
    connectors: Connectors,
    spec: ConnectorSpec,
    { status, serverKeys }: SettledConnector,
): Promise<SettledConnector> {
    return finish(connectors, spec, { serverKeys, unwanted: [] }, async () => {
        await connectors.restartAll(spec.name);
        return new Generation(status, connectors.client.deadline, { withinMs: RESTART_SEEN_MS });
    });
}

/**
 * Takes over a connector that came while ours was being created. Where the answer to an earlier try was lost, it may be what
 * that try made: then it must not be forgotten.
 */
async function takeOverRaced(
    connectors: Connectors,
    spec: ConnectorSpec,
    options: CreateOptions,
    { message, mayHaveHappened }: ConnectError,
): Promise<SettledConnector> {
    try {
        const existing = await connectors.info(spec.name);
        if (!existing) {
            throw new ConnectError("ambiguous", message);
        }
        const adopt = options.adopt || (mayHaveHappened && "equal");
        return await takeOver(connectors, spec, existing, { ...options, adopt });
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
    { adopt = false, owner, restart = false, claim }: CreateOptions,
): Promise<SettledConnector> {
    // What cannot be compared is written only by those who may overwrite
    const sensitive = Object.keys(spec.sensitiveConfig ?? {});
    const unseen = sensitive.filter((key) => adopt === true || !Object.hasOwn(existing.config, key));
    // What it shows masked may be anything
    const written = adopt === true ? {} : undefined;
    const differing = [...differences(spec, existing.config, { written }), ...unseen].sort();
    const before = await tasksBefore(connectors, spec.name);
    const keys = adopt === "import" ? [...differing, ...differingState(spec, before.status)] : differing;
    if (keys.length > 0 ? adopt !== true : !adopt) {
        throw new ConnectError("exists", whyNotTaken(spec.name, keys, owner));
    }
    if (differing.length === 0) {
        connectors.client.progress.say("it existed already and is as declared; this stack manages it now");
    }
    claim?.();
    return change(connectors, spec, before, { differing, restart, serverKeys: [] });
}

function whyNotTaken(name: string, differing: string[], owner: string | undefined): string {
    if (differing.length > 0) {
        return (
            `connector "${name}" exists already and differs in ${differing.join(", ")}. Set adopt: true to take it over and ` +
            "write this config over its own, or delete it, or choose another name."
        );
    }
    const has = owner === undefined ? "another stack or user may have it" : `stack ${owner} has it`;
    return (
        `connector "${name}" exists already and is as declared: ${has}. Set adopt: "equal" to take it over without a write. ` +
        "Where another stack has it, take it out of that stack's state first (pulumi state delete <its URN>): removing it " +
        "from either deletes it for both. Where this stack has it under another name or parent, give that one as an alias."
    );
}

/** What rests is to be declared so: whoever imports it must not start it by that. */
function differingState(spec: ConnectorSpec, status: ConnectorStatus | undefined): string[] {
    const state = status?.connector.state.toLowerCase();
    return (state === "paused" || state === "stopped") && state !== spec.state ? ["state"] : [];
}

/** A connector's tasks before a change, to tell those after it from them. */
interface TasksBefore {
    status: ConnectorStatus | undefined;
    configs: string;
}

async function tasksBefore(connectors: Connectors, name: string): Promise<TasksBefore> {
    const [status, configs] = await Promise.all([connectors.status(name), connectors.taskConfigs(name)]);
    return { status, configs };
}

async function change(
    connectors: Connectors,
    spec: ConnectorSpec,
    before: TasksBefore,
    what: { differing: string[]; restart: boolean; serverKeys: readonly string[] },
): Promise<SettledConnector> {
    const stale = what.differing.length > 0;
    const { deadline } = connectors.client;
    const { restartsTasksOnUpdate } = await connectors.abilities();
    const stateDiffers = before.status?.connector.state.toLowerCase() !== spec.state;
    let restartDue = spec.state !== "stopped" && (stale ? !restartsTasksOnUpdate : what.restart);
    const act = async (read: Promise<unknown>) => {
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
        if (!stale || !before.status) {
            return undefined;
        }
        const haveNewConfigs = connectors.whetherTaskConfigsChanged(before.status, before.configs);
        return new Generation(before.status, deadline, { haveNewConfigs });
    };
    let configDue = stale;
    let isTouched = false;
    try {
        // A connector that is to rest does so before it gets its new config; one that is to run has it when it starts.
        if (stateDiffers && spec.state !== "running") {
            if (stale) {
                await requireValid(connectors, fullConfig(spec));
            }
            await connectors.setState(spec.name, spec.state);
            isTouched = true;
        }
        const written = stale
            ? await putConfig(connectors, spec, what.differing, what.serverKeys)
            : { serverKeys: what.serverKeys, unwanted: [] };
        configDue = false;
        return await finish(connectors, spec, written, act);
    } catch (error) {
        if (isTouched || mayHaveChanged(error)) {
            const { message, status } = error as UnfinishedError;
            throw new UnfinishedError(message, status, restartDue, { configDue });
        }
        throw error;
    }
}

function mayHaveChanged(error: unknown): boolean {
    return error instanceof UnfinishedError || (error instanceof ConnectError && error.mayHaveHappened);
}

/**
 * From here on the connector is on the cluster: whatever fails, it must not be forgotten.
 *
 * @param act does what is left to do; it is given the end of reading the config back.
 */
async function finish(
    connectors: Connectors,
    spec: ConnectorSpec,
    written: Written,
    act: (read: Promise<unknown>) => Promise<Generation | undefined>,
): Promise<SettledConnector> {
    try {
        const read = readBack(connectors, spec, written);
        const settle = async () => waitForState(connectors, spec.name, spec, await act(read));
        const [{ info, serverKeys }, status] = await Promise.all([read, settle()]);
        return { info, status, serverKeys };
    } catch (error) {
        const status = error instanceof NotReachedError ? error.status : undefined;
        throw new UnfinishedError((error as Error).message, status);
    }
}

async function requireName(connectors: Connectors, name: string): Promise<void> {
    const fault = nameFault(name, await connectors.abilities());
    if (fault !== undefined) {
        throw new ConnectError("refused", fault);
    }
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
