import { Pipeline } from "../stack/pipeline";
import type { TestStack } from "../stack/stack";
import { NumberedRows } from "./numberedRows";
import type { Account } from "./rowAccount";

/** Rows before and after a change: those of one second. */
const STEADY_ROWS = 20;

/**
 * Accounts for the rows that are committed steadily while `change` runs, in both queues.
 *
 * @param limitSeconds limit for rows to arrive, before and after the change.
 * @throws when a row has not arrived by then.
 */
export async function rowsThrough(
    stack: TestStack,
    change: (pipeline: Pipeline) => Promise<unknown>,
    limitSeconds = 300,
): Promise<{ json: Account; xml: Account }> {
    const pipeline = await Pipeline.open(stack);
    try {
        const rows = await NumberedRows.start(pipeline);
        await rows.untilCommitted(STEADY_ROWS);
        await rows.untilCaughtUp(limitSeconds);
        await change(pipeline);
        await rows.untilCommitted(STEADY_ROWS, limitSeconds);
        return await rows.account(limitSeconds);
    } finally {
        await pipeline.close();
    }
}
