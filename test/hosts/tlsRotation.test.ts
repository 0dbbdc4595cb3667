import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { KEPT } from "../support/rows/rowAccount";
import { rowsThrough } from "../support/rows/rowsThrough";
import { ROTATIONS, upWith } from "../support/stack/rotations";
import { TestStack } from "../support/stack/stack";
import { readStatus } from "../support/stack/statusRun";

/** All servers, one after the other. */
const LIMIT = { timeout: 20 * 60_000 };

describe.skipIf(!process.env.SOAK)("keys of a stack with TLS", () => {
    let stack: TestStack;

    beforeAll(async () => {
        stack = await TestStack.create();
        stack.configure({ security: { tls: "require" } });
        await stack.up();
    });

    afterAll(() => stack?.dispose());

    it.each(Object.entries(ROTATIONS))("%s are rotated while rows flow, and none is lost", LIMIT, async (_, change) => {
        const { json, xml } = await rowsThrough(stack, ({ outputs }) => upWith(stack, change, outputs));
        expect([json, xml]).toMatchObject([KEPT, KEPT]);
        // A busy machine may not answer a probe in its time
        await expect.poll(async () => (await readStatus(stack)).findings, { timeout: 120_000 }).toEqual([]);
        expect(await stack.preview()).toEqual([]);
    });
});
