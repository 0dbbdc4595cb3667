import { createServer as createHttpServer } from "node:http";
import { AddressInfo, createServer, Server, Socket } from "node:net";
import { afterEach, beforeEach, expect, it } from "vitest";
import { ConnectAuth } from "../../packages/connector/src/client/auth";
import { ConnectClient } from "../../packages/connector/src/client/client";
import { Deadline, systemClock } from "../../packages/connector/src/client/clock";
import { Progress } from "../../packages/connector/src/client/progress";
import { Redactor } from "../../packages/connector/src/client/redact";
import { Request } from "../../packages/connector/src/client/sendRequest";

const LIST: Request = { method: "GET", path: "/connectors" };

/** Sockets of the worker that accepts connections and never answers, like one that hangs. */
let silent: { server: Server; sockets: Socket[] };
let answering: { server: Server; sockets: Socket[]; authorizations: (string | undefined)[] };

beforeEach(async () => {
    silent = { server: createServer(), sockets: [] };
    const authorizations: (string | undefined)[] = [];
    const server = createHttpServer((request, response) => {
        authorizations.push(request.headers.authorization);
        response.writeHead(200, { "content-type": "application/json" }).end("[]");
    });
    answering = { server, sockets: [], authorizations };
    for (const { server, sockets } of [silent, answering]) {
        server.on("connection", (socket) => sockets.push(socket));
        await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    }
});
afterEach(async () => {
    for (const { server, sockets } of [silent, answering]) {
        sockets.forEach((socket) => socket.destroy());
        await new Promise((resolve) => server.close(resolve));
    }
});

const urlOf = ({ server }: { server: Server }) => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

function clientOf(restUrls: string[], auth?: ConnectAuth): ConnectClient {
    const deadline = new Deadline(systemClock, 90);
    const progress = new Progress("test", deadline, () => undefined);
    return new ConnectClient(restUrls, { deadline, progress, redactor: new Redactor(), auth });
}

it("sends a request to the next worker after 10 s when one accepts it and does not answer", async () => {
    const client = clientOf([urlOf(silent), urlOf(answering)]);
    const start = Date.now();
    expect(await client.call(LIST)).toEqual([]);
    expect(Date.now() - start).toBeLessThan(30_000);
    expect(silent.sockets).toHaveLength(1);
    // and stays with the one that answers
    await client.call(LIST);
    expect(silent.sockets).toHaveLength(1);
});

it("uses one connection for requests that follow each other, and sends the user with each", async () => {
    const client = clientOf([urlOf(answering)], { basic: { username: "me", password: "p:w" } });
    for (let i = 0; i < 3; i++) await client.call(LIST);

    expect(answering.sockets).toHaveLength(1);
    const basic = `Basic ${Buffer.from("me:p:w").toString("base64")}`;
    expect(answering.authorizations).toEqual([basic, basic, basic]);
});
