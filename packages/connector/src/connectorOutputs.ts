import { ConnectorInputs, specOf } from "./connectorInputs";
import { Connectors } from "./client/connectors";
import { differences } from "./lifecycle/fullConfig";
import { LiveConnector, SettledConnector } from "./lifecycle/lifecycle";
import { UnfinishedError, Unsettled } from "./lifecycle/unfinished";
import { isPasswordKey } from "./checks/passwordKeys";
import { pluginVersion } from "./lifecycle/plugins";
import { overallState } from "./lifecycle/status";
import { ActualState, ConnectorInfo, ConnectorStatus } from "./client/types";

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
    /** True: an update failed that was to write `sensitiveConfig`, and the connector may have its old values. */
    sensitiveDue?: boolean;
}

/** Outputs of a connector that has reached its state. What no worker tells any more is no reason to lose the rest. */
export async function settledOutputs(
    connectors: Connectors,
    inputs: ConnectorInputs,
    { info, status, serverKeys, positionUnproven }: SettledConnector & Unsettled,
): Promise<ConnectorOutputs> {
    const [version, used, { kafka_cluster_id: kafkaClusterId }] = await Promise.all([
        status.connector.version ?? pluginVersion(connectors, inputs.class),
        connectors.topics(inputs.name),
        connectors.worker(),
    ]);
    const topics = [...new Set([...declaredTopics(info), ...used])].sort();
    const type = info.type ?? "unknown";
    const outputs = { ...inputs, ...statusOutputs(status), type, version, topics, serverKeys, kafkaClusterId };
    return positionUnproven ? { ...outputs, positionUnproven } : outputs;
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
    return { ...inputs, ...seen, state, type, version, topics, serverKeys, kafkaClusterId, ...unsettled };
}

/**
 * Outputs of a connector as a refresh finds it. Only what differs from the declared config is taken over, so that masked
 * values and server-added keys make no difference for ever.
 */
export function observedOutputs(
    known: ConnectorOutputs,
    live: LiveConnector,
    redact: (text: string) => string,
): { props: ConnectorOutputs; inputs: ConnectorInputs } {
    const liveConfig = live.info.config;
    const config = { ...known.config };
    for (const key of differences(specOf({ ...known, state: "running" }), liveConfig, known.serverKeys)) {
        const value = liveConfig[key];
        if (value === undefined) {
            delete config[key];
        } else if (key !== "connector.class" && key !== "tasks.max") {
            config[key] = isPasswordKey(key) && !value.includes("${") ? "[secret]" : redact(value);
        }
    }
    const props = {
        ...known,
        ...statusOutputs(live.status),
        config,
        class: liveConfig["connector.class"] ?? known.class,
        tasksMax: Number(liveConfig["tasks.max"] ?? 1),
        type: live.info.type ?? known.type,
        version: live.status?.connector.version ?? known.version,
    };
    const { tasks, type, version, topics, serverKeys, kafkaClusterId, restartDue, sensitiveDue, ...rest } = props;
    const { positionUnproven, renameDue, ...inputs } = rest;
    return { props, inputs: inputs as ConnectorInputs };
}

function statusOutputs(status: ConnectorStatus | undefined): Pick<ConnectorOutputs, "state" | "tasks"> {
    const tasks = status?.tasks.map(({ id, state }) => ({ id, state: state.toLowerCase() as ActualState })) ?? [];
    return { state: overallState(status), tasks: tasks.sort((a, b) => a.id - b.id) };
}
