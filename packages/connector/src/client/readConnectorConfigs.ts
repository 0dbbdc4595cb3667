import { setTimeout as sleep } from "node:timers/promises";
import { connectClient } from "./connectClient";
import type { ConnectorInfo } from "./types";

/** What one look at a cluster shows. */
export type Glance =
    /** Connectors by name, with their configs as they were written. */
    | { restUrl: string; configs: Record<string, Record<string, string>> }
    /** Nobody answers; `hung` when a worker, or something in its place, took the question and left it at that. */
    | { restUrl: undefined; hung: boolean };

/** After so long the next worker is asked beside the one that has not answered yet, ms. */
const PATIENCE_MS = 1000;

/**
 * The configs of all connectors of a cluster, asked once of the first worker that answers. Never throws.
 *
 * @param limitMs time for it all.
 */
export async function glanceAt(restUrls: string[], limitMs: number): Promise<Glance> {
    const client = connectClient({ restUrls, limitSeconds: limitMs / 1000, direct: true });
    const ask = async (restUrl: string): Promise<Glance> => {
        const outcome = await client.ask(restUrl, { method: "GET", path: "/connectors?expand=info" });
        if (!outcome.ok) throw new Error(outcome.detail);
        const list = Object.entries(outcome.body as Record<string, { info: ConnectorInfo }>);
        return { restUrl, configs: Object.fromEntries(list.map(([name, { info }]) => [name, info.config])) };
    };
    const asked: Promise<Glance>[] = [];
    try {
        for (const restUrl of restUrls) {
            asked.push(ask(restUrl));
            const answer = await Promise.race([
                Promise.any(asked),
                sleep(PATIENCE_MS, undefined, { ref: false }),
            ]).catch(() => undefined);
            if (answer) return answer;
        }
        return await Promise.any(asked);
    } catch {
        return { restUrl: undefined, hung: client.deadline.passed };
    }
}
