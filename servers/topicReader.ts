import { setTimeout as sleep } from "node:timers/promises";
import { messageOf } from "@connect-cdc/connector/client";
import type { Connection, fetchV12 } from "@platformatic/kafka";
import { type BrokerAddress, clusterView, evenIfPartial, loadClient, type PartitionState, withBroker } from "./kafka";
import { groupBy, type Offsets, partitionKey, partitionOffsets } from "./kafkaTopics";

/** A record as it lies in its partition. */
export interface TopicRecord {
    topic: string;
    partition: number;
    offset: number;
    /** When it was written, ms since 1970. */
    timestamp: number;
    /** As text; null: none. */
    key: string | null;
    /** As text; null: a tombstone. */
    value: string | null;
}

export interface TopicOptions {
    /** Which topics to read; also those that come later, from their start. */
    isWanted: (topic: string) => boolean;
    /** True: from the oldest record on. False: what is written from now on. */
    fromStart: boolean;
    /** Receives each record, those of a partition in their order. */
    onRecord: (record: TopicRecord) => void;
}

/** An open reader; it ends by `close`. */
export interface TopicReader {
    close(): Promise<void>;
}

/** So long a broker holds a question back while there is nothing new, in ms. */
const FETCH_WAIT_MS = 500;
/** After so long leaders and topics are looked up again, in ms. */
const ROUND_MS = 2000;
const MAX_BYTES = 1024 * 1024;
const OFFSET_OUT_OF_RANGE = 1;
/** Marks of transactions, which are no records: https://kafka.apache.org/documentation/#recordbatch */
const CONTROL_BATCH = 0b100000;

/**
 * Reads topics until it is closed, without any consumer group: nothing of the reader stays in the cluster. When a leader
 * moves or a broker is lost, it goes on where it was. Throws when no broker answers at the beginning.
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
        const view = await this.look();
        this.positions = await partitionOffsets(view, this.options.fromStart ? "start" : "end");
    }

    async run(): Promise<void> {
        while (!this.isClosed) await this.round().catch(() => sleep(FETCH_WAIT_MS));
    }

    async close(ended: Promise<void>): Promise<void> {
        this.isClosed = true;
        await ended;
    }

    /** Who leads the wanted partitions now, as any broker that answers says. */
    private async look(): Promise<{ brokers: BrokerAddress[]; partitions: PartitionState[] }> {
        const view = await Promise.any(this.brokers.map(clusterView)).catch((error: unknown) => {
            throw new Error(`no broker says who leads the topics: ${messageOf(error)}`);
        });
        const partitions = view.partitions.filter(({ topic, leader }) => this.options.isWanted(topic) && leader >= 0);
        return { brokers: view.brokers, partitions };
    }

    private async round(): Promise<void> {
        const view = await this.look();
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
        // No fetch session (epoch -1): each question names all partitions.
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
            // Retention has removed what was to be read next.
            this.positions.set(key, Number(logStartOffset));
        } else if (errorCode !== 0) {
            throw new Error(`${key} cannot be read (error ${errorCode})`);
        }
        for (const batch of records ?? []) {
            const isControl = (batch.attributes & CONTROL_BATCH) !== 0;
            for (const { offsetDelta, timestampDelta, key: recordKey, value } of isControl ? [] : batch.records) {
                const offset = Number(batch.firstOffset) + offsetDelta;
                // A batch may begin before the offset that was asked for.
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
