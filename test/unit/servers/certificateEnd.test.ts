import { createServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer, TLSSocket } from "node:tls";
import type { Credentials } from "@connect-cdc/connector/client";
import { afterEach, describe, expect, it } from "vitest";
import { makeAuthority, makeCertificate } from "../../../components/certificates/x509";
import { certificateLife, lifeOf } from "../../../servers/certificateEnd";
import { startTls } from "../../../servers/postgres";

const DAY_MS = 86_400_000;
const now = Math.floor(Date.now() / 1000) * 1000;
const begin = now - 10 * DAY_MS;
const authority = makeAuthority("test", 100, begin);
const certificate = (days: number, addresses = ["127.0.0.1"]) =>
    makeCertificate({ commonName: "kafka", addresses, days }, authority, begin);
const credentials: Credentials = { ca: authority.cert, ...certificate(30) };

const open: Server[] = [];
const sockets = new Set<Socket>();

afterEach(() => {
    sockets.forEach((socket) => socket.destroy());
    open.splice(0).forEach((server) => server.close());
});

async function listen(server: Server): Promise<string> {
    open.push(server);
    server.on("connection", (socket: Socket) => sockets.add(socket.on("error", () => undefined)));
    server.on("tlsClientError", () => undefined);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return `127.0.0.1:${(server.address() as { port: number }).port}`;
}

const options = (days: number, addresses?: string[]) => ({
    ...certificate(days, addresses),
    ca: authority.cert,
    requestCert: true,
});

describe("the life of a server's certificate", () => {
    it.each(["TLSv1.2", "TLSv1.3"] as const)("is read from a handshake of %s", async (maxVersion) => {
        const target = await listen(createTlsServer({ ...options(40), maxVersion }));
        const { validFrom, validTo } = await certificateLife(target, credentials);
        expect(validTo).toBe(begin + 40 * DAY_MS);
        expect(validFrom).toBeLessThan(begin);
    });

    it("is known when it has ended", async () => {
        const target = await listen(createTlsServer(options(9)));
        expect((await certificateLife(target, credentials)).validTo).toBe(begin + 9 * DAY_MS);
    });

    it("is known to a client whose own certificate has ended", async () => {
        const target = await listen(createTlsServer({ ...options(40), maxVersion: "TLSv1.3" }));
        const ended = { ...credentials, ...certificate(9) };
        expect((await certificateLife(target, ended)).validTo).toBe(begin + 40 * DAY_MS);
    });

    it("is read from PostgreSQL after its request for TLS", async () => {
        const server = createServer((socket) => {
            socket.once("data", (request) => {
                expect(request).toEqual(startTls.request);
                socket.write("S");
                const secured = new TLSSocket(socket, { ...options(40), isServer: true });
                secured.on("error", () => undefined);
            });
        });
        const target = await listen(server);
        expect((await certificateLife(target, credentials, { startTls })).validTo).toBe(begin + 40 * DAY_MS);
    });

    it("is that of the trusted server only", async () => {
        const target = await listen(createTlsServer(options(40)));
        const { cert } = makeAuthority("other", 100);
        await expect(certificateLife(target, { ...credentials, ca: cert })).rejects.toThrow(
            "has no certificate to trust",
        );
        const other = await listen(createTlsServer(options(40, ["elsewhere"])));
        await expect(certificateLife(other, credentials)).rejects.toThrow(
            `${other} has no certificate to trust (ERR_TLS_CERT_ALTNAME_INVALID)`,
        );
    });

    it("is not known of a plain, a silent, or no server", async () => {
        const plain = await listen(createServer((socket) => socket.once("data", () => socket.end("N"))));
        await expect(certificateLife(plain, credentials, { startTls })).rejects.toThrow(`${plain} takes no TLS`);
        await expect(certificateLife(plain, credentials)).rejects.toThrow(`${plain} does not answer`);
        const silent = await listen(createServer());
        const limit = { timeoutMs: 100 };
        await expect(certificateLife(silent, credentials, limit)).rejects.toThrow(
            `${silent} gave no answer within 100 ms`,
        );
        await expect(certificateLife("127.0.0.1:1", credentials)).rejects.toThrow("127.0.0.1:1 does not answer");
    });

    it("is that of the first certificate of a text", () => {
        const { cert } = certificate(40);
        expect(lifeOf(cert + authority.cert).validTo).toBe(begin + 40 * DAY_MS);
    });
});
