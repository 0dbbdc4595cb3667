import { loadavg } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { Admin } from "@platformatic/kafka";
import { consoleLogin, credentialsOf, type StackOutputs } from "../cli/stack/stackOutputs";
import { queueStates } from "../servers/artemis";
import { connectorStatuses } from "../servers/connect";
import { done, pending, waitFor } from "../servers/wait";
import { setState } from "../test/support/stack/connectorState";
import type { TestStack } from "../test/support/stack/stack";
import { Arrivals, latencies, RowSender, type Times } from "./chainEnds";
import { cpuOf, type CpuSeconds, cpuText } from "./cpu";
import { emptyQueue } from "./emptyQueue";
import type { Figure } from "./figure";
import { kafkaOptions } from "./kafkaOptions";
import { median, percentile } from "./statistics";

const TOPIC = "localhost.cdc.customers";
const SINKS = ["json-jms-sink", "xml-jms-sink"];
const BURST_ROWS = 50_000;
const BURST_ROUNDS = 3;
const BURST_LIMIT_SECONDS = 300;
const RATES = [100, 500];
const STEADY_SECONDS = 60;
const IDLE_SECONDS = 20;
/** Share of the rows per second that Debezium alone writes into Kafka. */
const BURST_AIM = 0.55;
const LATENCY_AIM = 2;
const LATENCY_AIM_MS = 150;

/** Latency of one reader at one rate, ms. */
export interface Latency {
    p50: number;
    p99: number;
}

/** Rows per second, one value for each burst. */
export interface Bursts {
    source: number[];
    sinks: number[];
    chain: number[];
}

/** What a run has measured. */
export interface ChainRun {
    bursts: Bursts;
    /** Latency by rows per second and reader. */
    steady: Map<number, Map<string, Latency>>;
}

/**
 * The whole chain from a commit to both queues, compared in the same run: a burst with the source alone, and latency with a
 * plain consumer of the same topic. The stack must be up, with its default connectors.
 */
export async function measureChain(stack: TestStack, print: (line: string) => void): Promise<Figure[]> {
    const { bursts, steady } = await runChain(stack, print);
    return [burstFigure(bursts), ...latencyFigures(steady)];
}

/**
 * Measures the chain of a stack that is up.
 *
 * @param rates rows per second at which latency is measured.
 */
export async function runChain(
    stack: TestStack,
    print: (line: string) => void,
    rates: number[] = RATES,
): Promise<ChainRun> {
    const outputs = await stack.outputs();
    const bench = new ChainBench(stack.handle.name, outputs, new RowSender(outputs), (line) => print(`chain, ${line}`));
    try {
        await bench.warmUp();
        await bench.idle();
        const bursts = await bench.bursts();
        const steady: ChainRun["steady"] = new Map();
        for (const rate of rates) steady.set(rate, await bench.steady(rate));
        return { bursts, steady };
    } finally {
        await bench.close();
    }
}

class ChainBench {
    private readonly admin: Admin;

    constructor(
        private readonly stack: string,
        private readonly outputs: StackOutputs,
        private readonly sender: RowSender,
        private readonly print: (line: string) => void,
    ) {
        this.admin = new Admin(kafkaOptions(outputs));
    }

    async close(): Promise<void> {
        await Promise.all([this.sender.close(), this.admin.close()]);
    }

    /** JVMs compile code that runs often: the first burst is slower than the next ones. */
    async warmUp(): Promise<void> {
        this.print(`${await this.placement()}`);
        this.print(`warm-up: ${rounded(await this.chainBurst())} rows/s`);
        await this.steady(RATES[0]!, 10);
    }

    async idle(): Promise<void> {
        await this.counted(`idle, ${IDLE_SECONDS} s`, async () => {
            await sleep(IDLE_SECONDS * 1000);
            return "";
        });
    }

