import { setTimeout as sleep } from "node:timers/promises";
import { Command, Option } from "@commander-js/extra-typings";
import type { Credentials } from "@connect-cdc/connector/client";
import { queueStates } from "../../servers/artemis";
import { clusterView, topicNames } from "../../servers/kafka";
import type { QueueLogin } from "../../servers/queueReader";
import { RecordText } from "../../servers/recordText";
import { readTopics } from "../../servers/topicReader";
import { browseQueue } from "../messages/browseQueue";
import { capturedTopics } from "../messages/capturedTopics";
import { changeLine, printable } from "../messages/changeLine";
import { notFound } from "../notFound";
import { examples, stackOption, wholeNumberFrom } from "../options";
import {
    consoleLogin,
    credentialsOf,
    queueLogin,
    readStackOutputs,
    registryAuth,
    registryUrls,
    type StackOutputs,
} from "../stack/stackOutputs";

/** Reading leaves nothing behind: no consumer group is made, and messages stay in their queue. */
export const command = new Command()
    .addOption(stackOption())
    .addOption(
        new Option("--topic <topic>", "topic to read (default: those of all captured tables)").conflicts("queue"),
    )
    .option("--queue <queue>", "queue to browse; its messages stay in it")
    .option("--from-start", "begin with the oldest record or message (default: the next one)")
    .option("--count <lines>", "stop after this number of lines (default: until Ctrl-C)", wholeNumberFrom(1))
    .addHelpText(
        "after",
        examples(
            "npm run tail",
            "npm run tail -- --topic my-connect-configs --from-start --count 1",
            "npm run tail -- --queue CustomersJSON --from-start",
        ),
    )
    .addHelpText(
        "after",
        "\nRecords in Avro and Protobuf are shown as text. If this machine reaches the schema registry at another URL than the\n" +
            "workers, set SCHEMA_REGISTRY_URL.",
    )
    .action(async ({ stack, topic, queue, fromStart = false, count = Infinity }) => {
        const outputs = await readStackOutputs({ stack });
        const printer = new Printer(count);
        if (queue === undefined) await tailTopics(outputs, topic, fromStart, printer);
        else await tailQueue(outputs, queue, fromStart, printer);
    });

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

    /** Prints a banner, unless --count is set. */
    begin(what: string): void {
        if (this.left === Infinity) process.stderr.write(`Waiting for ${what}; stop with Ctrl-C\n`);
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
    outputs: StackOutputs,
    topic: string | undefined,
    fromStart: boolean,
    printer: Printer,
): Promise<void> {
    const { addresses } = outputs;
    const credentials = credentialsOf(outputs);
    const urls = registryUrls(outputs);
    const isWanted =
        topic === undefined ? await capturedTopics(addresses.connect, credentials) : (name: string) => name === topic;
    if (topic !== undefined) await assertTopic(addresses.kafka, topic, credentials);
    const reader = await readTopics(addresses.kafka, {
        credentials,
        isWanted,
        fromStart,
        // Without a registry a zero byte at the beginning of a record means nothing
        text: urls.length > 0 ? new RecordText(urls, registryAuth(outputs)) : undefined,
        onRecord: (record) =>
            printer.print(record.timestamp, topic === undefined ? record.topic : "", changeLine(record)),
    });
    printer.begin(topic === undefined ? "changes of captured tables" : `records of topic ${topic}`);
    await printer.ended;
    await reader.close();
}

/** Pause between two reads of a queue, ms. */
const BROWSE_PAUSE_MS = 500;
/** Clocks of senders may differ by this time, ms. */
const CLOCK_TOLERANCE_MS = 10_000;

/** A browser returns the messages that the queue has when it opens. So each one starts shortly before the newest message. */
async function tailQueue(outputs: StackOutputs, queue: string, fromStart: boolean, printer: Printer): Promise<void> {
    const login = await assertQueue(outputs, queue);
    let newest = fromStart ? undefined : Date.now();
    let seen = new Set<string>();
    const browse = async (show: boolean) => {
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
    await browse(fromStart);
    printer.begin(`messages of queue ${queue}`);
    while (!printer.hasEnded) {
        await Promise.race([sleep(BROWSE_PAUSE_MS), printer.ended]);
        if (!printer.hasEnded) await browse(true);
    }
}

async function assertQueue(outputs: StackOutputs, queue: string): Promise<QueueLogin> {
    const login = queueLogin(outputs);
    if (login === undefined) {
        throw new Error("this stack runs no JMS broker; browse the queues with a client of its broker");
    }

    const names = (await queueStates(consoleLogin(outputs))).map(({ name }) => name);
    if (!names.includes(queue)) throw new Error(notFound("queue", queue, names, "the broker"));

    return login;
}

async function assertTopic(brokers: string[], topic: string, credentials?: Credentials): Promise<void> {
    const names = topicNames(await Promise.any(brokers.map((broker) => clusterView(broker, credentials))));
    if (!names.includes(topic)) throw new Error(notFound("topic", topic, names));
}
