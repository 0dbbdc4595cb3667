import { messageOf } from "@connect-cdc/connector/client";
import type { Connection, metadataV12 } from "@platformatic/kafka";
import { parseAddress } from "./address";

export interface BrokerAddress {
    id: number;
    host: string;
    port: number;
}

export interface PartitionState {
    topic: string;
    partition: number;
    /** Broker id, -1 when the partition is offline. */
    leader: number;
    replicas: number[];
    inSync: number[];
}

/** The cluster as one broker sees it. */
export interface ClusterView {
    clusterId: string;
    controllerId: number;
    brokers: BrokerAddress[];
    partitions: PartitionState[];
}

const CONNECT_TIMEOUT_MS = 2000;
const REQUEST_TIMEOUT_MS = 4000;

/** Asks one broker, and only this one, for its view of the cluster. One try, short limits. */
export async function clusterView(target: string): Promise<ClusterView> {
    return withBroker(target, async (connection) => {
        const { metadataV12 } = await loadClient();
        return toView(await evenIfPartial(metadataV12.api.async(connection, null, false)));
    });
}

/** Loading the client takes a third of a second, which runs that ask no broker should not pay. */
export function loadClient() {
    return import("@platformatic/kafka");
}

/** Opens a connection to one broker, and only this one, for as long as `ask` takes. One try, short limits. */
export async function withBroker<T>(target: string, ask: (connection: Connection) => Promise<T>): Promise<T> {
    const { host, port } = parseAddress(target);
    const { Connection } = await loadClient();
    const connection = new Connection("connect-cdc-probe", {
        connectTimeout: CONNECT_TIMEOUT_MS,
        requestTimeout: REQUEST_TIMEOUT_MS,
    });
    // What breaks the connection fails the call below, too; as an event without a listener it would end the process.
    connection.on("error", () => undefined);
    try {
        await connection.connect(host, port);
        return await ask(connection);
    } catch (error) {
        throw new Error(`broker ${target} does not answer (${firstCause(error)})`);
    } finally {
        await connection.close().catch(() => undefined);
    }
}

/** An answer in which one part is an error makes the client throw, with the whole answer attached: this gives it back. */
export async function evenIfPartial<T>(answer: Promise<T>): Promise<T> {
    try {
        return await answer;
    } catch (error) {
        const response = (error as { response?: T }).response;
        if (response === undefined) throw error;

        return response;
    }
}

function toView(metadata: metadataV12.MetadataResponse): ClusterView {
    return {
        clusterId: metadata.clusterId ?? "",
        controllerId: metadata.controllerId,
        brokers: metadata.brokers
            .map(({ nodeId, host, port }) => ({ id: nodeId, host, port }))
            .sort((a, b) => a.id - b.id),
        partitions: metadata.topics.flatMap((topic) =>
            topic.partitions.map((partition) => ({
                topic: topic.name ?? topic.topicId,
                partition: partition.partitionIndex,
                leader: partition.leaderId,
                replicas: partition.replicaNodes,
                inSync: partition.isrNodes,
            })),
        ),
    };
}

function firstCause(error: unknown): string {
    const cause = (error as { cause?: unknown }).cause;
    return cause instanceof Error ? firstCause(cause) : messageOf(error);
}

/** Names of all topics, internal ones included, in order. */
export function topicNames(view: ClusterView): string[] {
    return [...new Set(view.partitions.map(({ topic }) => topic))].sort();
}

/** Partitions without a leader, or with a replica that lags behind. */
export function unhealthyPartitions(view: ClusterView): PartitionState[] {
    return view.partitions.filter(({ leader, replicas, inSync }) => leader < 0 || inSync.length < replicas.length);
}
