import { join } from "node:path";
import axios from "axios";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { connectorStatuses } from "../../../servers/connect";
import { done, pending, waitFor } from "../../../servers/wait";
import { crash, untilServersWell, untilWell, workerOf } from "../../support/faults/serverFaults";
import type { Victim } from "../../support/faults/victim";
import { BulkLoads, type LoadSize } from "../../support/rows/bulkLoads";
import { deleteTopic } from "../../support/rows/topics";
import { containerName, docker } from "../../support/stack/docker";
import { logOf } from "../../support/stack/platformTexts";
import { SecondSource } from "../../support/stack/secondSource";
import { sharedStack } from "../../support/stack/sharedStack";
import { Engine } from "../../support/workers/engine";

const CONNECTOR = "bulk-source";
const size: LoadSize = { wide: 12_000, narrow: 40_000, inserted: 3000, interleaved: 2000 };
/** 300 MB; with Debezium's own bounds all of them would be in the heap of 384 MiB at once. */
const HUGE = 5000;

const stack = sharedStack();
const engine = new Engine();
let victim: Victim;
let source: SecondSource;
let loads: BulkLoads;

function put(path: "pause" | "resume"): Promise<unknown> {
    return axios.put(`${victim.outputs.restUrls[0]}/connectors/${CONNECTOR}/${path}`, {});
}

async function startSource(): Promise<void> {
    await engine.up({ ...(await source.args(CONNECTOR)), onDelete: { offsets: "reset" } });
}

function workers() {
    return victim.outputs.restUrls.map((_, i) => docker.getContainer(containerName(victim.stack, `connect-${i}`)));
}

/** How often the engine has started each worker again. */
async function restartCounts(): Promise<number[]> {
    return Promise.all(workers().map(async (worker) => (await worker.inspect()).RestartCount));
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

// All ways in which a task ends, and larger loads: test/workers/bulkLoads.test.ts
describe.runIf(process.env.SOAK)("bulk loads through a source of the stack", () => {
    beforeAll(async () => {
        vi.stubEnv("XDG_STATE_HOME", join(stack.handle.folder, "bulk"));
        const outputs = await stack.outputs();
        victim = { stack: stack.handle.name, outputs };
        source = await SecondSource.open(outputs);
        await startSource();
        loads = await BulkLoads.open(source, outputs.addresses.kafka);
    });

    afterAll(async () => {
        await loads?.close();
        if (engine.outputs) await engine.destroy();
        await source?.close();
        await deleteTopic(victim.outputs.addresses.kafka, source.topic);
        vi.unstubAllEnvs();
    });

    describe("a source loses no row", () => {
        it("when its worker is killed in the middle of a bulk load", async () => {
            const before = loads.arrived;
            const count = await loads.write(size);
            await loads.untilArrived(before + Math.floor(0.4 * count));
            // The load would be over before the engine has killed the worker
            await put("pause");
            await untilTask("PAUSED");
            const endedAt = loads.arrived - before;
            const reader = await source.slotReader();
            await crash(victim, await workerOf(victim, CONNECTOR));
            await untilReader("the end of the reader", (other) => other !== reader);
            await untilServersWell(victim);
            await put("resume");
            await untilWell(victim);
            const { rows, lost, duplicates } = await loads.account();
            console.log(
                `killed at ${endedAt} of ${count} rows: ${rows} rows so far, ${lost.length} lost, ${duplicates} more than once`,
            );
            expect(endedAt).toBeLessThan(count);
            expect(lost).toEqual([]);
            // Debezium warns of each row that its statistics leave out, unless the image's logging does not write it
            const logs = await Promise.all(workers().map(({ id }) => logOf(id)));
            expect(logs.join("\n")).not.toContain("MeasurementCollector");
        });
    });

    async function writeForSnapshot(): Promise<void> {
        await engine.destroy();
        await loads.empty();
        await loads.writeHuge(HUGE);
        const before = loads.arrived;
        await startSource();
        // A row of a snapshot comes where its page is: one that is written last may come first
        await loads.untilArrived(before + HUGE);
    }

    describe("rows of 60 kB, more than a worker's heap has room for,", () => {
        it.each([
            { way: "streamed", write: () => loads.writeHuge(HUGE) },
            { way: "in a snapshot", write: writeForSnapshot },
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
});
