import { createServer as createHttpServer } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import { createServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer, type SecureContextOptions } from "node:tls";
import type { Credentials } from "@connect-cdc/connector/client";
import { create_container } from "rhea";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import * as artemis from "../../../servers/artemis";
import * as connect from "../../../servers/connect";
import { clusterReady } from "../../../servers/health";
import { clusterView } from "../../../servers/kafka";
import * as postgres from "../../../servers/postgres";
import { readQueue } from "../../../servers/queueReader";
import { assertReady, subjects } from "../../../servers/registry";
import { serverState } from "../../../servers/zookeeper";
import { postgresServer } from "../../support/tls/postgresServer";
import { makeTestTls, type TestTls } from "../../support/tls/testCredentials";

let tls: TestTls;
let elsewhere: TestTls;
const open: Server[] = [];
const sockets = new Set<Socket>();

beforeAll(() => {
    tls = makeTestTls();
    elsewhere = makeTestTls("DNS:elsewhere,DNS:localhost");
});

afterEach(async () => {
    sockets.forEach((socket) => socket.destroy());
    await Promise.all(open.splice(0).map((server) => new Promise((resolve) => server.close(resolve))));
});

async function listen(server: Server): Promise<string> {
    open.push(server);
    server.on("connection", (socket: Socket) => sockets.add(socket));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return `127.0.0.1:${(server.address() as { port: number }).port}`;
}

/** Answers each connection of a trusted client by `onData`. */
function serve(onData: (data: Buffer, socket: Socket) => void, { server } = tls): Promise<string> {
    const tlsServer = createTlsServer(server, (socket) => {
        socket.on("error", () => undefined);
        socket.on("data", (data) => onData(data, socket));
    });
    tlsServer.on("tlsClientError", () => undefined);
    return listen(tlsServer);
}

function serveHttps(answers: Record<string, unknown>): Promise<string> {
    const server = createHttpsServer(tls.server as SecureContextOptions, (request, response) => {
        const body = answers[request.url ?? ""];
        response.writeHead(body === undefined ? 404 : 200, { "Content-Type": "application/json" });
        response.end(JSON.stringify(body ?? {}));
    });
    return listen(server);
}

function servePostgres(onStartup: (data: Buffer, socket: Socket) => void, { server } = tls): Promise<string> {
    return listen(postgresServer(server, onStartup));
}

const srvr = "Zookeeper version: 3.8.6-abc, built on 2025-11-10 17:44 UTC\nConnections: 1\nMode: standalone\n";
const passwordRequest = Buffer.from("R\0\0\0\x08\0\0\0\x03", "latin1");

/** Each probe with a server for it. */
const probes: [string, () => Promise<string>, (target: string, credentials?: Credentials) => Promise<unknown>][] = [
    ["a ZooKeeper server", () => serve((_, socket) => socket.end(srvr)), serverState],
    ["a JMS broker", () => serve((data, socket) => socket.write(data)), artemis.assertAccepting],
    [
        "a JMS broker's console",
        () => serveHttps({ "/console/jolokia/": { value: {} } }),
        (target, credentials) =>
            artemis.queueStates({ url: `https://${target}`, user: "cdc", password: "pw", credentials }),
    ],
    ["a schema registry", () => serveHttps({ "/health/ready": {} }), assertReady],
    [
        "a worker",
        () => serveHttps({ "/": { version: "3.9.2" } }),
        (target, credentials) => connect.workerInfo(`https://${target}`, credentials),
    ],
];

describe.each(probes)("%s with TLS", (_, start, ask) => {
    it("answers a client with its certificate, and no other one", async () => {
        const target = await start();
        await ask(target, tls.credentials);
        await expect(ask(target, tls.stranger)).rejects.toThrow(target);
        await expect(ask(target)).rejects.toThrow(target);
    });

    it("is not trusted when its authority is another one", async () => {
        const target = await start();
        const { ca } = elsewhere.credentials;
        await expect(ask(target, { ...tls.credentials, ca })).rejects.toThrow(/certificate/);
    });
});

describe("a console without TLS", () => {
    it("is asked by http, with the credentials of the stack at hand, too", async () => {
        const origins: unknown[] = [];
        const console = createHttpServer((request, response) => {
            origins.push(request.headers.origin);
            response.end(JSON.stringify({ value: {} }));
        });
        const login = { url: `http://${await listen(console)}/console`, user: "cdc", password: "pw" };
        expect(await artemis.queueStates({ ...login, credentials: tls.credentials })).toEqual([]);
        expect(origins).toEqual(["http://localhost"]);
    });
});

describe("the certificate of a server", () => {
    it("must have the address that is asked, not that of this machine", async () => {
        const target = await serve((_, socket) => socket.end(srvr), elsewhere);
        await expect(serverState(target, elsewhere.credentials)).rejects.toThrow(/127\.0\.0\.1.*is not in the cert/);
        const byName = target.replace("127.0.0.1", "localhost");
        expect(await serverState(byName, elsewhere.credentials)).toMatchObject({ mode: "standalone" });
    });
});

