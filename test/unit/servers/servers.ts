import { createServer as createHttpServer, type RequestListener } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import { createServer, type Server } from "node:net";
import type { TlsOptions } from "node:tls";
import { afterEach } from "vitest";

/** Small servers that answer the probes as the real ones do, for states that real ones cannot be held in. */
const open: Server[] = [];

afterEach(async () => {
    await Promise.all(open.splice(0).map((server) => new Promise((resolve) => server.close(resolve))));
});

async function listen(server: Server): Promise<number> {
    open.push(server);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return (server.address() as { port: number }).port;
}

/** One server per mode that answers `srvr`; `undefined` is a server outside the quorum. Gives their addresses. */
export async function startEnsemble(modes: (string | undefined)[]): Promise<string[]> {
    const answer = (mode: string | undefined) =>
        mode === undefined
            ? "This ZooKeeper instance is not currently serving requests\n"
            : `Zookeeper version: 3.8.6-abc, built on 2025-11-10 17:44 UTC\nConnections: 1\nMode: ${mode}\n`;
    const start = async (mode: string | undefined) => {
        const server = createServer((socket) => socket.once("data", () => socket.end(answer(mode))));
        return `127.0.0.1:${await listen(server)}`;
    };
    return Promise.all(modes.map(start));
}

/** A broker that still starts: the connection is accepted, and reset when something is asked. */
export async function startResetting(): Promise<string> {
    const server = createServer((socket) => {
        socket.on("error", () => undefined);
        socket.once("data", () => socket.resetAndDestroy());
    });
    return `127.0.0.1:${await listen(server)}`;
}

export interface WorkerAnswers {
    clusterId?: string;
    health?: { status: number; body: string | object };
    /** State of each task by connector; the connectors' own state is RUNNING unless `connectorState` is set. */
    tasks?: Record<string, string[]>;
    connectorState?: string;
    /** Called with the name of a connector to restart. */
    restarted?: (connector: string) => void;
}

/**
 * A server with the parts of Connect's REST API that the probes read. `answers` may be changed while it runs.
 *
 * @param tls default: plain.
 */
export async function startWorker(answers: WorkerAnswers, tls?: TlsOptions): Promise<string> {
    const respond = (path: string, type?: string): { status: number; body: string | object } => {
        if (path === "/health") {
            return (
                answers.health ?? { status: 200, body: { status: "healthy", message: "Worker has completed startup" } }
            );
        }
        if (path === "/connectors?expand=status&expand=info") return { status: 200, body: expandedStatus(answers) };

        const restarted = /^\/connectors\/(.*)\/restart\?includeTasks=true&onlyFailed=true$/.exec(path)?.[1];
        if (restarted !== undefined) {
            if (type !== "application/json") return { status: 415, body: {} };
            answers.restarted?.(restarted);
            return { status: 202, body: {} };
        }
        return { status: 200, body: { version: "3.9.2", commit: "x", kafka_cluster_id: answers.clusterId ?? "c" } };
    };
    const handle: RequestListener = (request, response) => {
        const { status, body } = respond(request.url ?? "", request.headers["content-type"]);
        const json = typeof body !== "string";
        response.writeHead(status, { "Content-Type": json ? "application/json" : "text/html", Connection: "close" });
        response.end(json ? JSON.stringify(body) : body);
    };
    const server = tls ? createHttpsServer(tls, handle) : createHttpServer(handle);
    return `${tls ? "https" : "http"}://127.0.0.1:${await listen(server)}`;
}

function expandedStatus(answers: WorkerAnswers): object {
    const worker_id = "connect-0:8083";
    return Object.fromEntries(
        Object.entries(answers.tasks ?? {}).map(([name, states]) => [
            name,
            {
                status: {
                    name,
                    type: "sink",
                    connector: { state: answers.connectorState ?? "RUNNING", worker_id },
                    tasks: states.map((state, id) => ({ id, state, worker_id })),
                },
                info: { name, config: { name, topics: "a, b" } },
            },
        ]),
    );
}
