import { isDeepStrictEqual } from "node:util";
import { isPasswordKey } from "../checks/passwordKeys";
import { Connectors } from "../client/connectors";
import { ActualState, ConnectorInfo, ConnectorStatus, DesiredState } from "../client/types";
import { ConnectorInputs, specOf } from "../inputs/connectorInputs";
import { settingOf } from "../lifecycle/compare";
import { LiveConnector, SettledConnector } from "../lifecycle/connectorSpec";
import { differences } from "../lifecycle/fullConfig";
import { pluginVersion } from "../lifecycle/plugins";
import { overallState } from "../lifecycle/status";
import { UnfinishedError, Unsettled } from "../lifecycle/unfinished";

/** The outputs of a connector: its inputs, with `config` and `state` as observed, and values from the cluster. */
export interface ConnectorOutputs extends Omit<ConnectorInputs, "state">, Unsettled {
    state: ActualState;
    /** Tasks with their states. */
    tasks: { id: number; state: ActualState }[];
    /** `source` or `sink`. */
    type: string;
    /** Version of the connector's plugin. */
    version: string;
    /** Topics of a sink's config, and those that the connector had used at its last create or update. */
    topics: string[];
    /** Keys that the server added to the config. */
    serverKeys: string[];
    /** Id of the Kafka cluster behind the workers. Absent in an older state. */
    kafkaClusterId?: string;
    /** True: a restart for a changed secret failed, and some tasks may run with the old value. */
    restartDue?: boolean;
    /** Absent when it equals the arguments of the same names. A secret in the state, because values may be secrets. */
    written?: LastWritten;
    /** Id of the creation or take-over: see `ownership.ts`. */
    claim?: string;
}

/** The last write of a resource, as far as it is known, and the state that it requested last. */
export type LastWritten = Pick<ConnectorInputs, "class" | "tasksMax" | "config" | "state">;

export function lastWritten({ written, ...outputs }: ConnectorOutputs): LastWritten {
    const { class: connectorClass, tasksMax, config, state } = outputs;
    return written ?? { class: connectorClass, tasksMax, config, state: desiredOr(state, "running") };
}

/** Replaces a value, or a part of it, that another user wrote and that may be a secret. */
const HIDDEN = "[secret]";

/**
 * Keys of a new config whose values a refresh has hidden: `ignoreChanges` copies them from the state. They stand for the
 * values on the cluster.
 */
export function hiddenKeys(olds: ConnectorOutputs, { config }: ConnectorInputs): string[] {
    const written = lastWritten(olds).config;
    return Object.keys(config).filter((key) => {
        const value = config[key]!;
        return value.includes(HIDDEN) && value === settingOf(olds.config, key) && value !== settingOf(written, key);
    });
}

/**
 * Outputs of a connector that has reached its state. A value that no worker returns any more does not fail the operation.
 *
 * @param before outputs before an update.
 */
export async function settledOutputs(
    connectors: Connectors,
    inputs: ConnectorInputs,
    { info, status, serverKeys, positionUnproven }: SettledConnector & Unsettled,
    before?: ConnectorOutputs,
): Promise<ConnectorOutputs> {
    const [version, used, { kafka_cluster_id: kafkaClusterId }] = await Promise.all([
        status.connector.version ?? pluginVersion(connectors, inputs.class),
        connectors.topics(inputs.name),
        connectors.worker(),
    ]);
    const topics = [...new Set([...declaredTopics(info), ...used])].sort();
    const type = info.type ?? "unknown";
    const outputs = { ...inputs, ...statusOutputs(status), type, version, topics, serverKeys, kafkaClusterId };
    // Without it a hidden value could not be recognised
    const isHidden = before?.written !== undefined && hiddenKeys(before, inputs).length > 0;
    return {
        ...outputs,
        ...(positionUnproven && { positionUnproven }),
        ...(isHidden && { written: { ...before.written!, state: inputs.state } }),
    };
}

