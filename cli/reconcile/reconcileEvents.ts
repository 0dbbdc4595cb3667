import { setTimeout as sleep } from "node:timers/promises";
import { messageOf } from "@connect-cdc/connector/client";
import { isWrong, type TableReport } from "../../reconcile/reconcile";
import { summary } from "../../reconcile/report";
import type { WatchEvent } from "../../status/events";
import { npmCommand } from "../../status/npmCommand";

/** Compares again and again, and reports an event for each table. A run that fails is an event, too. */
export async function reconcileEvery(
    intervalMs: number,
    stack: string,
    run: () => Promise<TableReport[]>,
    onEvent: (event: WatchEvent) => void,
): Promise<never> {
    for (;;) {
        const next = performance.now() + intervalMs;
        const events = await run().then(
            (reports) => reports.map((report) => reportEvent(report, stack)),
            (error: unknown) => [failure(error)],
        );
        events.forEach(onEvent);
        await sleep(Math.max(0, next - performance.now()));
    }
}

/** The result of one table. */
export function reportEvent(report: TableReport, stack: string): WatchEvent {
    const { table } = report;
    const event: WatchEvent = { at: Date.now(), level: "info", subject: `table ${table}`, text: summary(report) };
    if (!isWrong(report)) return event;
    const remedy = `${npmCommand(stack, "reconcile", table)} shows the rows`;
    return { ...event, level: "wrong", remedy };
}

function failure(error: unknown): WatchEvent {
    const remedy = "the watch continues and compares again";
    return { at: Date.now(), level: "wrong", subject: "reconcile", text: messageOf(error), remedy };
}
