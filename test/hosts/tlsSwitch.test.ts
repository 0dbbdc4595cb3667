import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TLS_MODES } from "../../components/render/tls";
import { KEPT } from "../support/rows/rowAccount";
import { rowsThrough } from "../support/rows/rowsThrough";
import { TestStack } from "../support/stack/stack";
import { readStatus } from "../support/stack/statusRun";

/** Up to nine members, one after the other, for each of six steps. */
const LIMIT = { timeout: 30 * 60_000 };

describe.skipIf(!process.env.SOAK)("TLS of a running stack", () => {
    let stack: TestStack;

    beforeAll(async () => {
        stack = await TestStack.create();
        await stack.up();
    });

    afterAll(() => stack?.dispose());

    const steps = [...TLS_MODES.slice(1), ...[...TLS_MODES].reverse().slice(1)];
    it.each(steps)("goes to the mode %s while rows flow, and loses none", LIMIT, async (mode) => {
        const { json, xml } = await rowsThrough(stack, async () => {
            stack.configure({ security: { tls: mode } });
            await stack.up();
        });
        expect([json, xml]).toMatchObject([KEPT, KEPT]);
        // A busy machine may not answer a probe in its time
        await expect.poll(async () => (await readStatus(stack)).findings, { timeout: 120_000 }).toEqual([]);
        expect(await stack.preview()).toEqual([]);
    });
});