    /** In turns: the source with paused sinks, the sinks with the rows of that burst, and the whole chain. */
    async bursts(): Promise<Bursts> {
        const all: Bursts = { source: [], sinks: [], chain: [] };
        for (let round = 1; round <= BURST_ROUNDS; round++) {
            const name = (what: string) => `burst ${round} of ${BURST_ROUNDS}, ${what}`;
            await Promise.all(SINKS.map((sink) => this.setState(sink, "pause", "PAUSED")));
            const before = await this.added();
            await this.rate(name("source alone"), all.source, () => this.sourceBurst());
            await this.rate(name("sinks alone"), all.sinks, () => this.sinksBurst(before));
            await this.emptyQueues();
            await this.rate(name("chain"), all.chain, () => this.chainBurst());
        }
        return all;
    }

    /** Latency of both queues and of the plain consumer, by name of the reader. All read the same rows. */
    async steady(perSecond: number, seconds = STEADY_SECONDS): Promise<Map<string, Latency>> {
        const readers = await this.openReaders();
        const result = new Map<string, Latency>();
        try {
            await this.counted(`${perSecond} rows/s for ${seconds} s`, async () => {
                const committed = await this.sender.steady(perSecond, seconds);
                await Promise.all(readers.map((reader) => untilArrived(reader, committed)));
                for (const { name, times } of readers) result.set(name, latencyOf(latencies(committed, times)));
                return [...result].map(([name, latency]) => `${name} ${latencyText(latency)}`).join("; ");
            });
        } finally {
            await Promise.all(readers.map((reader) => reader.close()));
        }
        return result;
    }

    private async openReaders(): Promise<Arrivals[]> {
        const queues = this.outputs.jmsBroker.queues.map((queue) => Arrivals.ofQueue(this.outputs, queue));
        return Promise.all([...queues, Arrivals.ofTopic(this.outputs, TOPIC)]);
    }

    private async rate(name: string, rates: number[], burst: () => Promise<number>): Promise<void> {
        await this.counted(name, async () => {
            rates.push(await burst());
            return `${rounded(rates.at(-1)!)} rows/s`;
        });
    }

    /** Rows per second of the source alone. */
    private async sourceBurst(): Promise<number> {
        const wanted = (await this.topicEnd()) + BURST_ROWS;
        const committed = await this.sender.burst(BURST_ROWS);
        return this.rowsPerSecond(committed, async () => (await this.topicEnd()) >= wanted);
    }

    /** Rows per second of the sinks alone, which were paused during a burst. */
    private async sinksBurst(before: Map<string, number>): Promise<number> {
        const started = performance.now();
        const resumed = Promise.all(SINKS.map((sink) => this.setState(sink, "resume", "RUNNING")));
        const rate = await this.rowsPerSecond(started, () => this.isAdded(before));
        await resumed;
        return rate;
    }

    /** Rows per second of the whole chain. The queues have no reader, which would use CPU: they are emptied afterwards. */
    private async chainBurst(): Promise<number> {
        const before = await this.added();
        const committed = await this.sender.burst(BURST_ROWS);
        const rate = await this.rowsPerSecond(committed, () => this.isAdded(before));
        await this.emptyQueues();
        return rate;
    }

    private async rowsPerSecond(started: number, isComplete: () => Promise<boolean>): Promise<number> {
        const check = async () => ((await isComplete()) ? done() : pending("some are missing"));
        const what = `${BURST_ROWS} rows`;
        await waitFor(check, { what, timeoutSeconds: BURST_LIMIT_SECONDS, intervalSeconds: 0.1 });
        return (BURST_ROWS * 1000) / (performance.now() - started);
    }

    private async topicEnd(): Promise<number> {
        const partitions = [{ partitionIndex: 0, timestamp: -1n }];
        const [answer] = await this.admin.listOffsets({ topics: [{ name: TOPIC, partitions }] });
        return Number(answer!.partitions[0]!.offset);
    }

    /** Messages ever added, by queue. */
    private async added(): Promise<Map<string, number>> {
        const states = await queueStates(consoleLogin(this.outputs));
        return new Map(states.map(({ name, added }) => [name, added]));
    }

