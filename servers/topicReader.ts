import { setTimeout as sleep } from "node:timers/promises";
import { type Credentials, messageOf } from "@connect-cdc/connector/client";
import type { Connection, fetchV12 } from "@platformatic/kafka";
import { type BrokerAddress, clusterView, evenIfPartial, loadClient, type PartitionState, withBroker } from "./kafka";
import { groupBy, type Offsets, partitionKey, partitionOffsets } from "./kafkaTopics";
import type { RecordText } from "./recordText";

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
    /** Why key and value, which are null then, cannot be read. */
    problem?: string;
}

export interface TopicOptions {
    /** Selects the topics. A topic that is created later is read from its start. */
    isWanted: (topic: string) => boolean;
    /** True: from the oldest record. False: only new records. */
    fromStart: boolean;
    /** Makes the texts. Default: keys and values are UTF-8. */
    text?: RecordText;
    /** Receives each record, in the order of its partition. */
    onRecord: (record: TopicRecord) => void;
    /** Credentials for listeners with mTLS. Default: the brokers' addresses are those of plain listeners. */
    credentials?: Credentials;
}

/** An open reader. */
export interface TopicReader {
    /**
     * Resolves when the reader has passed these offsets: those of the next records, by partition.
     *
     * @throws when it reads nothing for a minute.
     */
    untilRead(ends: Offsets): Promise<void>;
    close(): Promise<void>;
}

/** How long a broker waits for new records before it answers, ms. */
const FETCH_WAIT_MS = 500;
const POLL_MS = 20;
/** Interval in which leaders and topics are read again, ms. */
const ROUND_MS = 2000;
const MAX_BYTES = 1024 * 1024;
const OFFSET_OUT_OF_RANGE = 1;
/** Records of open and aborted transactions are left out, as for a consumer with `isolation.level: read_committed`. */
const READ_COMMITTED = 1;
/** Longest time without a record while records are awaited, s. */
const STALL_SECONDS = 60;
/** Attributes of the records of transactions, and of their control records: https://kafka.apache.org/documentation/#recordbatch */
const TRANSACTIONAL_BATCH = 0b010000;
export const CONTROL_BATCH = 0b100000;
/** The key of a control record: its version and its type, 0 for an abort, as two numbers of 16 bits. */
const ABORT_TYPE_AT = 2;

/**
 * Reads topics until `close`, without a consumer group: the reader leaves nothing in the cluster. After a change of leader or
 * the loss of a broker it continues at its position. Throws when no broker answers at the beginning.
 */
export async function readTopics(brokers: string[], options: TopicOptions): Promise<TopicReader> {
    const reader = new Reader(brokers, options);
    await reader.begin();
    const ended = reader.run();
    return { untilRead: (ends) => reader.untilRead(ends), close: () => reader.close(ended) };
}

/**
 * Reads single records, each in the first of the batches from its offset on. Those that the topic does not have any more are
 * left out.
 */
