import { randomUUID } from "node:crypto";
import { Admin, Consumer, type MessagesStream } from "@platformatic/kafka";
import { done, pending, waitFor } from "../../../servers/wait";

export interface TopicRecord {
    key: string | undefined;
    value: string | undefined;
}

/** Reads a topic from its beginning to its present end. */
export async function readTopic(brokers: string[], topic: string): Promise<TopicRecord[]> {
    const consumer = newConsumer(brokers);
    const records: TopicRecord[] = [];
    const reached = new Map<number, bigint>();
    try {
        const ends = (await consumer.listOffsets({ topics: [topic] })).get(topic) ?? [];
        const stream = await consumer.consume({ topics: [topic], mode: "earliest", autocommit: false });
        stream.on("data", ({ key, value, partition, offset }) => {
            records.push({ key: key?.toString(), value: value?.toString() });
            reached.set(partition, offset + 1n);
        });
        const isRead = () => ends.every((end, partition) => end === 0n || (reached.get(partition) ?? 0n) >= end);
        await waitFor(async () => (isRead() ? done() : pending(`${records.length} records`)), {
            what: `topic ${topic} to be read to its end`,
            timeoutSeconds: 30,
            intervalSeconds: 0.1,
        });
        await stream.close();
        return records;
    } finally {
        await consumer.close();
    }
}

/** Reads a topic, from its beginning on, for as long as it is open. */
export class TopicReader {
    private constructor(
        private readonly consumer: Consumer,
        private readonly stream: MessagesStream<Buffer, Buffer, Buffer, Buffer>,
    ) {}

    static async open(brokers: string[], topic: string, onRecord: (record: TopicRecord) => void): Promise<TopicReader> {
        const consumer = newConsumer(brokers);
        const stream = await consumer.consume({ topics: [topic], mode: "earliest", autocommit: false });
        stream.on("data", ({ key, value }) => onRecord({ key: key?.toString(), value: value?.toString() }));
        return new TopicReader(consumer, stream);
    }

    async close(): Promise<void> {
        await this.stream.close();
        await this.consumer.close();
    }
}

function newConsumer(bootstrapBrokers: string[]): Consumer {
    return new Consumer({ clientId: "connect-cdc-test", groupId: randomUUID(), bootstrapBrokers });
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
