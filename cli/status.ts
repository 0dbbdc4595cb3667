import { parseArgs } from "node:util";

import { queueStates } from "../probes/artemis";
import { assertHealthy, type ConnectorStatus, connectorStatuses, workerInfo } from "../probes/connect";
import { clusterView, unhealthyPartitions } from "../probes/kafka";
import { replicationSlots } from "../probes/postgres";
import { servingMode } from "../probes/readiness";
import { parseAddress } from "../probes/tcp";
import { messageOf } from "../probes/wait";
import { DEV_STACK } from "../toolchain/environment";
import { readStackOutputs, type StackOutputs } from "./stackOutputs";

/** One line of the screen. */
export interface Line {
    /** What it is about: a member, a connector, a task, a queue. */
    subject: string;
    isWell: boolean;
    /** What was found. */
    found: string;
}

/** `npm run status`: one screen of members, connectors and queues; exit code 1 when anything is wrong. */
export default async function status(args: string[]): Promise<number> {
    const { values } = parseArgs({
        args,
        options: { stack: { type: "string", default: process.env.STACK || DEV_STACK } },
    });
    const lines = await collectLines(await readStackOutputs({ stack: values.stack }));
    process.stdout.write(`${renderLines(lines)}\n`);
    return lines.every(({ isWell }) => isWell) ? 0 : 1;
}

/** Asks every part of a stack, all at once. */
export async function collectLines(outputs: StackOutputs): Promise<Line[]> {
    const { addresses } = outputs;
    const parts = await Promise.all([
        perMember("zookeeper", addresses.zookeeper, servingMode),
        perMember("kafka", addresses.kafka, (target) => describeBroker(target, addresses.kafka.length)),
        perMember("connect", addresses.connect, describeWorker),
        ...(addresses.postgres === undefined ? [] : [describeDatabase(outputs)]),
        ...(addresses.jmsConsole === undefined ? [] : [describeQueues(outputs, addresses.jmsConsole)]),
        describeConnectors(addresses.connect),
    ]);
    return parts.flat();
}

/** Lines in columns, the wrong ones marked, and a sentence at the end. */
export function renderLines(lines: Line[]): string {
    const width = Math.max(0, ...lines.map(({ subject }) => subject.length));
    const rows = lines.map(
        ({ subject, isWell, found }) => `  ${isWell ? "ok   " : "WRONG"}  ${subject.padEnd(width)}  ${found}`,
    );
    const wrong = lines.filter(({ isWell }) => !isWell).length;
    return [...rows, "", wrong === 0 ? "  All is well." : `  Wrong: ${wrong} of ${lines.length}.`].join("\n");
}

async function perMember(role: string, targets: string[], find: (target: string) => Promise<string>): Promise<Line[]> {
    return Promise.all(
        targets.map((target, i) => oneLine(`${role}-${i}`, async () => `${await find(target)}  ${target}`)),
    );
}

async function oneLine(subject: string, find: () => Promise<string>): Promise<Line> {
    try {
        return { subject, isWell: true, found: await find() };
    } catch (error) {
        return { subject, isWell: false, found: messageOf(error) };
    }
}

async function describeBroker(target: string, expected: number): Promise<string> {
    const view = await clusterView(target);
    if (view.brokers.length < expected) {
        throw new Error(`${target} sees ${view.brokers.length} of ${expected} brokers`);
    }
    const [unhealthy] = unhealthyPartitions(view);
    if (unhealthy !== undefined) {
        throw new Error(
            `${target} sees ${unhealthyPartitions(view).length} partitions without all replicas in sync, ` +
                `such as ${unhealthy.topic}-${unhealthy.partition}`,
        );
    }
    return `${view.brokers.length} brokers, ${view.partitions.length} partitions in sync`;
}

async function describeWorker(target: string): Promise<string> {
    await assertHealthy(target);
    return `healthy, Kafka Connect ${(await workerInfo(target)).version}`;
}

async function describeDatabase({ database }: StackOutputs): Promise<Line[]> {
    const { address = "", name, user, password } = database;
    const find = async () => {
        const slots = await replicationSlots({ ...parseAddress(address), database: name, user, password });
        const texts = slots.map(
            (slot) => `slot ${slot.name} ${slot.active ? "active" : "INACTIVE"}, ${slot.lagBytes} bytes behind`,
        );
        return [...texts, address].join("  ");
    };
    return [await oneLine("postgres", find)];
}

async function describeQueues({ jmsBroker }: StackOutputs, consoleUrl: string): Promise<Line[]> {
    const { user, password, queues } = jmsBroker;
    const find = async () => {
        const states = await queueStates({ url: consoleUrl, user, password });
        const missing = queues.filter((name) => !states.some((state) => state.name === name));
        if (missing.length > 0) {
            throw new Error(`no queue ${missing.join(", ")}`);
        }
        const own = states.filter(({ name }) => queues.includes(name));
        return own.map(({ name, depth }) => `${name} ${depth} messages`).join(", ");
    };
    return [await oneLine("artemis", find)];
}

async function describeConnectors(targets: string[]): Promise<Line[]> {
    try {
        const connectors = await Promise.any(targets.map((target) => connectorStatuses(target)));
        return connectors.flatMap(connectorLines);
    } catch (error) {
        return [{ subject: "connectors", isWell: false, found: `no worker says how they are: ${messageOf(error)}` }];
    }
}

const wellStates = ["RUNNING", "PAUSED", "STOPPED"];

function connectorLines({ name, state, trace, tasks }: ConnectorStatus): Line[] {
    const line = (subject: string, found: string, cause: string | undefined): Line => ({
        subject,
        isWell: wellStates.includes(found),
        found: cause === undefined ? found : `${found}  ${firstCause(cause)}`,
    });
    return [
        line(name, state, trace),
        ...tasks.map((task) => ({
            ...line(`${name}/${task.task}`, task.state, task.trace),
            ...(task.trace === undefined ? { found: `${task.state}  on ${task.worker}` } : {}),
        })),
        ...(state === "RUNNING" && tasks.length === 0
            ? [{ subject: `${name}/0`, isWell: false, found: "no task" }]
            : []),
    ];
}

/** The last "Caused by" of a Java stack trace is where the trouble began. */
function firstCause(trace: string): string {
    const causes = trace.split("\n").filter((text) => text.startsWith("Caused by: "));
    return (causes.at(-1)?.slice("Caused by: ".length) ?? trace.split("\n")[0] ?? "").slice(0, 300);
}