describe("a broker with TLS", () => {
    it("gets the request of a client with its certificate", async () => {
        const keys: number[] = [];
        const target = await serve((data, socket) => {
            keys.push(data.readInt16BE(4));
            socket.destroy();
        });
        await expect(clusterView(target, tls.credentials)).rejects.toThrow(`broker ${target} does not answer`);
        expect(keys, "Metadata").toEqual([3]);
        await expect(clusterView(target, tls.stranger)).rejects.toThrow(`broker ${target} does not answer`);
        await expect(clusterView(target)).rejects.toThrow(`broker ${target} does not answer`);
        expect(keys).toEqual([3]);
    });
});

describe("a worker whose clients have renewed credentials", () => {
    it("is asked with the new ones", async () => {
        const url = `https://${await serveHttps({ "/": { version: "3.9.2" } })}`;
        await expect(connect.workerInfo(url, tls.stranger)).rejects.toThrow("does not answer");
        expect(await connect.workerInfo(url, tls.credentials)).toEqual({ version: "3.9.2" });
    });
});

describe("the subjects of a registry with TLS", () => {
    it("are read", async () => {
        const target = await serveHttps({ "/apis/ccompat/v7/subjects": ["a"] });
        expect(await subjects(target, tls.credentials)).toEqual(["a"]);
    });
});

describe("PostgreSQL with TLS", () => {
    it("is content when the server asks for a password", async () => {
        const target = await servePostgres((_, socket) => socket.write(passwordRequest));
        await postgres.assertAccepting(target, tls.credentials);
        const { ca } = elsewhere.credentials;
        await expect(postgres.assertAccepting(target, { ...tls.credentials, ca })).rejects.toThrow(/certificate/);
    });

    it("is not content with a server that takes no TLS", async () => {
        const target = await listen(createServer((socket) => socket.once("data", () => socket.end("N"))));
        await expect(postgres.assertAccepting(target, tls.credentials)).rejects.toThrow(`${target} takes no TLS`);
    });

    it("sends its login to the named server only", async () => {
        const startups: string[] = [];
        const onStartup = (data: Buffer, socket: Socket) => {
            startups.push(data.toString("latin1"));
            socket.destroy();
        };
        const login = { database: "d", user: "reader", password: "pw" };
        const ask = (target: string, ca: string) => {
            const [host, port] = target.split(":") as [string, string];
            return postgres.replicationSlots({ ...login, host, port: Number(port), ca });
        };
        await expect(ask(await servePostgres(onStartup), tls.credentials.ca)).rejects.toThrow();
        expect(startups).toEqual([expect.stringContaining("reader")]);
        const other = await servePostgres(onStartup, elsewhere);
        await expect(ask(other, elsewhere.credentials.ca)).rejects.toThrow(/127\.0\.0\.1.*is not in the cert/);
        expect(startups).toHaveLength(1);
    });
});

describe("a queue of a broker with TLS", () => {
    it("is read", async () => {
        const container = create_container();
        container.sasl_server_mechanisms.enable_plain(() => true);
        container.on("sender_open", ({ sender }) => {
            sender!.set_source(sender!.source);
            sender!.send({ message_id: "1", body: "text" });
        });
        container.on("disconnected", () => undefined);
        const server = container.listen({ port: 0, host: "127.0.0.1", transport: "tls", ...tls.server } as never);
        server.on("tlsClientError", () => undefined);
        await new Promise((resolve) => server.once("listening", resolve));
        open.push(server);
        const login = {
            address: `127.0.0.1:${(server.address() as { port: number }).port}`,
            user: "cdc",
            password: "p",
        };
        const bodies: string[] = [];
        await new Promise<void>((resolve, reject) => {
            const onMessage = ({ body }: { body: string }) => {
                bodies.push(body);
                resolve();
            };
            readQueue({ ...login, credentials: tls.credentials }, "orders", { browse: true, onMessage })
                .then((reader) => reader.close())
                .catch(reject);
        });
        expect(bodies).toEqual(["text"]);
        const options = { browse: true, onMessage: () => undefined, openTimeoutMs: 500 };
        await expect(readQueue({ ...login, credentials: tls.stranger }, "orders", options)).rejects.toThrow(
            "cannot be read",
        );
    });
});

describe("readiness of a cluster with TLS", () => {
    it.each([
        ["zookeeper" as const, () => serve((_, socket) => socket.end(srvr)), ""],
        ["artemis" as const, () => serve((data, socket) => socket.write(data)), ""],
        ["registry" as const, () => serveHttps({ "/health/ready": {} }), ""],
        [
            "connect" as const,
            () => serveHttps({ "/health": { message: "ok" }, "/": { kafka_cluster_id: "k" } }),
            "https://",
        ],
        ["postgres" as const, () => servePostgres((_, socket) => socket.write(passwordRequest)), ""],
    ])("of kind %s needs its credentials", async (kind, start, scheme) => {
        const targets = [`${scheme}${await start()}`];
        expect(await clusterReady({ kind, targets, expected: 1, credentials: tls.credentials })).toEqual({
            done: true,
        });
        if (kind !== "postgres") {
            const attempt = await clusterReady({ kind, targets, expected: 1, credentials: tls.stranger });
            expect(attempt.done).toBe(false);
        }
    });
});
