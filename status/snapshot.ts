import type { ConnectorPlugin } from "@connect-cdc/connector/client";
import type { CaptureProblem } from "@connect-cdc/connector/postgres";
import type { StackContainer } from "../docker/engine";
import type { RepeatedRestarts } from "../docker/repeatedRestarts";
import type { QueueState } from "../servers/artemis";
import type { CertificateLife } from "../servers/certificateEnd";
import type { ConnectorEnds } from "../servers/connectorEnds";
import type { PartitionState } from "../servers/kafka";
import type { SlotState } from "../servers/postgres";
import type { ServerMode } from "../servers/zookeeper";

/** The answer to a request: a value, or one line with the reason for its absence. It contains no passwords. */
export type Answer<T> = { ok: true; value: T } | { ok: false; error: string };

/** A member of a role, with its own answer. */
export interface MemberAnswer<T> {
    /** `kafka-0`. */
    name: string;
    /** host:port, or the REST URL of a worker. */
    address: string;
    answer: Answer<T>;
}

/** A ZooKeeper server. */
export interface ServerFacts {
    /** undefined: the server runs, but is not in the quorum. */
    mode: ServerMode | undefined;
    version: string | undefined;
    connections: number | undefined;
    /** Ids of the brokers with a session (`dump`). */
    registeredBrokers: number[];
}

/** A broker's own view of the cluster. */
export interface BrokerFacts {
    /** Ids of the brokers it sees. */
    brokersSeen: number[];
    clusterId: string;
}

/** A Connect worker. */
export interface WorkerFacts {
    version: string;
    kafkaClusterId: string;
    /** Everything that this worker can load: connectors, transforms, converters. */
    plugins: ConnectorPlugin[];
}

/** An instance of the schema registry. */
export interface RegistryFacts {
    /** Subjects that it knows. */
    subjects: number;
}

/** A container of the stack. */
export interface ContainerFacts extends StackContainer {
    /** undefined: it does not restart repeatedly, or the engine gave no answer. */
    restarts?: RepeatedRestarts;
}

/** A topic, with the settings for the safety and retention of its records. */
export interface TopicFacts {
    name: string;
    partitions: number;
    /** Fewest replicas of a partition. */
    replicationFactor: number;
    /** `cleanup.policy`. */
    cleanupPolicy: string | undefined;
    /** `min.insync.replicas`. */
    minInsyncReplicas: number | undefined;
    /** Records ever written: sum of the end offsets. undefined while a partition has no leader. */
    endOffsets: number | undefined;
}

/** The Kafka cluster, in the view of the first broker that answers. */
export interface KafkaFacts {
    clusterId: string;
    controllerId: number;
    brokers: number[];
    topics: TopicFacts[];
    /** Partitions without a leader or with a replica out of sync. */
    underReplicated: PartitionState[];
}

/** State of a connector or a task. */
interface MemberFacts {
    /** Connect's word, such as RUNNING. */
    state: string;
    /** Advertised host:port of the worker that runs it. */
    worker: string;
    /** Stack trace, when it has FAILED. */
    trace: string | undefined;
    /** The cause in the trace, in one line. */
    cause: string | undefined;
}

export interface TaskFacts extends MemberFacts {
    connector: string;
    /** State of the connector itself. */
    connectorState: string;
    task: number;
}

/**
 * How a sink loses records, the worst first.
 * - `removed`: Kafka has removed records before the sink read them;
 * - `noOffset`: the sink's group has no offset, because it is new or has expired, and the log does not begin at 0;
 * - `old`: records that the sink has not read reach the topic's retention soon.
 */
export const RETENTION_RISKS = ["removed", "noOffset", "old"] as const;

/** A partition of which a sink has lost records, or may lose some. */
export interface RetentionRisk {
    kind: (typeof RETENTION_RISKS)[number];
    /** `topic-partition`. */
    partition: string;
    /** Records that were removed, or that will be. */
    records: number;
}

/** A connector of the Connect cluster. */
export interface ConnectorFacts extends MemberFacts, ConnectorEnds {
    name: string;
    /** source or sink. */
    type: string;
    tasks: TaskFacts[];
    /** True: this stack declares it. */
    managed: boolean;
    /** Declared state: running, paused or stopped. undefined: not managed. */
    declaredState: string | undefined;
    /** Number of tasks after the last update of the stack. undefined: not managed, or not known. */
    declaredTasks?: number;
    /** Records in the topics of a sink that its group has not committed yet. undefined: not a sink, or not known. */
    lag: number | undefined;
    /** Partitions whose records a sink loses. Empty: none, or not known. */
    retentionRisks: RetentionRisk[];
}

/** A captured table whose changes are not published, or the like. */
export interface ConnectorCaptureProblem extends CaptureProblem {
    connector: string;
}

/** The certificate that a member shows to its clients, or that of the operator. */
export interface CertificateFacts {
    /** `kafka-0`, `operator`. */
    member: string;
    answer: Answer<CertificateLife>;
}

/** The state of all parts of the platform at one time. A part without an answer has the reason. */
export interface PlatformSnapshot {
    stack: string;
    /** When the requests were sent, ms since 1970. */
    takenAt: number;
    /** Containers of the stack, without those on engines that do not answer. */
    containers: Answer<ContainerFacts[]>;
    /** Each Docker host by its name, with the number of its containers of the stack. */
    engines: MemberAnswer<{ containers: number }>[];
    zookeeper: MemberAnswer<ServerFacts>[];
    kafka: MemberAnswer<BrokerFacts>[];
    connect: MemberAnswer<WorkerFacts>[];
    kafkaCluster: Answer<KafkaFacts>;
    connectors: Answer<ConnectorFacts[]>;
    /** Declared connectors that do not exist in the Connect cluster. Empty while no worker answers. */
    missingConnectors: string[];
    /** undefined: the stack has no database of its own. */
    database?: {
        address: string;
        answer: Answer<{ slots: SlotState[] }>;
        /** Differences between the tables that its sources capture and their publications. */
        captures?: Answer<ConnectorCaptureProblem[]>;
    };
    /** Instances of the schema registry. Empty: the stack has none of its own. */
    registry: MemberAnswer<RegistryFacts>[];
    /** undefined: the stack has no JMS broker of its own. */
    jmsBroker?: { address: string; answer: Answer<{ queues: QueueState[]; missingQueues: string[] }> };
    /** undefined: the stack's members are asked without TLS. */
    certificates?: CertificateFacts[];
}
