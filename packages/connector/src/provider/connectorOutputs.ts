import { isDeepStrictEqual } from "node:util";
import { settingOf } from "../lifecycle/compare";
import { ConnectorInputs, specOf } from "../inputs/connectorInputs";
import { Connectors } from "../client/connectors";
import { differences } from "../lifecycle/fullConfig";
import { LiveConnector, SettledConnector } from "../lifecycle/createConnector";
import { UnfinishedError, Unsettled } from "../lifecycle/unfinished";
import { isPasswordKey } from "../checks/passwordKeys";
import { pluginVersion } from "../lifecycle/plugins";
import { overallState } from "../lifecycle/status";
import { ActualState, ConnectorInfo, ConnectorStatus, DesiredState } from "../client/types";

/** What state holds of a connector: its inputs, with `config` and `state` as they were seen, and what the cluster says. */
export interface ConnectorOutputs extends Omit<ConnectorInputs, "state">, Unsettled {
    state: ActualState;
    /** Tasks with their states. */
    tasks: { id: number; state: ActualState }[];
    /** `source` or `sink`. */
    type: string;
    /** Version of the connector's plugin. */
    version: string;
    /** Topics that a sink declares, and those that the connector had used at its last create or update. */
    topics: string[];
    /** Keys that the server added to the config by itself. */
    serverKeys: string[];
    /** Id of the Kafka cluster behind the workers. Absent in a state that was written before this output came. */
    kafkaClusterId?: string;
    /** True: an update failed that was to let the tasks read a changed secret, and some may run with the old one. */
    restartDue?: boolean;
    /** Absent when it is what stands in the arguments of the same names. Kept as a secret, as they may be secrets. */
    written?: LastWritten;
    /** Made when the resource created the connector or took it over: see `ownership.ts`. */
    claim?: string;
}

/** What a resource wrote last, as far as it knows, and the state that it asked for last. */
export type LastWritten = Pick<ConnectorInputs, "class" | "tasksMax" | "config" | "state">;

export function lastWritten({ written, ...outputs }: ConnectorOutputs): LastWritten {
    const { class: connectorClass, tasksMax, config, state } = outputs;
    return written ?? { class: connectorClass, tasksMax, config, state: desiredOr(state, "running") };
}

/** What stands in a state for a value that somebody else wrote and that may be a secret, or for a part of it. */
const HIDDEN = "[secret]";

/**
 * Keys of a new config whose values are those that a refresh has hidden: `ignoreChanges` takes them out of the state. They
 * stand for whatever the cluster has.
 */
export function hiddenKeys(olds: ConnectorOutputs, { config }: ConnectorInputs): string[] {
    const written = lastWritten(olds).config;
    return Object.keys(config).filter((key) => {
        const value = config[key]!;
        return value.includes(HIDDEN) && value === settingOf(olds.config, key) && value !== settingOf(written, key);
    });
}

/**
 * Outputs of a connector that has reached its state. What no worker tells any more is no reason to lose the rest.
 *
 * @param before those of before an update.
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
    // Without it nobody could tell that a value is a hidden one
    const isHidden = before?.written !== undefined && hiddenKeys(before, inputs).length > 0;
    return {
        ...outputs,
        ...(positionUnproven && { positionUnproven }),
        ...(isHidden && { written: { ...before.written!, state: inputs.state } }),
    };
}

/** The topics that a sink's config lists. A source's are in settings that each class names as it likes. */
function declaredTopics({ type, config }: ConnectorInfo): string[] {
    const topics = type === "sink" ? (config["topics"] ?? "").split(",") : [];
    return topics.map((topic) => topic.trim()).filter((topic) => topic !== "");
}

/** Outputs of a connector that was written and is not well: its state differs from every desired one. */
export function outputsAfterFailure(
    inputs: ConnectorInputs,
    { status, unsettled }: UnfinishedError,
    before?: ConnectorOutputs,
): ConnectorOutputs {
    const { type = "unknown", version = "unknown", topics = [], serverKeys = [], kafkaClusterId } = before ?? {};
    const seen = statusOutputs(status);
    // Whatever made the operation fail, "running" would hide from the next diff that there is something left to do.
    const state = seen.state === inputs.state ? "unknown" : seen.state;
    const { class: connectorClass, tasksMax, config } = unsettled.configDue && before ? lastWritten(before) : inputs;
    const written = { class: connectorClass, tasksMax, config, state: inputs.state };
    return { ...inputs, ...seen, state, type, version, topics, serverKeys, kafkaClusterId, written, ...unsettled };
}

/**
 * Outputs of a connector as a refresh finds it. Only what differs from what was written is taken over, so that masked
 * values and server-added keys make no difference for ever. What passes by itself, such as a rebalance, makes none.
 *
 * @returns with the inputs that `ignoreChanges` is to keep: no state that cannot be asked for.
 */
export function observedOutputs(
    known: ConnectorOutputs,
    live: LiveConnector,
    redact: (text: string) => string,
): { props: ConnectorOutputs; inputs: ConnectorInputs } {
    const liveConfig = live.info.config;
    const written = lastWritten(known);
    const config = { ...written.config };
    const told = specOf({ ...known, ...written });
    for (const key of differences(told, liveConfig, { serverKeys: known.serverKeys })) {
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
        ...withoutPassing(statusOutputs(live.status), known),
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

/** States of a connector or task that is on its way to another one. */
const PASSING: ActualState[] = ["unassigned", "restarting"];

/** What is on its way keeps the state in which it was seen before. */
function withoutPassing(seen: SeenStates, known: SeenStates): SeenStates {
    const isPassing = ({ state }: { state: ActualState }) => PASSING.includes(state);
    const tasks = seen.tasks.map((task) =>
        isPassing(task) ? (known.tasks.find(({ id }) => id === task.id) ?? task) : task,
    );
    return { tasks, state: isPassing(seen) ? known.state : seen.state };
}

function desiredOr(state: ActualState, otherwise: DesiredState): DesiredState {
    return state === "running" || state === "paused" || state === "stopped" ? state : otherwise;
}

function statusOutputs(status: ConnectorStatus | undefined): SeenStates {
    const tasks = status?.tasks.map(({ id, state }) => ({ id, state: state.toLowerCase() as ActualState })) ?? [];
    return { state: overallState(status), tasks: tasks.sort((a, b) => a.id - b.id) };
}
