import type { Connection, metadataV12 } from "@platformatic/kafka";

import { parseAddress } from "./tcp";
import { messageOf } from "./wait";

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

const connectTimeoutMs = 2000;
const requestTimeoutMs = 4000;

/** Asks one broker, and only this one, for its view of the cluster. One try, short limits. */
export async function clusterView(target: string): Promise<ClusterView> {
    const { host, port } = parseAddress(target);
    // Loading the client takes a third of a second, which runs that ask no broker should not pay.
    const { Connection, metadataV12 } = await import("@platformatic/kafka");
    const connection = new Connection("connect-cdc-probe", {
        connectTimeout: connectTimeoutMs,
        requestTimeout: requestTimeoutMs,
    });
    // What breaks the connection fails the call below, too; as an event without a listener it would end the process.
    connection.on("error", () => undefined);
    try {
        await connection.connect(host, port);
        return toView(await requestMetadata(connection, metadataV12.api.async));
    } catch (error) {
        throw new Error(`broker ${target} does not answer (${firstCause(error)})`);
    } finally {
        await connection.close().catch(() => undefined);
    }
}

type MetadataResponse = metadataV12.MetadataResponse;
type MetadataCall = (connection: Connection, topics: null, autocreate: boolean) => Promise<MetadataResponse>;

async function requestMetadata(connection: Connection, call: MetadataCall): Promise<MetadataResponse> {
    try {
        return await call(connection, null, false);
    } catch (error) {
        // A topic whose leader is being elected makes the client throw, with the whole answer attached.
        const response = (error as { response?: MetadataResponse }).response;
        if (response === undefined) {
            throw error;
        }
        return response;
    }
}

function toView(metadata: MetadataResponse): ClusterView {
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
