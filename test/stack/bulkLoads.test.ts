import { join } from "node:path";
import axios from "axios";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { connectorStatuses } from "../../servers/connect";
import { done, pending, waitFor } from "../../servers/wait";
import { crash, restart, untilServersWell, untilWell, workerOf } from "../support/faults/serverFaults";
import type { Victim } from "../support/faults/victim";
import { BulkLoads, type LoadSize } from "../support/rows/bulkLoads";
import { deleteTopic } from "../support/rows/topics";
import { soakLimitMs } from "../support/soakOptions";
import { containerName, docker } from "../support/stack/docker";
import { SecondSource } from "../support/stack/secondSource";
import { Engine } from "../support/workers/engine";
import { sharedStack } from "./sharedStack";

const CONNECTOR = "bulk-source";
/** Longest time that the tests of this file take with a factor of 1. */
const ROUND_SECONDS = 120;
const factor = process.env.SOAK ? Math.min(5, Math.max(1, Math.floor(soakLimitMs() / 1000 / ROUND_SECONDS))) : 1;
const size: LoadSize = { wide: 12_000 * factor, narrow: 40_000 * factor, inserted: 3000, interleaved: 2000 };
/** 300 MB; with Debezium's own bounds all of them would be in the heap of 384 MiB at once. */
const HUGE = 5000;

const stack = sharedStack();
const engine = new Engine();
let victim: Victim;
let source: SecondSource;
let loads: BulkLoads;

beforeAll(async () => {
    vi.stubEnv("XDG_STATE_HOME", join(stack.handle.folder, "bulk"));
    const outputs = await stack.outputs();
    victim = { stack: stack.handle.name, outputs };
    source = await SecondSource.open(outputs);
    await startSource();
    loads = await BulkLoads.open(source, outputs);
});

afterAll(async () => {
    await loads?.close();
    if (engine.outputs) await engine.destroy();
    await source?.close();
    await deleteTopic(victim.outputs.addresses.kafka, source.topic);
    vi.unstubAllEnvs();
});

function call(method: "put" | "post", path: string): Promise<unknown> {
    return axios.request({ method, url: `${victim.outputs.restUrls[0]}/connectors/${CONNECTOR}/${path}`, data: {} });
}

async function startSource(): Promise<void> {
    await engine.up({ ...(await source.args(CONNECTOR)), onDelete: { offsets: "reset" } });
}

/** How often the engine has started each worker again. */
async function restartCounts(): Promise<number[]> {
    const workers = victim.outputs.restUrls.map((_, i) =>
        docker.getContainer(containerName(victim.stack, `connect-${i}`)),
    );
    return Promise.all(workers.map(async (worker) => (await worker.inspect()).RestartCount));
}

async function untilTask(wanted: string): Promise<void> {
    const check = async () => {
        const statuses = await connectorStatuses(victim.outputs.restUrls[0]!);
        const state = statuses.find(({ name }) => name === CONNECTOR)?.tasks[0]?.state;
        return state === wanted ? done() : pending(String(state));
    };
    await waitFor(check, { what: `${CONNECTOR} to be ${wanted}`, timeoutSeconds: 60, intervalSeconds: 0.1 });
}

async function untilReader(what: string, wanted: (reader: number | undefined) => boolean): Promise<void> {
    const check = async () => {
        const reader = await source.slotReader();
        return wanted(reader) ? done() : pending(`process ${reader}`);
    };
    await waitFor(check, { what: `${what} of slot ${source.slot}`, timeoutSeconds: 120, intervalSeconds: 0.01 });
}

/**
 * Ends the source's task in the middle of a load, and resolves to the records that the topic had then. It is paused first:
 * small loads are over before a worker has ended its tasks.
 */
async function end(inflict: () => Promise<unknown>): Promise<number> {
    await call("put", "pause");
    await untilTask("PAUSED");
    const { records } = loads;
    const before = await source.slotReader();
    await inflict();
    await untilReader("the end of the reader", (reader) => reader !== before);
    await untilServersWell(victim);
    await call("put", "resume");
    await untilReader("a new reader", (reader) => reader !== undefined && reader !== before);
    return records;
}

const ends = [
    { name: "its task is restarted", inflict: () => call("post", "restart?includeTasks=true"), times: 6 },
    {
        name: "its worker restarts",
        inflict: async () => restart(victim, [await workerOf(victim, CONNECTOR)]),
        times: 1,
    },
    { name: "its worker is killed", inflict: async () => crash(victim, await workerOf(victim, CONNECTOR)), times: 1 },
];

describe("a source loses no row", () => {
    it.each(ends)("when $name in the middle of a bulk load", async ({ name, inflict, times }) => {
        const before = loads.records;
        const count = await loads.write(size);
        const endedAt: number[] = [];
        for (let i = 1; i <= times * factor; i++) {
            await loads.untilRecords(before + Math.floor((0.8 * count * i) / (times * factor + 1)));
            endedAt.push((await end(inflict)) - before);
        }
        expect(Math.min(...endedAt)).toBeLessThan(count);
        await untilWell(victim);
        const { rows, lost, duplicates } = await loads.account();
        console.log(
            `${name} at ${endedAt.join(", ")} of ${count} records: ${rows} rows so far, ${lost.length} lost, ` +
                `${duplicates} records more than once`,
        );
        expect(lost).toEqual([]);
    });
});

describe("rows of 60 kB, more than a worker's heap has room for,", () => {
    it.each([
        { way: "streamed", write: () => loads.writeHuge(HUGE) },
        {
            way: "in a snapshot",
            write: async () => {
                await engine.destroy();
                await loads.empty();
                await loads.writeHuge(HUGE);
                const before = loads.records;
                await startSource();
                // A row of a snapshot comes where its page is: one that is written last may come first
                await loads.untilRecords(before + HUGE);
            },
        },
    ])("all arrive when $way, and no worker ends", async ({ way, write }) => {
        const before = await restartCounts();
        const began = performance.now();
        await write();
        const { lost } = await loads.account();
        console.log(`${HUGE} rows of 60 kB ${way}: ${Math.round((performance.now() - began) / 1000)} s`);
        expect(lost).toEqual([]);
        expect(await restartCounts()).toEqual(before);
    });
});