export async function readRecords(
    brokers: string[],
    topic: string,
    wanted: Pick<TopicRecord, "partition" | "offset">[],
    text?: RecordText,
    credentials?: Credentials,
): Promise<TopicRecord[]> {
    const found: TopicRecord[] = [];
    for (const { partition, offset } of wanted) {
        const onRecord = (record: TopicRecord) => {
            if (record.partition === partition && record.offset === offset) found.push(record);
        };
        const isWanted = (name: string) => name === topic;
        const reader = new Reader(brokers, { isWanted, fromStart: true, text, onRecord, credentials });
        await reader.readAt(topic, partition, offset);
    }
    return found;
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
        this.positions = await partitionOffsets(
            view,
            this.options.fromStart ? "start" : "end",
            this.options.credentials,
        );
    }

    async run(): Promise<void> {
        while (!this.isClosed) await this.round().catch(() => sleep(FETCH_WAIT_MS));
    }

    async close(ended: Promise<void>): Promise<void> {
        this.isClosed = true;
        await ended;
    }

    async untilRead(ends: Offsets): Promise<void> {
        const missing = () =>
            [...ends].reduce((sum, [key, end]) => sum + Math.max(0, end - (this.positions.get(key) ?? 0)), 0);
        let left = missing();
        let progressAt = performance.now();
        while (left > 0) {
            await sleep(POLL_MS);
            const now = missing();
            if (now < left) progressAt = performance.now();
            if (performance.now() - progressAt > 1000 * STALL_SECONDS) {
                throw new Error(`no record read for ${STALL_SECONDS} s; ${now} are missing to the end of the topics`);
            }
            left = now;
        }
    }

    /** One fetch from an offset of a partition. */
    async readAt(topic: string, partition: number, offset: number): Promise<void> {
        const { brokers, partitions } = await this.wantedPartitions();
        const wanted = partitions.filter((one) => one.partition === partition);
        const leader = brokers.find(({ id }) => id === wanted[0]?.leader);
        if (leader === undefined) return;

        this.positions = new Map([[partitionKey(topic, partition), offset]]);
        const fetch = (connection: Connection) => this.fetch(connection, wanted);
        await withBroker(`${leader.host}:${leader.port}`, fetch, this.options.credentials);
    }

    /** The wanted partitions with their leaders, from the first broker that answers. */
    private async wantedPartitions(): Promise<{ brokers: BrokerAddress[]; partitions: PartitionState[] }> {
        const { credentials } = this.options;
        const views = this.brokers.map((broker) => clusterView(broker, credentials));
        const view = await Promise.any(views).catch((error: unknown) => {
            throw new Error(`no broker answers with the leaders of the topics: ${messageOf(error)}`);
        });
        const partitions = view.partitions.filter(({ topic, leader }) => this.options.isWanted(topic) && leader >= 0);
        return { brokers: view.brokers, partitions };
    }

    private async round(): Promise<void> {
        const view = await this.wantedPartitions();
        const isNew = ({ topic, partition }: PartitionState) => !this.positions.has(partitionKey(topic, partition));
        const { credentials } = this.options;
        const partitions = view.partitions.filter(isNew);
        const starts = await partitionOffsets({ ...view, partitions }, "start", credentials);
        starts.forEach((offset, key) => this.positions.set(key, offset));
        const end = performance.now() + ROUND_MS;
        const leaders = [...groupBy(view.partitions, ({ leader }) => leader)];
        if (leaders.length === 0) await sleep(FETCH_WAIT_MS);

        await Promise.all(
            leaders.map(([id, partitions]) => {
                const { host, port } = view.brokers.find((broker) => broker.id === id) as BrokerAddress;
                const fetch = async (connection: Connection) => {
                    while (!this.isClosed && performance.now() < end) await this.fetch(connection, partitions);
                };
                return withBroker(`${host}:${port}`, fetch, credentials);
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
            fetchV12.api.async(connection, FETCH_WAIT_MS, 1, MAX_BYTES, READ_COMMITTED, 0, -1, topics, [], ""),
        );
        const answers = responses.flatMap(({ partitions }) => partitions);
        const records = answers.flatMap(({ records }) => (records ?? []).flatMap((batch) => batch.records));
        await this.options.text?.prepare(records.flatMap(({ key, value }) => [key, value]));
        for (const { topicId, partitions } of responses) partitions.forEach((answer) => this.take(topicId, answer));
    }

    private take(
        topic: string,
        { partitionIndex, errorCode, logStartOffset, abortedTransactions, records }: fetchV12.FetchResponsePartition,
    ): void {
        const key = partitionKey(topic, partitionIndex);
        if (errorCode === OFFSET_OUT_OF_RANGE) {
            // Retention has removed the next record
            this.positions.set(key, Number(logStartOffset));
        } else if (errorCode !== 0) {
            throw new Error(`${key} cannot be read (error ${errorCode})`);
        }
        const isVisible = committedOnly(abortedTransactions);
        for (const batch of records ?? []) {
            for (const { offsetDelta, timestampDelta, key: recordKey, value } of isVisible(batch)
                ? batch.records
                : []) {
                const offset = Number(batch.firstOffset) + offsetDelta;
                // A batch may begin before the requested offset
                if (offset >= (this.positions.get(key) ?? 0) && !this.isClosed) {
                    this.options.onRecord({
                        topic,
                        partition: partitionIndex,
                        offset,
                        timestamp: Number(batch.firstTimestamp + timestampDelta),
                        ...this.textsOf(recordKey, value),
                    });
                }
            }
            this.positions.set(key, Number(batch.firstOffset) + batch.lastOffsetDelta + 1);
        }
    }

    private textsOf(key: Buffer | null | undefined, value: Buffer | null | undefined) {
        const { text } = this.options;
        const textOf = (bytes: Buffer | null | undefined) => (bytes ? (text?.text(bytes) ?? bytes.toString()) : null);
        try {
            return { key: textOf(key), value: textOf(value) };
        } catch (error) {
            return { key: null, value: null, problem: messageOf(error) };
        }
    }
}

type Batch = NonNullable<fetchV12.FetchResponsePartition["records"]>[number];

/** A test for the batches of an answer, in their order: false for control records and for aborted transactions. */
function committedOnly(aborted: fetchV12.FetchResponsePartitionAbortedTransaction[]): (batch: Batch) => boolean {
    const open = [...aborted].sort((a, b) => Number(a.firstOffset - b.firstOffset));
    const producers = new Set<bigint>();
    return ({ firstOffset, lastOffsetDelta, attributes, producerId, records }) => {
        while (open.length > 0 && open[0]!.firstOffset <= firstOffset + BigInt(lastOffsetDelta)) {
            producers.add(open.shift()!.producerId);
        }
        if ((attributes & CONTROL_BATCH) !== 0) {
            if (records[0]?.key?.readInt16BE(ABORT_TYPE_AT) === 0) producers.delete(producerId);
            return false;
        }
        return (attributes & TRANSACTIONAL_BATCH) === 0 || !producers.has(producerId);
    };
}
