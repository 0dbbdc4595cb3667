import type { ConnectAuth } from "../client/auth";
import type { DesiredState } from "../client/types";
import type { Adopt, ConnectorSpec } from "../lifecycle/connectorSpec";
import type { OnDelete } from "./onDelete";

/** What happens when a change would make a connector lose its position. */
export type OnPositionLoss = "refuse" | "startAnew";
/** What happens when the workers belong to another Kafka cluster than the one that the connector was created on. */
export type OnNewKafkaCluster = "refuse" | "recreate";
/** What happens when a connector is not found at new addresses, and the old addresses do not answer. */
export type OnSilentCluster = "refuse" | "recreate";

/** The inputs of a connector resource, checked and with defaults. */
export interface ConnectorInputs {
    name: string;
    cluster: string;
    restUrls: string[];
    class: string;
    tasksMax: number;
    minTasks: number;
    config: Record<string, string>;
    sensitiveConfig?: Record<string, string>;
    secrets: Record<string, string>;
    state: DesiredState;
    adopt: Adopt;
    /** `<project>/<stack>` of the program. */
    stack?: string;
    timeoutSeconds: number;
    auth?: ConnectAuth;
    onDelete?: OnDelete;
    onPositionLoss?: OnPositionLoss;
    onNewKafkaCluster?: OnNewKafkaCluster;
    onSilentCluster?: OnSilentCluster;
    positionKeys?: string[];
    triggers?: Record<string, string>;
    renamedFrom?: string;
}

/** The arguments of a connector. A new one does not compile until it is here. */
export const ARGUMENTS: Record<keyof ConnectorInputs | "checkLive", true> = {
    name: true,
    cluster: true,
    restUrls: true,
    class: true,
    tasksMax: true,
    minTasks: true,
    config: true,
    sensitiveConfig: true,
    secrets: true,
    state: true,
    adopt: true,
    stack: true,
    timeoutSeconds: true,
    auth: true,
    onDelete: true,
    onPositionLoss: true,
    onNewKafkaCluster: true,
    onSilentCluster: true,
    positionKeys: true,
    triggers: true,
    renamedFrom: true,
    checkLive: true,
};

/** The part of the inputs that is written to Connect. */
export function specOf(inputs: ConnectorInputs): ConnectorSpec {
    const { name, tasksMax, minTasks, config, sensitiveConfig, state } = inputs;
    return { name, class: inputs.class, tasksMax, minTasks, config, sensitiveConfig, state };
}
