import axios from "axios";
import { createServer } from "node:http";
import { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";

/** Passes requests on to a Connect worker and remembers those that it did, as `PUT /connectors/x/config`. */
export interface RecordingProxy {
    /** The worker's URL for one client: each has a first path segment of its own, which the worker does not see. */
    urlFor(client: string): string;
    /** Takes a client's changing requests since the last call. */
    takeWrites(client: string): string[];
    /** Takes a client's other requests since the last call. */
    takeReads(client: string): string[];
    close(): Promise<void>;
}

export async function startRecordingProxy(target: string): Promise<RecordingProxy> {
    const reads = new Map<string, string[]>();
    const writes = new Map<string, string[]>();
    const server = createServer((request, response) => {
        const [, client, url] = /^\/([^/]+)(.*)$/.exec(request.url!)!;
        void buffer(request).then(async (data) => {
            const answer = await axios.request({
                baseURL: target,
                url,
                method: request.method,
                data,
                headers: { "content-type": request.headers["content-type"] },
                responseType: "arraybuffer",
                validateStatus: () => true,
            });
            if (answer.status < 400) {
                const changes = request.method !== "GET" && !url!.endsWith("/validate");
                const kept = changes ? writes : reads;
                kept.set(client!, [...(kept.get(client!) ?? []), `${request.method} ${url}`]);
            }
            response.writeHead(answer.status, { "content-type": String(answer.headers["content-type"] ?? "") });
            response.end(answer.data);
        });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    return {
        urlFor: (client) => `http://127.0.0.1:${port}/${client}`,
        takeWrites: (client) => take(writes, client),
        takeReads: (client) => take(reads, client),
        close: () =>
            new Promise((resolve) => {
                server.close(() => resolve());
                server.closeAllConnections();
            }),
    };
}

function take(requests: Map<string, string[]>, client: string): string[] {
    const taken = requests.get(client) ?? [];
    requests.delete(client);
    return taken;
}
