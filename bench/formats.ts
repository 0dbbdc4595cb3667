import { loadavg } from "node:os";
import { Admin } from "@platformatic/kafka";
import { consoleLogin, credentialsOf, type StackOutputs } from "../cli/stack/stackOutputs";
import { queueStates } from "../servers/artemis";
import { done, pending, waitFor } from "../servers/wait";
import { setState } from "../test/support/stack/connectorState";
import { formatConnectors, type FormatPair, topicOf } from "../test/support/stack/formatConnectors";
import { TestStack } from "../test/support/stack/stack";
import { RowSender } from "./chainEnds";
import { cpuOf, type CpuSeconds, cpuText } from "./cpu";
import { emptyQueue } from "./emptyQueue";
import type { Figure } from "./figure";
import { kafkaOptions } from "./kafkaOptions";
import { median } from "./statistics";

const ROWS = 120_000;
/** Rounds after the first, in which the JVM compiles the code of each format. */
const ROUNDS = 3;
const LIMIT_SECONDS = 300;
const TABLE = "cdc.customers";
const QUEUE = "CustomersJSON";
const BYTES_AIM = 0.4;
/** Rows per second of the source, as a multiple of those with JSON. */
const RATE_AIM = 1.1;

const JSON_CONVERTER = "org.apache.kafka.connect.json.JsonConverter";
/** JSON with schemas is what Connect writes unless it is told otherwise. */
const WITH_SCHEMAS = {
    "key.converter": JSON_CONVERTER,
    "value.converter": JSON_CONVERTER,
    "value.converter.schemas.enable": "true",
};
const pairs = {
    json: {},
    json_schemas: { config: WITH_SCHEMAS },
    avro: { format: "avro" },
    protobuf: { format: "protobuf" },
} as const satisfies Record<string, Pick<FormatPair, "format" | "config">>;

type Name = keyof typeof pairs;
const names = Object.keys(pairs) as Name[];
const pairOf = (prefix: Name): FormatPair => ({
    ...pairs[prefix],
    prefix,
    table: TABLE,
    queue: QUEUE,
    writer: "JsonWriter",
});

/** What was measured of one format, one value for each round. */
export interface Measured {
    /** Bytes of a row in the topic's log. */
    bytes: number[];
    /** Rows per second of the source. */
    source: number[];
    /** Rows per second of the sink. */
    sink: number[];
    /** CPU time of all servers for 1000 rows from the database into the topic, s. Less than rows per second it depends on other load. */
    sourceCpu: number[];
    /** The same from the database to the queue. */
    cpu: number[];
}

const KEYS = ["bytes", "source", "sink", "sourceCpu", "cpu"] as const satisfies (keyof Measured)[];

/**
 * Formats compared on a stack of their own with one server of each role: a source and a sink of each format take the same rows,
 * one after the other. A source begins with all rows of a burst in the write-ahead log, and its sink with all of them in the topic.
 */
export async function measureFormats(print: (line: string) => void): Promise<Figure[]> {
    const stack = await TestStack.create("bench");
    try {
        print(`stack ${stack.handle.name}: pulumi up ...`);
        const { zookeeper, kafka, connect } = stack.config();
        const removed = { "dbz-source": null, "json-jms-sink": null, "xml-jms-sink": null };
        stack.configure({
            zookeeper: { ...zookeeper, servers: 1 },
            kafka: { ...kafka, brokers: 1 },
            connect: { ...connect, workers: 1 },
            connectors: Object.assign(removed, ...names.map((name) => formatConnectors(pairOf(name)))) as Record<
                string,
                unknown
            >,
        });
        await stack.up();
        const bench = new FormatBench(stack.handle.name, await stack.outputs(), (line) => print(`formats, ${line}`));
        try {
            return formatFigures(await bench.measure());
        } finally {
            await bench.close();
        }
    } finally {
        await stack.dispose();
    }
}

class FormatBench {
    private readonly admin: Admin;
    private readonly sender: RowSender;
    private readonly restUrl: string;

    constructor(
        private readonly stack: string,
        private readonly outputs: StackOutputs,
        private readonly print: (line: string) => void,
    ) {
        this.admin = new Admin(kafkaOptions(outputs));
        this.sender = new RowSender(outputs);
        this.restUrl = outputs.restUrls[0]!;
    }

    async close(): Promise<void> {
        await Promise.all([this.sender.close(), this.admin.close()]);
    }

    async measure(): Promise<Record<Name, Measured>> {
        const empty = (): Measured => ({ bytes: [], source: [], sink: [], sourceCpu: [], cpu: [] });
        const all = Object.fromEntries(names.map((name) => [name, empty()])) as Record<Name, Measured>;
        for (const name of names) await this.stop(name);
        for (let round = 0; round <= ROUNDS; round++) {
            await this.sender.burst(ROWS);
            // Another format is the first in each round
            for (const name of [...names.slice(round), ...names.slice(0, round)]) {
                const { text, ...measured } = await this.takeBurst(name);
                this.print(`${round === 0 ? "warm-up" : `round ${round} of ${ROUNDS}`}, ${name}: ${text}`);
                if (round === 0) continue;
                for (const key of KEYS) all[name][key].push(measured[key]);
            }
        }
        return all;
    }

