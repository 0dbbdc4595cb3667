/**
 * The dynamic resource Readiness: create and update wait until a whole cluster is ready.
 *
 * create waits; update waits when a member, an address or the expected number has changed, and then restarts connectors
 * that have FAILED; read and delete do nothing.
 */
import { isDeepStrictEqual } from "node:util";
import { type Cluster, clusterNames, clusterReady } from "../../servers/health";
import { waitFor } from "../../servers/wait";
import { restartAfterRoll } from "./gateTasks";

export interface ReadinessInputs extends Cluster {
    /** Container id of each member, by its name. The update waits again when it changes. */
    members: Record<string, string>;
    /** Limit of one wait, in seconds. */
    timeoutSeconds: number;
    /** Of workers: connectors that this update does not change. Default: all. */
    keptConnectors?: string[];
}

export type ReadinessOutputs = Omit<ReadinessInputs, "keptConnectors" | "credentials">;

/** Inputs for the wait of this run; their change alone is no change of the resource. */
const OF_THIS_RUN = ["keptConnectors", "credentials"];

/** Any change is an update in place. */
export async function diff(_id: string, olds: object, news: object): Promise<{ changes: boolean }> {
    const keys = Object.keys(news).filter((key) => !OF_THIS_RUN.includes(key));
    return { changes: changed(olds, news, keys) };
}

export async function create(inputs: ReadinessInputs): Promise<{ id: string; outs: ReadinessOutputs }> {
    await waitUntilReady(inputs);
    return { id: `${inputs.kind}-readiness`, outs: outputsOf(inputs) };
}

export async function update(
    _id: string,
    olds: ReadinessOutputs,
    news: ReadinessInputs,
): Promise<{ outs: ReadinessOutputs }> {
    if (changed(olds, news, ["kind", "targets", "expected", "members"])) {
        await waitUntilReady(news);
        if (news.kind === "connect") await restartAfterRoll(news.targets, news);
    }
    return { outs: outputsOf(news) };
}

function outputsOf({ keptConnectors, credentials, ...outputs }: ReadinessInputs): ReadinessOutputs {
    return outputs;
}

export async function read(id: string, props: ReadinessOutputs): Promise<{ id: string; props: ReadinessOutputs }> {
    return { id, props };
}

async function waitUntilReady(inputs: ReadinessInputs): Promise<void> {
    await waitFor(() => clusterReady(inputs), {
        what: `${clusterNames[inputs.kind]} (${Object.keys(inputs.members).sort().join(", ")})`,
        timeoutSeconds: inputs.timeoutSeconds,
        onProgress: console.log,
        remedy: `Find the cause with: ${logCommands(inputs.members)}`,
    });
}

function logCommands(members: Record<string, string>): string {
    return Object.entries(members)
        .map(([name, containerId]) => `docker logs ${containerId.slice(0, 12)} (${name})`)
        .join(", ");
}

function changed(olds: object, news: object, keys: string[]): boolean {
    const [before, after] = [olds as Record<string, unknown>, news as Record<string, unknown>];
    return keys.some((key) => !isDeepStrictEqual(before[key], after[key]));
}
