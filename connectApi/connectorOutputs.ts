import { differingKeys } from "./compare";
import { ConnectorInputs, specOf } from "./connectorInputs";
import { fullConfig, LiveConnector, SettledConnector, UnfinishedError } from "./lifecycle";
import { isPasswordKey } from "./passwordKeys";
import { overallState } from "./status";
import { ActualState, ConnectorStatus } from "./types";

/** What state holds of a connector: its inputs, with `config` and `state` as they were seen, and what the cluster says. */
export interface ConnectorOutputs extends Omit<ConnectorInputs, "state"> {
    state: ActualState;
    /** Tasks with their states. */
    tasks: { id: number; state: ActualState }[];
    /** `source` or `sink`. */
    type: string;
    /** Version of the connector's plugin. */
    version: string;
    /** Keys that the server added to the config by itself. */
    serverKeys: string[];
    /** Id of the Kafka cluster behind the workers. Absent in a state that was written before this output came. */
    kafkaClusterId?: string;
    /** True: an update failed that was to let the tasks read a changed secret, and some may run with the old one. */
    restartDue?: boolean;
}

/** Outputs of a connector that has reached its state. */
export function settledOutputs(
    inputs: ConnectorInputs,
    { info, status, serverKeys }: SettledConnector,
    version: string,
): ConnectorOutputs {
    return { ...inputs, ...statusOutputs(status), type: info.type ?? "unknown", version, serverKeys };
}

/** Outputs of a connector that was written and is not well: its state differs from every desired one. */
export function outputsAfterFailure(
    inputs: ConnectorInputs,
    { status }: UnfinishedError,
    before?: ConnectorOutputs,
): ConnectorOutputs {
    const { type = "unknown", version = "unknown", serverKeys = [] } = before ?? {};
    const seen = statusOutputs(status);
    // Whatever made the operation fail, "running" would hide from the next diff that there is something left to do.
    const state = seen.state === inputs.state ? "unknown" : seen.state;
    return { ...inputs, ...seen, state, type, version, serverKeys };
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
    const declared = fullConfig(specOf({ ...known, state: "running" }));
    const config = { ...known.config };
    for (const key of differingKeys(declared, liveConfig, known.serverKeys)) {
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
    };
    const { tasks, type, version, serverKeys, kafkaClusterId, restartDue, ...inputs } = props;
    return { props, inputs: inputs as ConnectorInputs };
}

function statusOutputs(status: ConnectorStatus | undefined): Pick<ConnectorOutputs, "state" | "tasks"> {
    const tasks = status?.tasks.map(({ id, state }) => ({ id, state: state.toLowerCase() as ActualState })) ?? [];
    return { state: overallState(status), tasks: tasks.sort((a, b) => a.id - b.id) };
}
