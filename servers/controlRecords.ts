import type { Credentials } from "@connect-cdc/connector/client";
import type { Connection } from "@platformatic/kafka";
import { type ClusterView, evenIfPartial, loadClient, type PartitionState } from "./kafka";
import { groupBy, type Offsets, partitionKey, tryBroker } from "./kafkaTopics";
import { CONTROL_BATCH } from "./topicReader";

/** Up to this distance from the end the records are read. Of a larger one a few control records are no matter. */
const READ_UP_TO = 100;
const MAX_BYTES = 1024 * 1024;
const READ_UNCOMMITTED = 0;

/**
 * Number of control records from a reader's positions to the end, for positions near the end. They end transactions and have
 * offsets, but no reader gets them: after a transaction a reader is at least one offset before the end for ever.
 */
export async function controlRecords(
    { brokers }: Pick<ClusterView, "brokers">,
    partitions: PartitionState[],
    positions: Offsets,
    ends: Offsets,
    credentials?: Credentials,
): Promise<number> {
    const isNear = ({ topic, partition }: PartitionState) => {
        const key = partitionKey(topic, partition);
        const distance = (ends.get(key) ?? 0) - (positions.get(key) ?? -Infinity);
        return distance > 0 && distance <= READ_UP_TO;
    };
    const counts = await Promise.all(
        brokers.map(async (broker) => {
            const near = partitions.filter((partition) => partition.leader === broker.id && isNear(partition));
            const ask = async (connection: Connection) => {
                const { fetchV12 } = await loadClient();
                const request = fetchRequest(near, positions);
                return evenIfPartial(
                    fetchV12.api.async(connection, 0, 0, MAX_BYTES, READ_UNCOMMITTED, 0, -1, request, [], ""),
                );
            };
            const answer = await tryBroker(broker, near.length > 0, ask, credentials);
            const batches = (answer?.responses ?? []).flatMap(({ topicId, partitions }) =>
                partitions.flatMap(({ partitionIndex, records = [] }) =>
                    records.filter(({ firstOffset }) => {
                        const key = partitionKey(topicId, partitionIndex);
                        return Number(firstOffset) >= positions.get(key)! && Number(firstOffset) < ends.get(key)!;
                    }),
                ),
            );
            return batches.filter(({ attributes }) => (attributes & CONTROL_BATCH) !== 0).length;
        }),
    );
    return counts.reduce((sum, count) => sum + count, 0);
}

function fetchRequest(partitions: PartitionState[], positions: Offsets) {
    return [...groupBy(partitions, ({ topic }) => topic)].map(([topicId, ofTopic]) => ({
        topicId,
        partitions: ofTopic.map(({ partition }) => ({
            partition,
            currentLeaderEpoch: -1,
            fetchOffset: BigInt(positions.get(partitionKey(topicId, partition))!),
            lastFetchedEpoch: -1,
            partitionMaxBytes: MAX_BYTES,
        })),
    }));
}
