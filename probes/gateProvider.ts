/**
 * The dynamic resource Gate: stands between one member's container and the next one's, so that members roll one by one.
 *
 * create returns at once (members of a new cluster start together); update waits, when the container is a new one, until
 * this member has rejoined its cluster; read and delete do nothing.
 */
import { isDeepStrictEqual } from "node:util";

import * as connect from "./connect";
import { hopelessRestarts, lastErrorOf } from "./crashLoop";
import type { EngineAddress } from "./engineClient";
import * as kafka from "./kafka";
import { brokerReturned, type Cluster, clusterNames, clusterReady, servingMode } from "./readiness";
import { done, Hopeless, messageOf, type Observation, pending, waitFor } from "./wait";

export interface GateInputs extends Cluster {
    /** Name of this member, for messages: "kafka-0". */
    member: string;
    /** Which of `targets` is this member's. */
    index: number;
    /** The member's container. Only a change of it makes an update wait. */
    containerId: string;
    /** The engine that the container is on. */
    engine: EngineAddress;
    /** Limit of the wait, in seconds. */
    timeoutSeconds: number;
    /**
     * Tasks that ran before the roll, as "connector/task": what RollStart recorded. A worker's gate waits until each of
     * them that still exists runs again. Default: all tasks but those that are FAILED, which may have been so before.
     */
    runningTasks?: string[];
}

/**
 * Looks in a row, half a second apart, that must show every task running. A rebalance may report its old state for a moment,
 * and a task is called running before its first row: were the next worker stopped at once, two pauses would become one.
 */
const steadyLooks = 7;
/** The engine is asked at every so many looks whether the container ends again and again. */
const looksPerCrashCheck = 4;
/**
 * How long a broker waits for another one that is gone, ms. One that crashed is back by then; of one that is not, this roll
 * may be the remedy, and waiting for it would keep it from being replaced.
 */
const absentLimitMs = 60_000;

export async function diff(_id: string, olds: object, news: object): Promise<{ changes: boolean }> {
    const [before, after] = [olds as Record<string, unknown>, news as Record<string, unknown>];
    return { changes: Object.keys(after).some((key) => !isDeepStrictEqual(before[key], after[key])) };
}

export async function create(inputs: GateInputs): Promise<{ id: string; outs: GateInputs }> {
    return { id: `gate ${inputs.member}`, outs: inputs };
}

export async function update(_id: string, olds: GateInputs, news: GateInputs): Promise<{ outs: GateInputs }> {
    if (olds.containerId !== news.containerId) {
        await waitUntilRejoined(news);
    }
    return { outs: news };
}

export async function read(id: string, props: GateInputs): Promise<{ id: string; props: GateInputs }> {
    return { id, props };
}

async function waitUntilRejoined(inputs: GateInputs): Promise<void> {
    let steady = 0;
    let looks = 0;
    const absence = { since: Infinity };
    const needed = inputs.kind === "connect" ? steadyLooks : 1;
    const look = async (): Promise<Observation<void>> => {
        if (++looks % looksPerCrashCheck === 0) await assertNoCrashLoop(inputs);
        const observation = await rejoined(inputs, absence);
        steady = observation.done ? steady + 1 : 0;
        return observation.done && steady < needed ? pending("all tasks run, since a moment") : observation;
    };
    try {
        await waitFor(look, {
            what: `${clusterNames[inputs.kind]}: member ${inputs.member} to rejoin`,
            timeoutSeconds: inputs.timeoutSeconds,
            onProgress: console.log,
        });
    } catch (error) {
        throw new Error(
            `${messageOf(error).replace(/\.?$/, ".")} ${await lastErrorOf(container(inputs))}. ` +
                `More with: docker logs ${inputs.containerId.slice(0, 12)}. ` +
                "No further member was touched; mend the config, and the next pulumi up goes on from here.",
        );
    }
}

/** @throws Hopeless when the container ended too often; whether it can be asked is no matter. */
async function assertNoCrashLoop(inputs: GateInputs): Promise<void> {
    const restarts = await hopelessRestarts(container(inputs)).catch(() => undefined);
    if (restarts === undefined) return;
    throw new Hopeless(
        `${clusterNames[inputs.kind]}: member ${inputs.member} does not come back: it ended ${restarts} times`,
    );
}

function container({ engine, containerId }: GateInputs) {
    return { ...engine, container: containerId };
}

async function rejoined(inputs: GateInputs, absence: Absence): Promise<Observation<void>> {
    const target = inputs.targets[inputs.index];
    if (target === undefined) {
        throw new Error(`${inputs.member} has index ${inputs.index}, but there are ${inputs.targets.length} addresses`);
    }
    switch (inputs.kind) {
        case "zookeeper":
            await servingMode(target);
            return done();
        case "kafka":
            return brokerRejoined(await kafka.clusterView(target), inputs, absence);
        case "connect":
            await connect.assertHealthy(target);
            return tasksRun(inputs.runningTasks, await connect.connectorStatuses(target));
        case "postgres":
        case "artemis":
            return clusterReady({ ...inputs, targets: [target], expected: 1 });
    }
}

/** Since when nothing but other brokers is missing, ms since 1970; Infinity while that is not so. */
interface Absence {
    since: number;
}

function brokerRejoined(view: kafka.ClusterView, inputs: GateInputs, absence: Absence): Observation<void> {
    const { observation, absent } = brokerReturned(view, inputs.index);
    absence.since = absent.length === 0 ? Infinity : Math.min(absence.since, Date.now());
    if (Date.now() - absence.since < absentLimitMs) return observation;
    const limit = absentLimitMs / 1000;
    console.log(`${inputs.member} is back; gone for ${limit} s, and not waited for: broker ${absent.join(", ")}`);
    return done();
}

/** Does each awaited task that still exists run? A task of a connector someone paused or stopped meanwhile counts not. */
function tasksRun(recorded: string[] | undefined, connectors: connect.ConnectorStatus[]): Observation<void> {
    const isAwaited = (task: connect.TaskStatus) =>
        recorded === undefined ? task.state !== "FAILED" : recorded.includes(connect.taskName(task));
    const missing = connectors
        .filter(({ state }) => state !== "PAUSED" && state !== "STOPPED")
        .flatMap(({ tasks }) => tasks)
        .filter((task) => isAwaited(task) && task.state !== "RUNNING")
        .map((task) => `${connect.taskName(task)} is ${task.state}`);
    return missing.length === 0 ? done() : pending(`tasks that do not run again yet: ${missing.join(", ")}`);
}
