import { createServer as createHttpsServer } from "node:https";
import type { Server, Socket } from "node:net";
import { type SecureContextOptions, TLSSocket } from "node:tls";
import { createServer as createTlsServer } from "node:tls";
import { Deadline, systemClock } from "@connect-cdc/connector/client";
import { connectionOf, type DatabaseAccess, findCaptureProblems } from "@connect-cdc/connector/postgres";
import { Admin } from "@platformatic/kafka";
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { RowSender } from "../../../bench/chainEnds";
import { kafkaOptions } from "../../../bench/kafkaOptions";
import { slotCheck, slotDatabase } from "../../../cli/offsets/slotCheck";
import { reconcileStack } from "../../../cli/reconcile/reconcileStack";
import { databaseAccess, platformTarget, readStackOutputs, type StackOutputs } from "../../../cli/stack/stackOutputs";
import { TableReader } from "../../../servers/tableReader";
import { takeSnapshot } from "../../../status/takeSnapshot";
import { databaseClient } from "../../support/rows/databaseClient";
import { setState } from "../../support/stack/connectorState";
import { postgresServer } from "../../support/tls/postgresServer";
import { makeTestTls, type TestTls } from "../../support/tls/testCredentials";

/*
 * The tools of a stack whose database has TLS: each sends its login over TLS, to a server with the right certificate only.
 */

vi.mock("../../../cli/stack/stackOutputs", async (original) => ({
    ...(await original<object>()),
    readStackOutputs: vi.fn(),
}));

const sourceConfig = {
    "connector.class": "io.debezium.connector.postgresql.PostgresConnector",
    "database.dbname": "d",
    "slot.name": "s",
    "publication.name": "p",
};
const offset = { partition: {}, offset: { lsn_proc: 1 } };

let here: TestTls;
/** A server with the certificate of another address. */
let elsewhere: TestTls;
let open: Server[] = [];
const sockets = new Set<Socket>();
/** What servers got as the first message. */
let startups: { text: string; secured: boolean }[];

beforeAll(() => {
    here = makeTestTls("IP:127.0.0.1");
    elsewhere = makeTestTls("IP:127.0.0.2,DNS:localhost");
});

beforeEach(() => (startups = []));

afterEach(async () => {
    sockets.forEach((socket) => socket.destroy());
    await Promise.all(open.map((server) => new Promise((resolve) => server.close(resolve))));
    open = [];
});

async function listen(server: Server): Promise<string> {
    open.push(server);
    server.on("connection", (socket: Socket) => sockets.add(socket));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return `127.0.0.1:${(server.address() as { port: number }).port}`;
}

function startDatabase(tls: TestTls): Promise<string> {
    const onStartup = (data: Buffer, socket: Socket) => {
        startups.push({ text: data.toString("latin1"), secured: socket instanceof TLSSocket });
        socket.destroy();
    };
    return listen(postgresServer(tls.server, onStartup));
}

/** A worker that has one source, and takes requests to pause it. */
async function startWorker(): Promise<string> {
    const member = { state: "PAUSED", worker_id: "w" };
    const source = {
        info: { name: "source", config: sourceConfig, tasks: [], type: "source" },
        status: { name: "source", connector: member, tasks: [{ ...member, id: 0 }], type: "source" },
    };
    const server = createHttpsServer(here.server as SecureContextOptions, (request, response) => {
        const isList = request.url?.startsWith("/connectors?");
        response.writeHead(isList ? 200 : 202, { "Content-Type": "application/json" });
        response.end(JSON.stringify(isList ? { source } : {}));
    });
    return `https://${await listen(server)}`;
}

/** Outputs of a stack with the mode prefer. */
async function outputsWith(tls: TestTls): Promise<StackOutputs> {
    const [address, worker] = [await startDatabase(tls), await startWorker()];
    return {
        addresses: { zookeeper: [], kafka: [], connect: [worker], postgres: address },
        restUrls: [worker],
        engines: {},
        tls: "prefer",
        operator: { ...here.credentials, ca: here.credentials.ca + elsewhere.credentials.ca },
        database: { address, name: "d", user: "reader", password: "p%@/w" },
        jmsBroker: { user: "", password: "", queues: [] },
        connectors: {},
    };
}

const asked = (access: DatabaseAccess) => findCaptureProblems([sourceConfig], access, new Deadline(systemClock, 5));

