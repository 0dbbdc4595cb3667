import { setTimeout as sleep } from "node:timers/promises";
import { messageOf } from "@connect-cdc/connector/client";
import type { Connection, fetchV12 } from "@platformatic/kafka";
import { type BrokerAddress, clusterView, evenIfPartial, loadClient, type PartitionState, withBroker } from "./kafka";
import { groupBy, type Offsets, partitionKey, partitionOffsets } from "./kafkaTopics";

/** A record of a partition. */
export interface TopicRecord {
    topic: string;
    partition: number;
    offset: number;
    /** Time of the record, ms since 1970. */
    timestamp: number;
    /** As text; null: no key. */
    key: string | null;
    /** As text; null: a tombstone. */
    value: string | null;
}

export interface TopicOptions {
    /** Selects the topics. A topic that is created later is read from its start. */
    isWanted: (topic: string) => boolean;
    /** True: from the oldest record. False: only new records. */
    fromStart: boolean;
    /** Receives each record, in the order of its partition. */
    onRecord: (record: TopicRecord) => void;
}

/** An open reader. */
export interface TopicReader {
    close(): Promise<void>;
}

/** How long a broker waits for new records before it answers, ms. */
const FETCH_WAIT_MS = 500;
/** Interval in which leaders and topics are read again, ms. */
const ROUND_MS = 2000;
const MAX_BYTES = 1024 * 1024;
const OFFSET_OUT_OF_RANGE = 1;
/** Attribute of the control records of transactions: https://kafka.apache.org/documentation/#recordbatch */
const CONTROL_BATCH = 0b100000;

/**
 * Reads topics until `close`, without a consumer group: the reader leaves nothing in the cluster. After a change of leader or
 * the loss of a broker it continues at its position. Throws when no broker answers at the beginning.
 */
export async function readTopics(brokers: string[], options: TopicOptions): Promise<TopicReader> {
    const reader = new Reader(brokers, options);
    await reader.begin();
    const ended = reader.run();
    return { close: () => reader.close(ended) };
}

class Reader {
    /** Offset to read next, by partition. */
    private positions: Offsets = new Map();
    private isClosed = false;

    constructor(
        private readonly brokers: string[],
        private readonly options: TopicOptions,
    ) {}

    async begin(): Promise<void> {
        const view = await this.wantedPartitions();
        this.positions = await partitionOffsets(view, this.options.fromStart ? "start" : "end");
    }

    async run(): Promise<void> {
        while (!this.isClosed) await this.round().catch(() => sleep(FETCH_WAIT_MS));
    }

    async close(ended: Promise<void>): Promise<void> {
        this.isClosed = true;
        await ended;
    }

    /** The wanted partitions with their leaders, from the first broker that answers. */
    private async wantedPartitions(): Promise<{ brokers: BrokerAddress[]; partitions: PartitionState[] }> {
        const view = await Promise.any(this.brokers.map(clusterView)).catch((error: unknown) => {
            throw new Error(`no broker answers with the leaders of the topics: ${messageOf(error)}`);
        });
        const partitions = view.partitions.filter(({ topic, leader }) => this.options.isWanted(topic) && leader >= 0);
        return { brokers: view.brokers, partitions };
    }

    private async round(): Promise<void> {
        const view = await this.wantedPartitions();
        const isNew = ({ topic, partition }: PartitionState) => !this.positions.has(partitionKey(topic, partition));
        const starts = await partitionOffsets({ ...view, partitions: view.partitions.filter(isNew) }, "start");
        starts.forEach((offset, key) => this.positions.set(key, offset));
        const end = performance.now() + ROUND_MS;
        const leaders = [...groupBy(view.partitions, ({ leader }) => leader)];
        if (leaders.length === 0) await sleep(FETCH_WAIT_MS);

        await Promise.all(
            leaders.map(([id, partitions]) => {
                const { host, port } = view.brokers.find((broker) => broker.id === id) as BrokerAddress;
                return withBroker(`${host}:${port}`, async (connection) => {
                    while (!this.isClosed && performance.now() < end) await this.fetch(connection, partitions);
                });
            }),
        );
    }

    private async fetch(connection: Connection, partitions: PartitionState[]): Promise<void> {
        const { fetchV12 } = await loadClient();
        const known = partitions.filter(({ topic, partition }) => this.positions.has(partitionKey(topic, partition)));
        const topics = [...groupBy(known, ({ topic }) => topic)].map(([topicId, ofTopic]) => ({
            topicId,
            partitions: ofTopic.map(({ partition }) => ({
                partition,
                currentLeaderEpoch: -1,
                fetchOffset: BigInt(this.positions.get(partitionKey(topicId, partition)) as number),
                lastFetchedEpoch: -1,
                partitionMaxBytes: MAX_BYTES,
            })),
        }));
        // No fetch session (epoch -1): each request names all partitions
        const { responses } = await evenIfPartial(
            fetchV12.api.async(connection, FETCH_WAIT_MS, 1, MAX_BYTES, 0, 0, -1, topics, [], ""),
        );
        for (const { topicId, partitions } of responses) partitions.forEach((answer) => this.take(topicId, answer));
    }

    private take(
        topic: string,
        { partitionIndex, errorCode, logStartOffset, records }: fetchV12.FetchResponsePartition,
    ): void {
        const key = partitionKey(topic, partitionIndex);
        if (errorCode === OFFSET_OUT_OF_RANGE) {
            // Retention has removed the next record
            this.positions.set(key, Number(logStartOffset));
        } else if (errorCode !== 0) {
            throw new Error(`${key} cannot be read (error ${errorCode})`);
        }
        for (const batch of records ?? []) {
            const isControl = (batch.attributes & CONTROL_BATCH) !== 0;
            for (const { offsetDelta, timestampDelta, key: recordKey, value } of isControl ? [] : batch.records) {
                const offset = Number(batch.firstOffset) + offsetDelta;
                // A batch may begin before the requested offset
                if (offset >= (this.positions.get(key) ?? 0) && !this.isClosed) {
                    this.options.onRecord({
                        topic,
                        partition: partitionIndex,
                        offset,
                        timestamp: Number(batch.firstTimestamp + timestampDelta),
                        key: recordKey?.toString() ?? null,
                        value: value?.toString() ?? null,
                    });
                }
            }
            this.positions.set(key, Number(batch.firstOffset) + batch.lastOffsetDelta + 1);
        }
    }
}
