import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { queueStates } from "../../servers/artemis";
import { connectorStatuses } from "../../servers/connect";
import { clusterView, topicNames } from "../../servers/kafka";
import type { QueueLogin } from "../../servers/queue";
import { readTopics } from "../../servers/topic";
import { messageOf } from "../../servers/wait";
import { stackOption } from "../../tools/environment";
import { browseQueue } from "../messages/browseQueue";
import { changeLine, printable } from "../messages/changeLine";
import { unknownName } from "../notFound";
import { readStackOutputs, type StackOutputs } from "../stack/stackOutputs";

/**
 * `npm run tail`: change events of all captured tables as they come, one per line; `--topic` or `--queue` for others.
 * Reading leaves nothing behind: no consumer group, and messages stay in their queue.
 */
export default async function tail(args: string[]): Promise<void> {
    const { values } = parseArgs({
        args,
        options: {
            stack: stackOption(),
            topic: { type: "string" },
            queue: { type: "string" },
            "from-start": { type: "boolean", default: false },
            count: { type: "string" },
        },
    });
    if (values.topic !== undefined && values.queue !== undefined) {
        throw new Error("--topic and --queue: one of them at a time");
    }

    const outputs = await readStackOutputs({ stack: values.stack });
    const printer = new Printer(readCount(values.count));
    const fromStart = values["from-start"];
    if (values.queue === undefined) await tailTopics(outputs, values.topic, fromStart, printer);
    else await tailQueue(outputs, values.queue, fromStart, printer);
}

function readCount(text: string | undefined): number {
    const count = text === undefined ? Infinity : Number(text);
    if (text !== undefined && !(Number.isInteger(count) && count >= 1)) {
        throw new Error(`--count ${text}: must be a whole number, 1 or more`);
    }

    return count;
}

/** Prints lines until it has printed enough, or until Ctrl-C. */
class Printer {
    readonly ended: Promise<void>;
    hasEnded = false;
    private end: () => void = () => undefined;

    constructor(private left: number) {
        this.ended = new Promise((resolve) => {
            this.end = () => {
                this.hasEnded = true;
                resolve();
            };
        });
        process.once("SIGINT", this.end);
        process.once("SIGTERM", this.end);
    }

    /** Tells whoever waits what for; a reader that takes so many lines gets nothing else. */
    begin(what: string): void {
        if (this.left === Infinity) process.stderr.write(`Showing ${what} as it comes; end with Ctrl-C\n`);
    }

    print(timestamp: number | undefined, ...parts: string[]): void {
        if (this.left <= 0) return;
        this.left -= 1;
        const time = timestamp === undefined ? "" : new Date(timestamp).toISOString().slice(11, 23);
        process.stdout.write(`${[time, ...parts].filter(Boolean).join("  ")}\n`);
        if (this.left === 0) this.end();
    }
}

async function tailTopics(
    { addresses }: StackOutputs,
    topic: string | undefined,
    fromStart: boolean,
    printer: Printer,
): Promise<void> {
    const isWanted = topic === undefined ? await capturedTopics(addresses.connect) : (name: string) => name === topic;
    if (topic !== undefined) await assertTopic(addresses.kafka, topic);
    const reader = await readTopics(addresses.kafka, {
        isWanted,
        fromStart,
        onRecord: (record) =>
            printer.print(record.timestamp, topic === undefined ? record.topic : "", changeLine(record)),
    });
    printer.begin(topic === undefined ? "what changes in captured tables" : `topic ${topic}`);
    await printer.ended;
    await reader.close();
}

/** Pause between two looks into a queue, ms. */
const LOOK_MS = 500;
/** Clocks of senders may differ by as much, ms. */
const CLOCK_TOLERANCE_MS = 10_000;

/** A browser shows what is in the queue when it opens: one look after the other, each from shortly before the newest. */
async function tailQueue(outputs: StackOutputs, queue: string, fromStart: boolean, printer: Printer): Promise<void> {
    const login = await assertQueue(outputs, queue);
    let newest = fromStart ? undefined : Date.now();
    let seen = new Set<string>();
    const look = async (show: boolean) => {
        const messages = await browseQueue(
            login,
            queue,
            newest === undefined ? undefined : newest - CLOCK_TOLERANCE_MS,
        );
        for (const { id, sentAt, body } of messages) {
            if (show && !seen.has(id)) printer.print(sentAt, printable(body));
            newest = Math.max(newest ?? 0, sentAt ?? 0);
        }
        seen = new Set(messages.map(({ id }) => id));
    };
    await look(fromStart);
    printer.begin(`queue ${queue}`);
    while (!printer.hasEnded) {
        await Promise.race([sleep(LOOK_MS), printer.ended]);
        if (!printer.hasEnded) await look(true);
    }
}

async function assertQueue({ jmsBroker, addresses }: StackOutputs, queue: string): Promise<QueueLogin> {
    const { address, user, password } = jmsBroker;
    if (address === undefined) {
        throw new Error("this stack runs no JMS broker of its own: look into the queues where its broker is");
    }

    const names = (await queueStates({ url: addresses.jmsConsole ?? "", user, password })).map(({ name }) => name);
    if (!names.includes(queue)) throw new Error(unknownName("queue", queue, names));

    return { address, user, password };
}

/** Whether a topic is one of those that the Debezium sources write changes of tables to. */
export async function capturedTopics(workers: string[]): Promise<(topic: string) => boolean> {
    const connectors = await Promise.any(workers.map((url) => connectorStatuses(url))).catch((error: unknown) => {
        throw new Error(`no worker says what is captured (${messageOf(error)}); name a topic with --topic`);
    });
    const prefixes = connectors.flatMap(({ topicPrefix }) => (topicPrefix === undefined ? [] : [`${topicPrefix}.`]));
    if (prefixes.length === 0) throw new Error("no Debezium source runs here; name a topic with --topic");

    return (topic) => prefixes.some((prefix) => topic.startsWith(prefix));
}

async function assertTopic(brokers: string[], topic: string): Promise<void> {
    const names = topicNames(await Promise.any(brokers.map(clusterView)));
    if (!names.includes(topic)) throw new Error(unknownName("topic", topic, names));
}
