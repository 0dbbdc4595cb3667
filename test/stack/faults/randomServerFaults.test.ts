import { afterAll, describe, expect, it } from "vitest";
import { killUp } from "../../support/faults/killedUp";
import { type Fault, faults, furtherFaults, untilWell } from "../../support/faults/serverFaults";
import { NumberedRows } from "../../support/rows/numberedRows";
import type { QueueDrain } from "../../support/rows/queues";
import { KEPT } from "../../support/rows/rowAccount";
import type { Account } from "../../support/rows/rowAccount";
import { SeededRandom } from "../../support/seededRandom";
import { firstSeed, soakLimitMs, soakRounds } from "../../support/soakOptions";
import { Pipeline } from "../../support/stack/pipeline";
import { sharedStack } from "../../support/stack/sharedStack";
import { watchMembers } from "../../support/stack/watchMembers";

const stack = sharedStack();
const original = stack.config();
const random = new SeededRandom(firstSeed());
/** Longest time that one fault takes, until all rows have arrived. */
const FAULT_SECONDS = 180;
/** Longest time between the end of the first replaced member and the kill, ms. */
const KILL_WITHIN_MS = 30_000;

/** Settings of a role that roll it and change nothing of what it does. */
const rolls = [
    ["zookeeper", "snapCount"],
    ["kafka", "message.max.bytes"],
    ["connect", "offset.flush.timeout.ms"],
] as const;

const killedUp: Fault = {
    name: "an up that rolls a role is killed, and npm start continues",
    inflict: async () => {
        const [role, setting] = random.pick(rolls);
        const section = { ...original[role], config: { [setting]: 100_000 + random.below(1_000_000) } };
        stack.configure({ ...original, [role]: section });
        const watch = await watchMembers(stack.handle.name, [role]);
        const wait = random.below(KILL_WITHIN_MS);
        await killUp(stack, async () => {
            await expect.poll(() => watch.events.ended.length, { timeout: 300_000 }).toBeGreaterThan(0);
            await new Promise((resolve) => setTimeout(resolve, wait));
        });
        const { code, stdout, stderr } = await stack.npmRun("start", "--config-file", stack.target.configFile!);
        expect(code, stdout + stderr).toBe(0);
        expect(watch.stop().mostDown).toBe(1);
        expect(await stack.preview()).toEqual([]);
        return [role, `${wait} ms into the roll`];
    },
};

afterAll(() => stack.configure(original));

/** All messages about rows whose states came out of order: were they sent so, or did they change places in the queue? */
function traceOf({ messages }: QueueDrain, { disordered, stale }: Account): string {
    const ids = new Set([...disordered, ...stale]);
    return messages
        .filter(({ id }) => ids.has(id))
        .map(({ body, sentAt, receivedAt }) => `sent ${sentAt}, received ${receivedAt}: ${body}`)
        .join("\n");
}

describe.runIf(process.env.SOAK)("faults at random", () => {
    it(
        "cost no row in any order",
        async () => {
            const all = [...faults, ...furtherFaults, killedUp];
            const isTimeLeft = soakRounds(FAULT_SECONDS);
            for (let count = 1; isTimeLeft(); count++) {
                const { name, inflict } = random.pick(all);
                // New connections: an up may have replaced the servers of the last ones.
                const pipeline = await Pipeline.open(stack);
                const rows = await NumberedRows.start(pipeline, 50);
                await rows.untilCommitted(50);
                const hit = await inflict({ stack: stack.handle.name, outputs: pipeline.outputs });
                await untilWell({ stack: stack.handle.name, outputs: pipeline.outputs }, 300);
                const { json, xml } = await rows.account(300);
                await pipeline.close();
                console.log(
                    `${count}. ${name} (${hit.join(", ")}): ${rows.commits.length} commits; repeated ${json.duplicates} ` +
                        `and ${xml.duplicates}; longest pause ${Math.max(json.pauseSeconds, xml.pauseSeconds).toFixed(1)} s`,
                );
                expect(json, traceOf(pipeline.json, json)).toMatchObject(KEPT);
                expect(xml, traceOf(pipeline.xml, xml)).toMatchObject(KEPT);
            }
        },
        soakLimitMs(),
    );
});
