import http from "node:http";
import https from "node:https";

/** What one look at a cluster shows. */
export type Glance =
    /** Connectors by name, with their configs as they were written. */
    | { restUrl: string; configs: Record<string, Record<string, string>> }
    /** Nobody answers; `hung` when a worker, or something in its place, took the question and left it at that. */
    | { restUrl: undefined; hung: boolean };

/**
 * The configs of all connectors of a cluster, asked once of the first worker that answers. Never throws.
 *
 * It is for every run of a program, the unchanged ones above all, and by Node's own HTTP: loading axios would take longer
 * than the answer.
 *
 * @param limitMs time for each worker.
 */
export async function glanceAt(restUrls: string[], limitMs: number): Promise<Glance> {
    let hung = false;
    for (const restUrl of restUrls) {
        try {
            const list = JSON.parse(await get(`${restUrl}/connectors?expand=info`, limitMs)) as List;
            const entries = Object.entries(list).map(([name, { info }]) => [name, info.config] as const);
            return { restUrl, configs: Object.fromEntries(entries) };
        } catch (error) {
            hung ||= error === TOO_LATE;
        }
    }
    return { restUrl: undefined, hung };
}

type List = Record<string, { info: { config: Record<string, string> } }>;

const TOO_LATE = new Error("no answer in time");

function get(url: string, limitMs: number): Promise<string> {
    return new Promise((resolve, reject) => {
        const ask = url.startsWith("https:") ? https.get : http.get;
        const request = ask(url, { headers: { accept: "application/json" } }, (answer) => {
            const chunks: Buffer[] = [];
            answer.on("data", (chunk: Buffer) => chunks.push(chunk));
            answer.on("error", reject);
            answer.on("end", () =>
                answer.statusCode === 200
                    ? resolve(Buffer.concat(chunks).toString())
                    : reject(new Error(`${answer.statusCode}`)),
            );
        });
        const timer = setTimeout(() => request.destroy(TOO_LATE), limitMs);
        request.on("error", reject);
        request.on("close", () => clearTimeout(timer));
    });
}