    /** Lets source and sink of a format take the burst, one after the other. */
    private async takeBurst(name: Name) {
        const topic = topicOf(pairOf(name));
        const [end, size, added] = [await this.end(topic), await this.size(topic), await this.added()];
        const cpuBefore = await cpuOf(this.stack);
        const source = await this.timed(`${name}-source`, async () => (await this.end(topic)) - end);
        const cpuBetween = await cpuOf(this.stack);
        const sink = await this.timed(`${name}-sink`, async () => (await this.added()) - added);
        const cpuAfter = await cpuOf(this.stack);
        await this.stop(name);
        // So many messages may take the broker longer than a request may take
        const removed = async () => done(await emptyQueue(consoleLogin(this.outputs), QUEUE));
        await waitFor(removed, { what: `queue ${QUEUE} to be empty`, timeoutSeconds: LIMIT_SECONDS });
        const bytes = ((await this.size(topic)) - size) / ROWS;
        const cpuSince = (end: CpuSeconds) => ((total(end) - total(cpuBefore)) * 1000) / ROWS;
        const text =
            `${bytes.toFixed(0)} bytes a row; source ${source.toFixed(0)} rows/s, sink ${sink.toFixed(0)} rows/s; ` +
            `CPU ${cpuText(cpuBefore, cpuAfter)}; load ${loadavg()[0]!.toFixed(1)}`;
        return { bytes, source, sink, sourceCpu: cpuSince(cpuBetween), cpu: cpuSince(cpuAfter), text };
    }

    /** Rows per second of a connector from its first row of the burst on: its start does not count. */
    private async timed(connector: string, rows: () => Promise<number>): Promise<number> {
        const resumed = setState(this.restUrl, connector, "resume", "RUNNING", this.credentials);
        let first: { at: number; rows: number } | undefined;
        const check = async () => {
            const now = await rows();
            if (now > 0) first ??= { at: performance.now(), rows: now };
            return now >= ROWS ? done() : pending(`${now} of ${ROWS}`);
        };
        const what = `rows of ${connector}`;
        await waitFor(check, { what, timeoutSeconds: LIMIT_SECONDS, intervalSeconds: 0.05 });
        const ended = performance.now();
        await resumed;
        return ((ROWS - first!.rows) * 1000) / (ended - first!.at);
    }

    private async stop(name: Name): Promise<void> {
        for (const role of ["source", "sink"]) {
            await setState(this.restUrl, `${name}-${role}`, "stop", "STOPPED", this.credentials);
        }
    }

    /** Records in the topic; 0 before it exists. */
    private async end(topic: string): Promise<number> {
        if (!(await this.admin.listTopics()).includes(topic)) return 0;
        const partitions = [{ partitionIndex: 0, timestamp: -1n }];
        const [answer] = await this.admin.listOffsets({ topics: [{ name: topic, partitions }] });
        return Number(answer!.partitions[0]!.offset);
    }

    /** Bytes of the topic's log on its broker. */
    private async size(topic: string): Promise<number> {
        const brokers = await this.admin.describeLogDirs({ topics: [{ name: topic, partitions: [0] }] });
        const topics = brokers.flatMap(({ results }) => results.flatMap((result) => result.topics));
        return topics.reduce((sum, { partitions }) => sum + Number(partitions[0]?.partitionSize ?? 0), 0);
    }

    /** Messages ever added to the queue. */
    private async added(): Promise<number> {
        return (await queueStates(consoleLogin(this.outputs))).find(({ name }) => name === QUEUE)!.added;
    }

    private get credentials() {
        return credentialsOf(this.outputs);
    }
}

function total(seconds: CpuSeconds): number {
    return [...seconds].reduce((sum, [member, one]) => sum + (member === "bench" ? 0 : one), 0);
}

/** Avro and Protobuf against JSON, by the median round. */
export function formatFigures(all: Record<Name, Measured>): Figure[] {
    const middle = (name: Name, key: keyof Measured) => median(all[name][key]);
    const list = (key: keyof Measured, digits: number) =>
        names.map((name) => `${name} ${all[name][key].map((value) => value.toFixed(digits)).join(" ")}`).join(", ");
    const compared = ["avro", "protobuf"] as const;
    return [
        ...compared.map((name) => ({
            name: `${name}, bytes of a row in the topic, against JSON with schemas`,
            ratio: middle(name, "bytes") / middle("json_schemas", "bytes"),
            aim: BYTES_AIM,
            details: `${list("bytes", 0)} bytes`,
        })),
        ...compared.map((name) => ({
            name: `${name}, time of a row in the source, against JSON`,
            // 1.1 times the rows per second is 1/1.1 of the time
            ratio: middle("json", "source") / middle(name, "source"),
            aim: 1 / RATE_AIM,
            details: `source ${list("source", 0)} rows/s; sink ${list("sink", 0)} rows/s`,
        })),
        ...compared.map((name) => ({
            name: `${name}, CPU of a row from the database to the queue, against JSON`,
            ratio: middle(name, "cpu") / middle("json", "cpu"),
            aim: 1,
            details: `${list("cpu", 3)} s for 1000 rows; into the topic ${list("sourceCpu", 3)} s`,
        })),
    ];
}
