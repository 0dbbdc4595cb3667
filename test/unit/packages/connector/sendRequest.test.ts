import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type IncomingMessage, type RequestListener } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, it, vi } from "vitest";
import { accessWith } from "../../../../packages/connector/src/client/auth";
import { sendRequest } from "../../../../packages/connector/src/client/sendRequest";
import { makeCertificate } from "../../../support/workers/certificates";

const REQUEST = { method: "GET", path: "/" } as const;

afterEach(() => vi.unstubAllEnvs());

/** Runs with a server on this machine, and gives its port. */
async function withServer<T>(listener: RequestListener, work: (port: number) => Promise<T>): Promise<T> {
    const server = createServer(listener).listen(0, "127.0.0.1");
    try {
        await once(server, "listening");
        return await work((server.address() as AddressInfo).port);
    } finally {
        server.closeAllConnections();
        server.close();
    }
}

it("https:// at a port without TLS is refused with what to do", async () => {
    const outcome = await withServer(
        (_, response) => response.end("{}"),
        (port) => sendRequest(`https://127.0.0.1:${port}`, REQUEST, accessWith(), 5000),
    );
    expect(outcome).toMatchObject({
        kind: "refused",
        detail: expect.stringMatching(/This port does not use TLS: write http:\/\/ in restUrls$/),
    });
});

it("a token and own headers go with every request", async () => {
    const access = accessWith({ bearer: "token-22", headers: { "X-Api-Key": "key-22" } });
    const outcome = await withServer(
        ({ headers }, response) => response.end(JSON.stringify(headers)),
        (port) => sendRequest(`http://127.0.0.1:${port}`, REQUEST, access, 5000),
    );
    expect(outcome).toMatchObject({
        body: { authorization: "Bearer token-22", "x-api-key": "key-22", accept: "application/json" },
    });
});

it("http:// workers elsewhere are reached through the proxy of the environment, unless NO_PROXY has them", async () => {
    const asked: IncomingMessage[] = [];
    await withServer(
        (request, response) => {
            asked.push(request);
            response.writeHead(request.headers["proxy-authorization"] ? 200 : 407).end("{}");
        },
        async (port) => {
            const ask = () => sendRequest("http://connect.test:8083/below", REQUEST, accessWith(), 5000);
            vi.stubEnv("HTTP_PROXY", `http://127.0.0.1:${port}`);
            expect(await ask()).toMatchObject({ kind: "refused", detail: expect.stringContaining("HTTPS_PROXY=") });
            vi.stubEnv("HTTP_PROXY", `http://me:secret@127.0.0.1:${port}`);
            expect(await ask()).toMatchObject({ ok: true });
            expect(asked.map(({ url }) => url)).toEqual(Array(2).fill("http://connect.test:8083/below/"));
            // Workers of this machine need no proxy
            await sendRequest("http://127.0.0.1:9", REQUEST, accessWith(), 5000);
            vi.stubEnv("NO_PROXY", "connect.test");
            expect(await ask()).toMatchObject({ kind: "unreachable" });
        },
    );
    expect(asked).toHaveLength(2);
});

it.each<[string, number, Record<string, string>, string, RegExp]>([
    ["a redirection", 302, { location: "https://login.test/" }, "", /redirects to https:\/\/login\.test\/.*restUrls/],
    ["Jetty's word on a name in TLS", 400, {}, "<h2>HTTP ERROR 400 Invalid SNI</h2>", /auth\.tls\.serverName/],
    ["nginx' word on a port", 400, {}, "The plain HTTP request was sent to HTTPS port", /write https:\/\//],
    ["any other page", 400, {}, "<h2>Bad Request</h2>", /it is Connect's REST API/],
])("%s comes with what to do", async (_, status, headers, page, advice) => {
    const outcome = await withServer(
        (_, response) => response.writeHead(status, headers).end(page),
        (port) => sendRequest(`http://127.0.0.1:${port}`, REQUEST, accessWith(), 5000),
    );
    expect(outcome).toMatchObject({ kind: "refused", detail: expect.stringMatching(advice) });
});

it("http:// at a port with TLS comes with what to do", async () => {
    const folder = mkdtempSync(join(tmpdir(), "connect-cdc-tls-"));
    const { cert, key } = makeCertificate(folder, "localhost");
    const server = createTlsServer({ cert, key }).listen(0, "127.0.0.1");
    try {
        await once(server, "listening");
        const { port } = server.address() as AddressInfo;
        const outcome = await sendRequest(`http://127.0.0.1:${port}`, REQUEST, accessWith(), 5000);
        expect(outcome).toMatchObject({
            ok: false,
            detail: expect.stringMatching(/write https:\/\/ in restUrls/),
        });
    } finally {
        server.close();
        rmSync(folder, { recursive: true });
    }
});
