import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { faults, untilWell } from "../support/serverFaults";
import { NumberedRows } from "../support/numberedRows";
import { Pipeline } from "../support/pipeline";
import { sharedStack } from "./sharedStack";

const stack = sharedStack();
let pipeline: Pipeline;

beforeAll(async () => {
    pipeline = await Pipeline.open(stack);
});

afterAll(() => pipeline?.close());

/** What the contract says of every fault: at least once, in the order of each row. */
const kept = { lost: [], invented: [], disordered: [], stale: [] };

describe("while rows are inserted and updated", () => {
    it.each(faults)("$name: none is lost, none comes out of order", async ({ name, inflict }) => {
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
        expect(json).toMatchObject(kept);
        expect(xml).toMatchObject(kept);
    });
});
