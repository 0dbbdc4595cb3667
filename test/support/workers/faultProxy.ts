import { Agent, createServer, IncomingMessage, Server, ServerResponse } from "node:http";
import { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import axios from "axios";
import { answerWith, clientGone, Fault, Reply } from "./faults";

/**
 * A connection for each request. A worker closes a connection that is idle for 30 s, and a request on it at that moment is lost,
 * though it may have arrived: it would count as done.
 */
const httpAgent = new Agent({ keepAlive: false });

/** A worker behind the proxy. */
export interface ProxiedWorker {
    restUrl: string;
    /** Kills it and starts it again. Without this function, a fault of that kind is a reset. */
    kill?(): Promise<void>;
}

/** The fault of a request, such as `PUT /connectors/x/config`, if it is to have one. */
export type NextFault = (request: string, body: Buffer) => Fault | undefined;

/**
 * Passes requests on to Connect workers, as many of them as the faults let pass, and remembers those that the workers did,
 * as `PUT /connectors/x/config`.
 */
export class FaultProxy {
    private readonly servers: Server[] = [];
    private readonly faults = new Map<string, NextFault>();
    private readonly writes = new Map<string, string[]>();
    private readonly reads = new Map<string, string[]>();

    private constructor(private readonly hangMs: number) {}

    /** @param hangMs after this long without an answer the connection ends, as a load balancer would have it. */
    static async start(workers: ProxiedWorker[], { hangMs = 600_000 } = {}): Promise<FaultProxy> {
        const proxy = new FaultProxy(hangMs);
        for (const worker of workers) {
            const server = createServer((request, response) => void proxy.handle(worker, request, response));
            await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
            proxy.servers.push(server);
        }
        return proxy;
    }

    /** The workers' URLs for one client: each has a first path segment of its own, which the workers do not see. */
    urlsFor(client: string): string[] {
        return this.servers.map((server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}/${client}`);
    }

    /** Faults of a client's requests from now on; undefined: none. */
    setFaults(client: string, next: NextFault | undefined): void {
        this.faults.set(client, next ?? (() => undefined));
    }

    /** Takes a client's requests since the last call that changed something, or may have. */
    takeWrites(client: string): string[] {
        return take(this.writes, client);
    }

    /** Takes a client's other requests since the last call. */
    takeReads(client: string): string[] {
        return take(this.reads, client);
    }

    async close(): Promise<void> {
        await Promise.all(
            this.servers.map((server) => {
                server.closeAllConnections();
                return new Promise((resolve) => server.close(resolve));
            }),
        );
    }

    private async handle(worker: ProxiedWorker, request: IncomingMessage, response: ServerResponse): Promise<void> {
        const [, client, path] = /^\/([^/]+)(.*)$/.exec(request.url!)!;
        const data = await buffer(request);
        const place = {
            perform: () => this.forward(worker, client!, path!, request, data),
            pass: (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms)),
            passClientLimit: () => Promise.race([clientGone(request), place.pass(this.hangMs)]),
            kill: async () => worker.kill?.(),
        };
        await answerWith(this.faults.get(client!)?.(`${request.method} ${path}`, data), place, request, response).catch(
            () => request.socket.destroy(),
        );
    }

    private async forward(
        { restUrl }: ProxiedWorker,
        client: string,
        path: string,
        { method, headers }: IncomingMessage,
        data: Buffer,
    ): Promise<Reply> {
        const isWrite = method !== "GET" && !path.endsWith("/validate");
        const kept = isWrite ? this.writes : this.reads;
        const note = () => kept.set(client, [...(kept.get(client) ?? []), `${method} ${path}`]);
        try {
            const answer = await axios.request({
                baseURL: restUrl,
                url: path,
                method,
                data,
                headers: { "content-type": headers["content-type"] },
                httpAgent,
                proxy: false,
                responseType: "arraybuffer",
                validateStatus: () => true,
            });
            if (answer.status < 400) note();
            const contentType = answer.headers["content-type"] as string | undefined;
            return { status: answer.status, contentType, body: answer.data };
        } catch (error) {
            if ((error as { code?: string }).code !== "ECONNREFUSED") note();
            throw error;
        }
    }
}

function take(requests: Map<string, string[]>, client: string): string[] {
    const taken = requests.get(client) ?? [];
    requests.delete(client);
    return taken;
}