    private async isAdded(before: Map<string, number>): Promise<boolean> {
        const now = await this.added();
        return this.outputs.jmsBroker.queues.every((queue) => now.get(queue)! - before.get(queue)! >= BURST_ROWS);
    }

    private async emptyQueues(): Promise<void> {
        await Promise.all(this.outputs.jmsBroker.queues.map((queue) => emptyQueue(consoleLogin(this.outputs), queue)));
    }

    /** The workers of each connector's tasks. */
    private async placement(): Promise<string> {
        const connectors = await connectorStatuses(this.restUrl, credentialsOf(this.outputs));
        return connectors
            .map(({ name, tasks }) => `${name} on ${tasks.map(({ worker_id }) => worker_id).join(", ")}`)
            .join("; ");
    }

    private setState(sink: string, ...change: ["pause", "PAUSED"] | ["resume", "RUNNING"]): Promise<void> {
        const [action, state] = change;
        return setState(this.restUrl, sink, action, state, credentialsOf(this.outputs));
    }

    private get restUrl(): string {
        return this.outputs.restUrls[0]!;
    }

    /** Prints the result of an action, with the CPU time of each process during the action, and the load. */
    private async counted(name: string, action: () => Promise<string>): Promise<void> {
        const before: CpuSeconds = await cpuOf(this.stack);
        const result = await action();
        const cpu = cpuText(before, await cpuOf(this.stack));
        this.print(`${name}: ${result === "" ? "" : `${result}; `}CPU ${cpu}; load ${loadavg()[0]!.toFixed(1)}`);
    }
}

async function untilArrived({ name, times }: Arrivals, committed: Times): Promise<void> {
    const check = async () => {
        const missing = [...committed.keys()].filter((id) => !times.has(id)).length;
        return missing === 0 ? done() : pending(`${missing} rows are missing`);
    };
    await waitFor(check, { what: `rows at ${name}`, timeoutSeconds: BURST_LIMIT_SECONDS });
}

function latencyOf(milliseconds: number[]): Latency {
    return { p50: percentile(milliseconds, 50), p99: percentile(milliseconds, 99) };
}

function latencyText({ p50, p99 }: Latency): string {
    return `p50 ${rounded(p50)} ms, p99 ${rounded(p99)} ms`;
}

function burstFigure({ source, sinks: sinksAlone, chain }: Bursts): Figure {
    const list = (rates: number[]) => rates.map(rounded).join(" ");
    const share = median(chain) / median(source);
    return {
        name: `chain, time of a burst of ${BURST_ROWS} rows, against the source alone`,
        // Half of the rows per second is twice the time
        ratio: 1 / share,
        aim: 1 / BURST_AIM,
        details:
            `${share.toFixed(2)} of its rows/s; chain ${list(chain)} rows/s, source alone ${list(source)}, ` +
            `sinks alone ${list(sinksAlone)}, median of each`,
    };
}

/** p99 of the slower queue, ms. */
export function slowerQueue(readers: Map<string, Latency>): number {
    return Math.max(...[...readers].filter(([name]) => name !== Arrivals.plain).map(([, { p99 }]) => p99));
}

function latencyFigures(steady: ChainRun["steady"]): Figure[] {
    const details = [...steady].flatMap(([rate, readers]) =>
        [...readers].map(([name, latency]) => `${rate} rows/s, ${name}: ${latencyText(latency)}`),
    );
    const [rate] = RATES;
    const readers = steady.get(rate!)!;
    const plain = readers.get(Arrivals.plain)!.p99;
    const queue = slowerQueue(readers);
    const name = (other: string) => `chain, p99 of the slower queue at ${rate} rows/s, against ${other}`;
    return [
        {
            name: name("a plain consumer of the topic"),
            ratio: queue / plain,
            aim: LATENCY_AIM,
            details: details.join("; "),
        },
        { name: name(`${LATENCY_AIM_MS} ms`), ratio: queue / LATENCY_AIM_MS, aim: 1, details: `${rounded(queue)} ms` },
    ];
}

function rounded(value: number): string {
    return value.toFixed(0);
}