/** Each tool: it fails, because the server ends the connection after the login. */
const tools: [string, (outputs: StackOutputs) => Promise<unknown>][] = [
    ["checks and drops of the package", (outputs) => asked(databaseAccess(outputs)!)],
    ["the reader of tables", (outputs) => TableReader.open(databaseAccess(outputs)!, {})],
    ["npm run reconcile", (outputs) => reconcileStack(outputs, { isWanted: () => true, onProgress: () => undefined })],
    [
        "the captures of npm run status",
        async (outputs) => {
            const target = platformTarget("s", outputs);
            const { database } = await takeSnapshot(target);
            const captures = database?.captures;
            if (captures?.ok === false) throw new Error(captures.error);
        },
    ],
    [
        "the slots of npm run status",
        async (outputs) => {
            const { database } = await takeSnapshot(platformTarget("s", outputs));
            const answer = database?.answer;
            if (answer?.ok === false) throw new Error(answer.error);
        },
    ],
    [
        "the check of npm run offsets",
        async (outputs) => {
            vi.mocked(readStackOutputs).mockResolvedValue(outputs);
            const check = await slotCheck(sourceConfig, [offset], () => slotDatabase(undefined, "s"));
            await check!((line) => {
                throw new Error(line);
            });
        },
    ],
    [
        "the benchmark's writer of rows",
        async (outputs) => {
            const sender = new RowSender(outputs);
            await sender.burst(1).finally(() => sender.close());
        },
    ],
    ["the tests' client", (outputs) => databaseClient(outputs, {}).connect()],
];

describe.each(tools)("%s", (_, use) => {
    it("sends the login over TLS", async () => {
        await expect(use(await outputsWith(here))).rejects.toThrow();
        expect(startups).not.toEqual([]);
        for (const startup of startups) {
            expect(startup).toEqual({ text: expect.stringContaining("reader"), secured: true });
        }
    });

    it("sends nothing to a server with the certificate of another address", async () => {
        await expect(use(await outputsWith(elsewhere))).rejects.toThrow(/127\.0\.0\.1.*is not in the cert/);
        expect(startups).toEqual([]);
    });
});

describe("settings of pg", () => {
    const hostOf = (url: string) => connectionOf({ url, ca: "authority" }).ssl?.host;

    it("name the host that the certificate must have, which older versions of pg do not do for an address", () => {
        expect(hostOf("postgresql://me:p%40w@127.0.0.1:5432/d")).toBe("127.0.0.1");
        expect(hostOf("postgresql://me@[::1]:5432/d?sslmode=disable")).toBe("::1");
        expect(hostOf("postgresql://db.example.com/d")).toBe("db.example.com");
        expect(hostOf("postgresql://ignored/d?host=10.0.0.1")).toBe("10.0.0.1");
    });

    it("are the URL's own without authorities", () => {
        expect(connectionOf("postgresql://a/d?sslmode=require")).toEqual({
            connectionString: "postgresql://a/d?sslmode=require",
        });
    });
});

describe("the database of a stack", () => {
    it("has no authorities where the stack's clients use plain links", async () => {
        const outputs = await outputsWith(here);
        for (const tls of ["off", "offer", undefined] as const) {
            expect(databaseAccess({ ...outputs, tls })!.ca).toBeUndefined();
            expect(platformTarget("s", { ...outputs, tls }).database!.ca).toBeUndefined();
        }
        expect(databaseAccess({ ...outputs, database: { ...outputs.database, address: undefined } })).toBeUndefined();
    });
});

describe("the benchmark", () => {
    it("asks brokers with the operator's credentials", async () => {
        const keys: number[] = [];
        const server = createTlsServer(here.server, (socket) => {
            socket.on("error", () => undefined);
            socket.once("data", (data) => {
                keys.push(data.readInt16BE(4));
                socket.destroy();
            });
        });
        const outputs = await outputsWith(here);
        const addresses = { ...outputs.addresses, kafka: [await listen(server)] };
        const admin = new Admin({ ...kafkaOptions({ ...outputs, addresses }), retries: 0 });
        await expect(admin.listTopics()).rejects.toThrow();
        await admin.close();
        expect(keys, "a request of the protocol").not.toEqual([]);
    });

    it("pauses connectors with the operator's credentials", async () => {
        const { restUrls, operator } = await outputsWith(here);
        await setState(restUrls[0]!, "source", "pause", "PAUSED", operator);
        await expect(setState(restUrls[0]!, "source", "pause", "PAUSED")).rejects.toThrow();
    });
});
