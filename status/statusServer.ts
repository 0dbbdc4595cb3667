import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { messageOf } from "../servers/wait";
import type { Look } from "./flow";
import { type PageAssets, type PageState, renderFragment, renderPage, securityPolicy } from "./page/page";
import type { PlatformTarget } from "./platform";
import { PROMETHEUS_TYPE, prometheusText } from "./prometheus";
import { reportJson } from "./reportJson";
import { StatusLooks } from "./statusLooks";

export interface ServeOptions {
    /** Port on 127.0.0.1; 0 takes any that is free. */
    port: number;
    /** Seconds between two looks; default 2. */
    intervalSeconds?: number;
}

export interface StatusServer {
    /** Where the page is. */
    url: string;
    close(): Promise<void>;
}

/** Loopback and nothing else: the page has no login. */
const BIND_ADDRESS = "127.0.0.1";

/** Serves the page until SIGINT or SIGTERM comes. */
export async function serveStatus(target: PlatformTarget, options: ServeOptions): Promise<void> {
    const server = await startStatusServer(target, options);
    process.stdout.write(`Stack ${target.stack} is shown at ${server.url} (end with Ctrl-C)\n`);
    await new Promise((resolve) => {
        process.once("SIGINT", resolve);
        process.once("SIGTERM", resolve);
    });
    await server.close();
}

/** Serves the page. Throws when the port is taken. */
export async function startStatusServer(
    target: PlatformTarget,
    { port, intervalSeconds = 2 }: ServeOptions,
): Promise<StatusServer> {
    const looks = new StatusLooks(target, intervalSeconds);
    const assets = readAssets();
    const server = createServer((request, response) => {
        answer(request, response, looks, assets).catch((error: unknown) => {
            send(response, 500, "text/plain", `${messageOf(error)}\n`);
        });
    });
    await listen(server, port);
    return {
        url: `http://${BIND_ADDRESS}:${(server.address() as AddressInfo).port}/`,
        close: async () => {
            server.close();
            server.closeAllConnections();
            await looks.close();
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
    looks: StatusLooks,
    assets: PageAssets,
): Promise<void> {
    if (!isLoopbackName(request.headers.host)) {
        // A foreign name that leads here is how a web page elsewhere would read this one (DNS rebinding).
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
    const { type, text } = await make(looks, assets);
    response.setHeader("Content-Security-Policy", securityPolicy(assets));
    send(response, 200, type, text);
}

const pages: Record<string, (looks: StatusLooks, assets: PageAssets) => Promise<Body>> = {
    "/": async (looks, assets) => ({ type: "text/html", text: renderPage(await looks.current(), assets) }),
    "/fragment": async (looks) => ({ type: "text/html", text: renderFragment(await looks.current()) }),
    "/report.json": async (looks) => {
        const { report, found } = answered(await looks.current());
        return { type: "application/json", text: `${reportJson(report, found, 4)}\n` };
    },
    "/metrics": async (looks) => {
        return { type: PROMETHEUS_TYPE, text: prometheusText(answered(await looks.once()).report) };
    },
};

/** For programs: an old look, or none, would look like an answer. */
function answered({ look, failure }: PageState): Look {
    if (look === undefined || failure !== undefined) {
        throw new Error(`the platform cannot be asked: ${failure?.error ?? "no look yet"}`);
    }

    return look;
}

function isLoopbackName(host: string | undefined): boolean {
    return /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/i.test(host ?? "");
}

/** Node.js leaves out the body of an answer to HEAD. */
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
