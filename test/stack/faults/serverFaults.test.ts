import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { StackOutputs } from "../../../cli/stack/stackOutputs";
import { done, pending, waitFor } from "../../../servers/wait";
import { faults, furtherFaults, untilWell, whileCut, workerOf } from "../../support/faults/serverFaults";
import { NumberedRows } from "../../support/rows/numberedRows";
import { KEPT } from "../../support/rows/rowAccount";
import { readTopic } from "../../support/rows/topics";
import { containerName, docker } from "../../support/stack/docker";
import { Pipeline } from "../../support/stack/pipeline";
import { sharedStack } from "../../support/stack/sharedStack";

const stack = sharedStack();
let pipeline: Pipeline;

beforeAll(async () => {
    pipeline = await Pipeline.open(stack);
});

afterAll(() => pipeline?.close());

describe("while rows are inserted and updated", () => {
    it.each(process.env.SOAK ? [...faults, ...furtherFaults] : faults)(
        "$name: none is lost, none comes out of order",
        async ({ name, inflict }) => {
            const victim = { stack: stack.handle.name, outputs: pipeline.outputs };
            const rows = await NumberedRows.start(pipeline);
            await rows.untilCommitted(20);
            await rows.untilCaughtUp();

            const hit = await inflict(victim);
            await rows.untilCommitted(20);
            await untilWell(victim);
            const { json, xml } = await rows.account();
            console.log(
                `${name} (${hit.join(", ")}): ${rows.commits.length} commits; repeated ${json.duplicates} (JSON) and ` +
                    `${xml.duplicates} (XML); longest pause ${json.pauseSeconds.toFixed(1)} s and ${xml.pauseSeconds.toFixed(1)} s`,
            );
            expect(json).toMatchObject(KEPT);
            expect(xml).toMatchObject(KEPT);
        },
    );

    it.runIf(process.env.SOAK)(
        "a worker that is cut off until its task has ended does not overwrite a newer position",
        async () => {
            const { outputs } = pipeline;
            const victim = { stack: stack.handle.name, outputs };
            const rows = await NumberedRows.start(pipeline);
            await rows.untilCommitted(20);
            await rows.untilCaughtUp();

            const worker = await workerOf(victim, "dbz-source");
            const container = docker.getContainer(containerName(victim.stack, worker));
            const since = Math.floor(Date.now() / 1000);
            let before = 0;
            await whileCut(victim, worker, async () => {
                before = (await storedPositions(outputs)).length;
                const isReplaced = async () => {
                    const log = await container.logs({ stdout: true, stderr: true, since });
                    if (
                        !/clientId=connector-producer-dbz-source-0\b.* Closing the Kafka producer/.test(log.toString())
                    ) {
                        return pending("the log of the cut worker does not show that its task has ended");
                    }
                    const stored = (await storedPositions(outputs)).length > before;
                    return stored ? done() : pending("the new worker has stored no position");
                };
                await waitFor(isReplaced, { what: "another worker to take over", timeoutSeconds: 180 });
            });
            await rows.untilCommitted(20);
            await untilWell(victim);
            const { json, xml } = await rows.account();
            expect(json).toMatchObject(KEPT);
            expect(xml).toMatchObject(KEPT);

            const positions = (await storedPositions(outputs)).slice(before);
            expect(positions.length).toBeGreaterThan(1);
            expect(positions).toEqual(positions.toSorted((a, b) => a - b));
        },
    );
});

/** Positions in the database's log that were stored for the source, in the order of the topic. */
async function storedPositions({ addresses }: StackOutputs): Promise<number[]> {
    const records = await readTopic(addresses.kafka, "my-connect-offsets");
    return records
        .filter(({ key, value }) => key?.startsWith('["dbz-source",') && value)
        .map(({ value }) => (JSON.parse(value!) as { lsn: number }).lsn);
}