/** The topics of a sink's config. Sources have no common setting for them. */
function declaredTopics({ type, config }: ConnectorInfo): string[] {
    const topics = type === "sink" ? (config["topics"] ?? "").split(",") : [];
    return topics.map((topic) => topic.trim()).filter((topic) => topic !== "");
}

/** Outputs of a connector that was written and has not reached its state: `state` differs from every desired one. */
export function outputsAfterFailure(
    inputs: ConnectorInputs,
    { status, unsettled }: UnfinishedError,
    before?: ConnectorOutputs,
): ConnectorOutputs {
    const { type = "unknown", version = "unknown", topics = [], serverKeys = [], kafkaClusterId } = before ?? {};
    const seen = statusOutputs(status);
    // With the state "running" the next diff would not see that the operation is unfinished
    const state = seen.state === inputs.state ? "unknown" : seen.state;
    const { class: connectorClass, tasksMax, config } = unsettled.configDue && before ? lastWritten(before) : inputs;
    const written = { class: connectorClass, tasksMax, config, state: inputs.state };
    return { ...inputs, ...seen, state, type, version, topics, serverKeys, kafkaClusterId, written, ...unsettled };
}

/**
 * Outputs of a connector at a refresh. Only differences from the last write are taken over, so that masked values and keys
 * that the server added do not differ at every refresh. A transient state, such as a rebalance, is not taken over.
 *
 * @returns also the inputs for `ignoreChanges`, with a state that can be declared.
 */
export function observedOutputs(
    known: ConnectorOutputs,
    live: LiveConnector,
    redact: (text: string) => string,
): { props: ConnectorOutputs; inputs: ConnectorInputs } {
    const liveConfig = live.info.config;
    const written = lastWritten(known);
    const config = { ...written.config };
    const spec = specOf({ ...known, ...written });
    for (const key of differences(spec, liveConfig, { serverKeys: known.serverKeys })) {
        const value = settingOf(liveConfig, key);
        if (value === undefined) {
            delete config[key];
        } else if (key !== "connector.class" && key !== "tasks.max") {
            config[key] = isPasswordKey(key) && !value.includes("${") ? HIDDEN : redact(value);
        }
    }
    const seen = {
        class: liveConfig["connector.class"] ?? written.class,
        tasksMax: Number(liveConfig["tasks.max"] ?? 1),
        config,
        ...withoutTransient(statusOutputs(live.status), known),
    };
    const isAsWritten = (["class", "tasksMax", "config", "state"] as const).every((key) =>
        isDeepStrictEqual(seen[key], written[key]),
    );
    const props = {
        ...known,
        ...seen,
        written: isAsWritten ? undefined : written,
        type: live.info.type ?? known.type,
        version: live.status?.connector.version ?? known.version,
    };
    const { tasks, type, version, topics, serverKeys, kafkaClusterId, restartDue, configDue, ...rest } = props;
    const { positionUnproven, renameDue, written: _, claim, ...inputs } = rest;
    return { props, inputs: { ...inputs, state: desiredOr(props.state, written.state) } };
}

type SeenStates = Pick<ConnectorOutputs, "state" | "tasks">;

/** States between two others. */
const TRANSIENT: ActualState[] = ["unassigned", "restarting"];

/** A connector or task in a transient state keeps its previous one. */
function withoutTransient(seen: SeenStates, known: SeenStates): SeenStates {
    const isTransient = ({ state }: { state: ActualState }) => TRANSIENT.includes(state);
    const tasks = seen.tasks.map((task) =>
        isTransient(task) ? (known.tasks.find(({ id }) => id === task.id) ?? task) : task,
    );
    return { tasks, state: isTransient(seen) ? known.state : seen.state };
}

function desiredOr(state: ActualState, otherwise: DesiredState): DesiredState {
    return state === "running" || state === "paused" || state === "stopped" ? state : otherwise;
}

function statusOutputs(status: ConnectorStatus | undefined): SeenStates {
    const tasks = status?.tasks.map(({ id, state }) => ({ id, state: state.toLowerCase() as ActualState })) ?? [];
    return { state: overallState(status), tasks: tasks.sort((a, b) => a.id - b.id) };
}
