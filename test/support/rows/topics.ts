import { randomUUID } from "node:crypto";
import { Admin, Consumer, FetchIsolationLevels, type MessagesStream } from "@platformatic/kafka";
import { clusterView } from "../../../servers/kafka";
import { partitionOffsets } from "../../../servers/kafkaTopics";
import { readTopics } from "../../../servers/topicReader";
import { done, pending, waitFor } from "../../../servers/wait";

export interface TopicRecord {
    offset: number;
    key: string | undefined;
    value: string | undefined;
}

export interface ByteRecord {
    key: Buffer | null;
    value: Buffer | null;
}

/** Reads a topic from its beginning to its present end. Waits for the end of open transactions. */
export async function readTopic(brokers: string[], topic: string): Promise<TopicRecord[]> {
    const view = await clusterView(brokers[0]!);
    const partitions = view.partitions.filter((partition) => partition.topic === topic);
    const records: TopicRecord[] = [];
    const reader = await readTopics(brokers, {
        isWanted: (name) => name === topic,
        fromStart: true,
        onRecord: ({ offset, key, value }) =>
            records.push({ offset, key: key ?? undefined, value: value ?? undefined }),
    });
    try {
        await reader.untilRead(await partitionOffsets({ ...view, partitions }, "end"));
        return records;
    } finally {
        await reader.close();
    }
}

/** Reads a topic, from its beginning on, for as long as it is open. */
export class TopicReader {
    private constructor(
        private readonly consumer: Consumer,
        private readonly stream: MessagesStream<Buffer, Buffer, Buffer, Buffer>,
    ) {}

    static async open(brokers: string[], topic: string, onRecord: (record: TopicRecord) => void): Promise<TopicReader> {
        const { consumer, stream } = await consume(brokers, topic);
        stream.on("data", ({ offset, key, value }) =>
            onRecord({ offset: Number(offset), key: key?.toString(), value: value?.toString() }),
        );
        return new TopicReader(consumer, stream);
    }

    async close(): Promise<void> {
        await this.stream.close();
        await this.consumer.close();
    }
}

/** Keys and values of a topic as they are, from its beginning on. */
export class ByteReader {
    private readonly records: ByteRecord[] = [];

    private constructor(
        private readonly consumer: Consumer,
        private readonly stream: MessagesStream<Buffer, Buffer, Buffer, Buffer>,
    ) {
        stream.on("data", ({ key, value }) => this.records.push({ key: key ?? null, value: value ?? null }));
    }

    static async open(brokers: string[], topic: string): Promise<ByteReader> {
        const { consumer, stream } = await consume(brokers, topic);
        return new ByteReader(consumer, stream);
    }

    /** Waits for so many records, and returns all there are. */
    async untilRecords(count: number): Promise<ByteRecord[]> {
        const check = async () =>
            this.records.length >= count ? done([...this.records]) : pending(`${this.records.length} records`);
        return waitFor(check, { what: `${count} records`, timeoutSeconds: 90, intervalSeconds: 0.1 });
    }

    async close(): Promise<void> {
        await this.stream.close();
        await this.consumer.close();
    }
}

/** Waits until the topic exists: a source makes it with its first record. */
function consume(bootstrapBrokers: string[], topic: string) {
    // As sinks read
    const isolationLevel = FetchIsolationLevels.READ_UNCOMMITTED;
    const open = async () => {
        const groupId = randomUUID();
        const consumer = new Consumer({ clientId: "connect-cdc-test", groupId, bootstrapBrokers, isolationLevel });
        try {
            return done({
                consumer,
                stream: await consumer.consume({ topics: [topic], mode: "earliest", autocommit: false }),
            });
        } catch (error) {
            await consumer.close();
            throw error;
        }
    };
    return waitFor(open, { what: `topic ${topic}`, timeoutSeconds: 90, intervalSeconds: 0.2 });
}

/** Removes a topic with all its records. */
export async function deleteTopic(brokers: string[], topic: string): Promise<void> {
    const admin = new Admin({ clientId: "connect-cdc-test", bootstrapBrokers: brokers });
    try {
        await admin.deleteTopics({ topics: [topic] });
    } finally {
        await admin.close();
    }
}

/** One setting of a topic, as the brokers hold it. */
export async function topicSetting(brokers: string[], topic: string, name: string): Promise<string | undefined> {
    const admin = new Admin({ clientId: "connect-cdc-test", bootstrapBrokers: brokers });
    try {
        const [description] = await admin.describeConfigs({
            resources: [{ resourceType: 2, resourceName: topic, configurationKeys: [name] }],
        });
        return description?.configs.find((config) => config.name === name)?.value ?? undefined;
    } finally {
        await admin.close();
    }
}
