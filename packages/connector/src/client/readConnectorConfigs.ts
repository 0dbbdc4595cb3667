import { setTimeout as sleep } from "node:timers/promises";
import type { ConnectAuth } from "./auth";
import { connectClient } from "./connectClient";
import type { ConnectorInfo } from "./types";

/** The configs of a cluster's connectors. */
export type ConnectorConfigs =
    /** Configs as written, by name of the connector. */
    | { restUrl: string; configs: Record<string, Record<string, string>> }
    /** No worker answers; `hung`: true when a server accepted the request and did not answer. */
    | { restUrl: undefined; hung: boolean };

/** The next worker is asked, too, when one has not answered for this time, ms. */
const NEXT_WORKER_MS = 1000;

/**
 * Reads the configs of all connectors of a cluster from the first worker that answers. Never throws.
 *
 * @param limitMs limit of the whole read.
 * @param auth credentials for the workers. Default: none.
 */
export async function readConnectorConfigs(
    restUrls: string[],
    limitMs: number,
    auth?: ConnectAuth,
): Promise<ConnectorConfigs> {
    const client = connectClient({ restUrls, limitSeconds: limitMs / 1000, auth, direct: true });
    const ask = async (restUrl: string): Promise<ConnectorConfigs> => {
        const outcome = await client.ask(restUrl, { method: "GET", path: "/connectors?expand=info" });
        if (!outcome.ok) throw new Error(outcome.detail);
        const list = Object.entries(outcome.body as Record<string, { info: ConnectorInfo }>);
        return { restUrl, configs: Object.fromEntries(list.map(([name, { info }]) => [name, info.config])) };
    };
    const asked: Promise<ConnectorConfigs>[] = [];
    try {
        for (const restUrl of restUrls) {
            asked.push(ask(restUrl));
            const answer = await Promise.race([
                Promise.any(asked),
                sleep(NEXT_WORKER_MS, undefined, { ref: false }),
            ]).catch(() => undefined);
            if (answer) return answer;
        }
        return await Promise.any(asked);
    } catch {
        return { restUrl: undefined, hung: client.deadline.passed };
    }
}
