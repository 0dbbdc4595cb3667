/**
 * The dynamic resource Gate: between one member's container and the next one's, so that members are replaced one by one.
 *
 * create returns at once (members of a new cluster start together); update waits, when the container is new, until this
 * member has rejoined its cluster; read and delete do nothing.
 */
import { isDeepStrictEqual } from "node:util";
import { messageOf } from "@connect-cdc/connector/client";
import type { ContainerAddress } from "../../docker/containerLog";
import { hopelessRestarts, lastErrorOf } from "../../docker/crashLoop";
import { brokerReturned, type Cluster, clusterNames, clusterReady, serverReturned } from "../../servers/health";
import * as kafka from "../../servers/kafka";
import { type Attempt, Hopeless, pending, waitFor } from "../../servers/wait";
import { untilBack } from "./gateCluster";
import { type AwaitedTasks, redactorOf, untilTasksRun } from "./gateTasks";

export interface GateInputs extends Cluster, AwaitedTasks {
    /** Name of this member, for messages: "kafka-0". */
    member: string;
    /** Index of this member in `targets`. */
    index: number;
    /** Id of the member's container. An update waits only when it changes. */
    containerId: string;
    /** Containers of all members by their names, in the order of `targets`. */
    containers: ContainerAddress[];
    /** Limit of the wait, in seconds. */
    timeoutSeconds: number;
    /** Of a worker: digest of the roll for which `runningTasks` were recorded. */
    roll?: string;
}

/**
 * Checks in a row, half a second apart, in which all tasks must run. A rebalance may report an old state for a moment, and a
 * task is RUNNING before its first row. If the next worker stopped at once, rows would wait for both workers.
 */
const STEADY_CHECKS = 7;
/** Number of checks per request to the engine whether the container exits again and again. */
const CHECKS_PER_CRASH_CHECK = 4;
/** Inputs for the wait of this run; their change alone is no change of the gate. */
const OF_THIS_RUN = ["keptConnectors", "secrets", "credentials"];

export async function diff(_id: string, olds: object, news: object): Promise<{ changes: boolean }> {
    const [before, after] = [olds as Record<string, unknown>, news as Record<string, unknown>];
    const keys = Object.keys(after).filter((key) => !OF_THIS_RUN.includes(key));
    return { changes: keys.some((key) => !isDeepStrictEqual(before[key], after[key])) };
}

export async function create(inputs: GateInputs): Promise<{ id: string; outs: GateOutputs }> {
    return { id: `gate ${inputs.member}`, outs: outputsOf(inputs) };
}

export async function update(_id: string, olds: GateOutputs, news: GateInputs): Promise<{ outs: GateOutputs }> {
    if (olds.containerId !== news.containerId) {
        // A removed container is created again without a roll: the recorded tasks are then of an earlier roll
        const { runningTasks, ...rest } = news;
        await waitUntilRejoined(olds.roll === news.roll ? rest : news);
    }
    return { outs: outputsOf(news) };
}

export type GateOutputs = Omit<GateInputs, "keptConnectors" | "secrets" | "credentials">;

function outputsOf({ keptConnectors, secrets, credentials, ...outputs }: GateInputs): GateOutputs {
    return outputs;
}

export async function read(id: string, props: GateOutputs): Promise<{ id: string; props: GateOutputs }> {
    return { id, props };
}

async function waitUntilRejoined(inputs: GateInputs): Promise<void> {
    let steady = 0;
    let checks = 0;
    const needed = inputs.kind === "connect" ? STEADY_CHECKS : 1;
    const rejoined = untilRejoined(inputs);
    const check = async (): Promise<Attempt<void>> => {
        if (++checks % CHECKS_PER_CRASH_CHECK === 0) await assertNoCrashLoop(inputs);
        const attempt = await rejoined();
        steady = attempt.done ? steady + 1 : 0;
        return attempt.done && steady < needed ? pending("all tasks run, but not for long enough") : attempt;
    };
    try {
        await waitFor(check, {
            what: `${clusterNames[inputs.kind]}: member ${inputs.member} to rejoin`,
            timeoutSeconds: inputs.timeoutSeconds,
            onProgress: console.log,
        });
    } catch (error) {
        throw new Error(
            `${messageOf(error).replace(/\.?$/, ".")} ${await lastErrorOf(container(inputs), redactorOf(inputs))}. ` +
                `More with: docker logs ${inputs.containerId.slice(0, 12)}. ` +
                "No further member was replaced. Correct the config: the next pulumi up continues from here.",
        );
    }
}

/** @throws Hopeless when the container exited too often. An engine without an answer is ignored. */
async function assertNoCrashLoop(inputs: GateInputs): Promise<void> {
    const restarts = await hopelessRestarts(container(inputs)).catch(() => undefined);
    if (restarts === undefined) return;
    throw new Hopeless(
        `${clusterNames[inputs.kind]}: member ${inputs.member} does not come back: it ended ${restarts} times`,
    );
}

function container({ containers, index }: GateInputs): ContainerAddress {
    return containers[index]!;
}

function untilRejoined(inputs: GateInputs): () => Promise<Attempt<void>> {
    const { kind, targets, index, member, containers, credentials } = inputs;
    const target = targets[index];
    if (target === undefined) {
        throw new Error(`${member} has index ${index}, but there are ${targets.length} addresses`);
    }

    switch (kind) {
        case "zookeeper":
            return untilBack(member, containers, () => serverReturned(targets, index, credentials));
        case "kafka":
            return untilBack(member, containers, async () =>
                brokerReturned(await kafka.clusterView(target, credentials), index),
            );
        case "connect":
            return untilTasksRun(member, target, inputs);
        case "postgres":
        case "artemis":
        case "registry":
            return () => clusterReady({ kind, targets: [target], expected: 1, credentials });
    }
}
