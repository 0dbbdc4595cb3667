import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { messageOf } from "@connect-cdc/connector/client";
import type { PlatformStatus } from "./findings/findings";
import { type PageAssets, type PageState, renderFragment, renderPage, securityPolicy } from "./page/page";
import type { PlatformTarget } from "./platformTarget";
import { PROMETHEUS_TYPE, prometheusText } from "./prometheus";
import { snapshotJson } from "./snapshotJson";
import { SnapshotPoller } from "./snapshotPoller";

export interface ServeOptions {
    /** Port on 127.0.0.1; 0: any free port. */
    port: number;
    /** Seconds between two snapshots. Default 2. */
    intervalSeconds?: number;
}

export interface StatusServer {
    /** URL of the page. */
    url: string;
    close(): Promise<void>;
}

/** Only loopback: the page has no login. */
const BIND_ADDRESS = "127.0.0.1";

/** Serves the page until SIGINT or SIGTERM. */
export async function serveStatus(target: PlatformTarget, options: ServeOptions): Promise<void> {
    const server = await startStatusServer(target, options);
    process.stdout.write(`Stack ${target.stack} is shown at ${server.url} (end with Ctrl-C)\n`);
    await new Promise((resolve) => {
        process.once("SIGINT", resolve);
        process.once("SIGTERM", resolve);
    });
    await server.close();
}

/** Serves the page. Throws when the port is in use. */
export async function startStatusServer(
    target: PlatformTarget,
    { port, intervalSeconds = 2 }: ServeOptions,
): Promise<StatusServer> {
    const poller = new SnapshotPoller(target, intervalSeconds);
    const assets = readAssets();
    const server = createServer((request, response) => {
        answer(request, response, poller, assets).catch((error: unknown) => {
            send(response, 500, "text/plain", `${messageOf(error)}\n`);
        });
    });
    await listen(server, port);
    return {
        url: `http://${BIND_ADDRESS}:${(server.address() as AddressInfo).port}/`,
        close: async () => {
            server.close();
            server.closeAllConnections();
            await poller.close();
        },
    };
}

function readAssets(): PageAssets {
    const read = (name: string) => readFileSync(join(__dirname, "page", name), "utf8");
    return { style: read("pageStyle.css"), script: read("pageScript.js") };
}

function listen(server: Server, port: number): Promise<void> {
    return new Promise((resolve, reject) => {
        server.once("error", (error: NodeJS.ErrnoException) => {
            const isTaken = error.code === "EADDRINUSE";
            const reason = isTaken ? "is held by another process" : `cannot be opened (${messageOf(error)})`;
            reject(new Error(`port ${port} of ${BIND_ADDRESS} ${reason}; take another: npm run status -- --serve 0`));
        });
        server.listen(port, BIND_ADDRESS, resolve);
    });
}

type Body = { type: string; text: string };

async function answer(
    request: IncomingMessage,
    response: ServerResponse,
    poller: SnapshotPoller,
    assets: PageAssets,
): Promise<void> {
    if (!isLoopbackName(request.headers.host)) {
        // DNS rebinding: a foreign name that resolves to loopback would let another web page read this one
        return send(response, 403, "text/plain", "Only for 127.0.0.1 and localhost.\n");
    }
    const make = pages[new URL(request.url ?? "/", "http://localhost").pathname];
    if (make === undefined) {
        return send(response, 404, "text/plain", "There are /, /fragment, /report.json and /metrics.\n");
    }

    if (request.method !== "GET" && request.method !== "HEAD") {
        response.setHeader("Allow", "GET, HEAD");
        return send(response, 405, "text/plain", "Only GET and HEAD.\n");
    }
    const { type, text } = await make(poller, assets);
    response.setHeader("Content-Security-Policy", securityPolicy(assets));
    send(response, 200, type, text);
}

const pages: Record<string, (poller: SnapshotPoller, assets: PageAssets) => Promise<Body>> = {
    "/": async (poller, assets) => ({ type: "text/html", text: renderPage(await poller.current(), assets) }),
    "/fragment": async (poller) => ({ type: "text/html", text: renderFragment(await poller.current()) }),
    "/report.json": async (poller) => {
        return { type: "application/json", text: `${snapshotJson(latest(await poller.current()), 4)}\n` };
    },
    "/metrics": async (poller) => {
        return { type: PROMETHEUS_TYPE, text: prometheusText(latest(await poller.once()).snapshot) };
    },
};

/** The current status for programs. Throws instead of returning an old one. */
function latest({ status, failure }: PageState): PlatformStatus {
    if (status === undefined || failure !== undefined) {
        throw new Error(`no snapshot of the platform: ${failure?.error ?? "none was taken yet"}`);
    }

    return status;
}

function isLoopbackName(host: string | undefined): boolean {
    return /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/i.test(host ?? "");
}

/** Node.js omits the body in the answer to HEAD. */
function send(response: ServerResponse, status: number, type: string, text: string): void {
    response.writeHead(status, {
        "Content-Type": `${type}; charset=utf-8`,
        "Cache-Control": "no-store",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
    });
    response.end(text);
}
