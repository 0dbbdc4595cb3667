/**
 * The dynamic resource Gate: stands between one member's container and the next one's, so that members roll one by one.
 *
 * create returns at once (members of a new cluster start together); update waits, when the container is a new one, until
 * this member has rejoined its cluster; read and delete do nothing.
 */
import { isDeepStrictEqual } from "node:util";
import type { ContainerAddress } from "../../docker/containerLog";
import { hopelessRestarts, lastErrorOf } from "../../docker/crashLoop";
import { brokerReturned, type Cluster, clusterNames, clusterReady, serverReturned } from "../../servers/health";
import * as kafka from "../../servers/kafka";
import { Hopeless, messageOf, type Observation, pending, waitFor } from "../../servers/wait";
import { untilBack } from "./gateCluster";
import { type AwaitedTasks, redactorOf, untilTasksRun } from "./gateTasks";

export interface GateInputs extends Cluster, AwaitedTasks {
    /** Name of this member, for messages: "kafka-0". */
    member: string;
    /** Which of `targets` is this member's. */
    index: number;
    /** The member's container. Only a change of it makes an update wait. */
    containerId: string;
    /** Containers of all members by their names, in the order of `targets`. */
    containers: ContainerAddress[];
    /** Limit of the wait, in seconds. */
    timeoutSeconds: number;
    /** Of a worker: digest of the roll that `runningTasks` were recorded for. */
    roll?: string;
}

/**
 * Looks in a row, half a second apart, that must show every task running. A rebalance may report its old state for a moment,
 * and a task is called running before its first row: were the next worker stopped at once, two pauses would become one.
 */
const STEADY_LOOKS = 7;
/** The engine is asked at every so many looks whether the container ends again and again. */
const LOOKS_PER_CRASH_CHECK = 4;
/** What a wait needs to know of this run; a change of it alone is no change of the gate. */
const OF_THIS_RUN = ["keptConnectors", "secrets"];

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
        // A container that somebody removed is made again without a roll: the record is then of an earlier one
        const { runningTasks, ...rest } = news;
        await waitUntilRejoined(olds.roll === news.roll ? rest : news);
    }
    return { outs: outputsOf(news) };
}

export type GateOutputs = Omit<GateInputs, "keptConnectors" | "secrets">;

function outputsOf({ keptConnectors, secrets, ...outputs }: GateInputs): GateOutputs {
    return outputs;
}

export async function read(id: string, props: GateOutputs): Promise<{ id: string; props: GateOutputs }> {
    return { id, props };
}

async function waitUntilRejoined(inputs: GateInputs): Promise<void> {
    let steady = 0;
    let looks = 0;
    const needed = inputs.kind === "connect" ? STEADY_LOOKS : 1;
    const rejoined = untilRejoined(inputs);
    const look = async (): Promise<Observation<void>> => {
        if (++looks % LOOKS_PER_CRASH_CHECK === 0) await assertNoCrashLoop(inputs);
        const observation = await rejoined();
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
            `${messageOf(error).replace(/\.?$/, ".")} ${await lastErrorOf(container(inputs), redactorOf(inputs))}. ` +
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

function container({ containers, index }: GateInputs): ContainerAddress {
    return containers[index]!;
}

function untilRejoined(inputs: GateInputs): () => Promise<Observation<void>> {
    const { kind, targets, index, member, containers } = inputs;
    const target = targets[index];
    if (target === undefined) {
        throw new Error(`${member} has index ${index}, but there are ${targets.length} addresses`);
    }

    switch (kind) {
        case "zookeeper":
            return untilBack(member, containers, () => serverReturned(targets, index));
        case "kafka":
            return untilBack(member, containers, async () => brokerReturned(await kafka.clusterView(target), index));
        case "connect":
            return untilTasksRun(member, target, inputs);
        case "postgres":
        case "artemis":
            return () => clusterReady({ kind, targets: [target], expected: 1 });
    }
}
