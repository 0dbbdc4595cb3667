import http from "node:http";
import https from "node:https";
import { setTimeout as sleep } from "node:timers/promises";

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
 * It is for every run of a program, the unchanged ones above all, and by Node's own HTTP: loading axios would take longer
 * than the answer.
 *
 * @param limitMs time for it all.
 */
export async function glanceAt(restUrls: string[], limitMs: number): Promise<Glance> {
    const limit = AbortSignal.timeout(limitMs);
    const asked: Promise<Glance>[] = [];
    try {
        for (const restUrl of restUrls) {
            asked.push(ask(restUrl, limit));
            const answer = await Promise.race([
                Promise.any(asked),
                sleep(PATIENCE_MS, undefined, { ref: false }),
            ]).catch(() => undefined);
            if (answer) return answer;
        }
        return await Promise.any(asked);
    } catch {
        return { restUrl: undefined, hung: limit.aborted };
    }
}

async function ask(restUrl: string, signal: AbortSignal): Promise<Glance> {
    const text = await get(`${restUrl}/connectors?expand=info`, signal);
    const list = JSON.parse(text) as Record<string, { info: { config: Record<string, string> } }>;
    return {
        restUrl,
        configs: Object.fromEntries(Object.entries(list).map(([name, { info }]) => [name, info.config])),
    };
}

function get(url: string, signal: AbortSignal): Promise<string> {
    return new Promise((resolve, reject) => {
        const { get: ask } = url.startsWith("https:") ? https : http;
        const options = { signal, headers: { accept: "application/json", connection: "close" } };
        ask(url, options, (answer) => {
            const chunks: Buffer[] = [];
            answer.on("data", (chunk: Buffer) => chunks.push(chunk));
            answer.on("error", reject);
            answer.on("end", () =>
                answer.statusCode === 200
                    ? resolve(Buffer.concat(chunks).toString())
                    : reject(new Error(`${answer.statusCode}`)),
            );
        }).on("error", reject);
    });
}
