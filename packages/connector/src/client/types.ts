/** State of a connector that can be requested. */
export type DesiredState = "running" | "paused" | "stopped";

/** A connector's or task's state as workers report it, in lower case. */
export type ActualState = DesiredState | "failed" | "unassigned" | "restarting" | "destroyed" | "unknown";

/** `GET /`. */
export interface WorkerInfo {
    /** The worker's version. */
    version: string;
    kafka_cluster_id: string;
}

/** An entry of `GET /connector-plugins`. */
export interface ConnectorPlugin {
    class: string;
    type: string;
    version?: string;
}

/** `GET /connectors/{name}`. */
export interface ConnectorInfo {
    name: string;
    /** The config as written: references to secrets are not resolved. */
    config: Record<string, string>;
    type?: string;
}

/** State of a connector or of one task. */
export interface MemberStatus {
    state: string;
    /** Advertised address of its worker. */
    worker_id: string;
    /** Version of the connector's or task's class (4.1, KIP-891). */
    version?: string;
    /** Java stack trace, when it is FAILED. */
    trace?: string;
}

/** `GET /connectors/{name}/status`. */
export interface ConnectorStatus {
    name: string;
    connector: MemberStatus;
    tasks: (MemberStatus & { id: number })[];
    type?: string;
}

/**
 * An entry of `GET /connectors/{name}/offsets`. The keys of a source depend on its class; those of a sink are `kafka_topic`,
 * `kafka_partition` and `kafka_offset`.
 */
export interface ConnectorOffset {
    partition: Record<string, unknown>;
    /** Null in a change: the partition's offset is deleted. */
    offset: Record<string, unknown> | null;
}

/** `PUT /connector-plugins/{class}/config/validate`. */
export interface Validation {
    error_count: number;
    configs: {
        definition?: {
            name: string;
            type: string;
            required?: boolean;
            default_value?: string | null;
            documentation?: string;
        };
        value: { name: string; errors?: string[]; recommended_values?: string[] };
    }[];
}
