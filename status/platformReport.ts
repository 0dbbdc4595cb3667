import type { CaptureProblem } from "@connect-cdc/connector/postgres";
import type { QueueState } from "../servers/artemis";
import type { ConnectorStatus, PluginInfo } from "../servers/connect";
import type { PartitionState } from "../servers/kafka";
import type { SlotState } from "../servers/postgres";
import type { ServerMode } from "../servers/zookeeper";

/** What a question got: a value, or one line that says why there is none. Passwords never stand in it. */
export type Answer<T> = { ok: true; value: T } | { ok: false; error: string };

/** One member of a role, as it answers for itself. */
export interface MemberReport<T> {
    /** `kafka-0`. */
    name: string;
    /** host:port, or the REST URL of a worker. */
    address: string;
    answer: Answer<T>;
}

/** A ZooKeeper server. */
export interface ServerFacts {
    /** undefined: it runs, but is not in the quorum. */
    mode: ServerMode | undefined;
    version: string | undefined;
    connections: number | undefined;
    /** Ids of the brokers with a session (`dump`). */
    registeredBrokers: number[];
}

/** A broker, by its own view of the cluster. */
export interface BrokerFacts {
    /** Ids of the brokers it sees. */
    brokersSeen: number[];
    clusterId: string;
}

/** A Connect worker. */
export interface WorkerFacts {
    version: string;
    kafkaClusterId: string;
    /** Connectors, transforms, converters: everything this worker can load. */
    plugins: PluginInfo[];
}

/** A container of the stack as its engine tells it. */
export interface ContainerFacts {
    /** Name of the Docker host. */
    host: string;
    /** `kafka-0`: the container's name without project and stack. */
    name: string;
    /** Docker's word: running, restarting, exited, ... */
    state: string;
    /** Docker's health: healthy, unhealthy, starting; undefined without a check. */
    health: string | undefined;
    /** Docker's sentence: `Exited (137) 2 minutes ago`. */
    status: string;
    /** undefined: its server does not end again and again, or the engine cannot say. */
    restarts?: RestartFacts;
}

/** A container that its engine has started again several times, and lately. Times are ms since 1970. */
export interface RestartFacts {
    /** Restarts since it was made, or since somebody started it. */
    count: number;
    madeAt: number;
    lastAt: number;
    /** A sentence with the last error in its log. */
    lastError: string;
}

/** A topic with what decides how safe its records are and how long they stay. */
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

/** The Kafka cluster as the first broker that answers sees it. */
export interface KafkaFacts {
    clusterId: string;
    controllerId: number;
    brokers: number[];
    topics: TopicFacts[];
    /** Partitions without a leader or with a replica out of sync. */
    underReplicated: PartitionState[];
}

/** A connector of the Connect cluster. */
export interface ConnectorFacts extends ConnectorStatus {
    /** True: this stack declares it. */
    managed: boolean;
    /** State that the stack declares: running, paused or stopped. undefined when not managed. */
    declaredState: string | undefined;
    /** Tasks that it had when the stack was last brought up. undefined when not managed, or not known. */
    declaredTasks?: number;
    /** Of a sink: records of its topics that its group has not committed yet. undefined: not a sink, or not known. */
    lag: number | undefined;
}

/** A problem of what a connector captures. */
export interface ConnectorCaptureProblem extends CaptureProblem {
    connector: string;
}

/** One look at the whole platform. Every part is asked; what does not answer says why. */
export interface PlatformReport {
    stack: string;
    /** When the look began, ms since 1970. */
    takenAt: number;
    /** Containers of the stack, per engine that was asked; members on engines that do not answer are missing here. */
    containers: Answer<ContainerFacts[]>;
    /** Each Docker host by its name, with how many containers of the stack it has. */
    engines: MemberReport<{ containers: number }>[];
    zookeeper: MemberReport<ServerFacts>[];
    kafka: MemberReport<BrokerFacts>[];
    connect: MemberReport<WorkerFacts>[];
    kafkaCluster: Answer<KafkaFacts>;
    connectors: Answer<ConnectorFacts[]>;
    /** Names of declared connectors that the Connect cluster does not have. Empty while no worker answers. */
    missingConnectors: string[];
    /** undefined: the stack has no database that can be asked from here. */
    database?: {
        address: string;
        answer: Answer<{ slots: SlotState[] }>;
        /** What is wrong between the tables that its sources capture and their publications. */
        captures?: Answer<ConnectorCaptureProblem[]>;
    };
    /** undefined: the stack has no JMS broker that can be asked from here. */
    jmsBroker?: { address: string; answer: Answer<{ queues: QueueState[]; missingQueues: string[] }> };
}
