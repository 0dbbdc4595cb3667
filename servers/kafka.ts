import { type Credentials, messageOf } from "@connect-cdc/connector/client";
import type { Connection, metadataV12 } from "@platformatic/kafka";
import { parseAddress } from "./address";
import { tlsOptions } from "./tlsOptions";

export interface BrokerAddress {
    id: number;
    host: string;
    port: number;
}

export interface PartitionState {
    topic: string;
    partition: number;
    /** Id of the broker; -1: the partition is offline. */
    leader: number;
    replicas: number[];
    inSync: number[];
}

/** A broker's view of the cluster. */
export interface ClusterView {
    clusterId: string;
    controllerId: number;
    brokers: BrokerAddress[];
    partitions: PartitionState[];
}

const CONNECT_TIMEOUT_MS = 2000;
const REQUEST_TIMEOUT_MS = 4000;

/** Reads one broker's view of the cluster. One try, short limits. */
export async function clusterView(target: string, credentials?: Credentials): Promise<ClusterView> {
    const ask = async (connection: Connection) => {
        const { metadataV12 } = await loadClient();
        return toView(await evenIfPartial(metadataV12.api.async(connection, null, false)));
    };
    return withBroker(target, ask, credentials);
}

/** Loads the client when it is needed: it takes a third of a second. */
export function loadClient() {
    return import("@platformatic/kafka");
}

/**
 * Opens a connection to one broker for the time of `ask`. One try, short limits.
 *
 * @param credentials for a listener with mTLS. Default: the address is that of a plain listener.
 */
export async function withBroker<T>(
    target: string,
    ask: (connection: Connection) => Promise<T>,
    credentials?: Credentials,
): Promise<T> {
    const { host, port } = parseAddress(target);
    const { Connection } = await loadClient();
    const connection = new Connection("connect-cdc-probe", {
        connectTimeout: CONNECT_TIMEOUT_MS,
        requestTimeout: REQUEST_TIMEOUT_MS,
        tls: credentials && tlsOptions(host, credentials),
    });
    // The call below fails as well; an error event without a listener would end the process
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

/** The client throws when one part of an answer is an error. This returns the whole answer. */
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

/** Names of all topics, internal ones included, sorted. */
export function topicNames(view: ClusterView): string[] {
    return [...new Set(view.partitions.map(({ topic }) => topic))].sort();
}

/** Partitions without a leader, or with a replica out of sync. */
export function unhealthyPartitions(view: ClusterView): PartitionState[] {
    return view.partitions.filter(({ leader, replicas, inSync }) => leader < 0 || inSync.length < replicas.length);
}
