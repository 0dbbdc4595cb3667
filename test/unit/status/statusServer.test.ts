import { createServer, type IncomingHttpHeaders, request } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { PlatformTarget } from "../../../status/platformTarget";
import { startStatusServer, type StatusServer } from "../../../status/statusServer";

/** A platform of one server that nothing listens for. */
const target: PlatformTarget = {
    stack: "nowhere",
    project: "connect-cdc",
    engines: {},
    zookeeper: ["127.0.0.1:1"],
    kafka: [],
    connect: [],
    connectors: {},
};

let server: StatusServer;

beforeAll(async () => {
    server = await startStatusServer(target, { port: 0 });
});

afterAll(() => server.close());

interface Got {
    status: number;
    headers: IncomingHttpHeaders;
    body: string;
}

function ask(path: string, options: { method?: string; host?: string } = {}): Promise<Got> {
    const { method = "GET", host = new URL(server.url).host } = options;
    return new Promise((resolve, reject) => {
        const sent = request(new URL(path, server.url), { method, headers: { Host: host } }, (response) => {
            let body = "";
            response.setEncoding("utf8").on("data", (text: string) => (body += text));
            response.on("end", () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }));
        });
        sent.on("error", reject).end();
    });
}

describe("the status server", () => {
    it("serves the page, its changing part and the snapshot", async () => {
        const page = await ask("/");
        expect(page.status).toBe(200);
        expect(page.headers["content-type"]).toBe("text/html; charset=utf-8");
        expect(page.body).toMatch(/zookeeper-0<\/b>\s*<span class="pill wrong">no answer</);
        expect((await ask("/fragment")).body).toMatch(/^<main id="live"/);
        const { findings, report } = JSON.parse((await ask("/report.json")).body);
        expect(report.stack).toBe("nowhere");
        expect(findings.map(({ key }: { key: string }) => key)).toContain("member:zookeeper-0");
    });

    it("listens on loopback only", () => {
        expect(new URL(server.url).hostname).toBe("127.0.0.1");
    });

    it("answers HEAD like GET without a body", async () => {
        const head = await ask("/", { method: "HEAD" });
        expect(head).toMatchObject({ status: 200, body: "" });
        expect(head.headers["content-security-policy"]).toContain("default-src 'none'");
    });

    it("refuses host names other than those of loopback", async () => {
        for (const host of ["evil.example", "evil.example:80", "127.0.0.1.evil.example", "localhost.evil.example"]) {
            expect((await ask("/report.json", { host })).status, host).toBe(403);
        }

        for (const host of ["localhost:1", "127.0.0.1", "[::1]:1"]) {
            expect((await ask("/fragment", { host })).status, host).toBe(200);
        }
    });

    it("refuses other paths and methods", async () => {
        expect((await ask("/nothing")).status).toBe(404);
        expect((await ask("/constructor")).status).toBe(404);
        for (const method of ["POST", "PUT", "DELETE", "OPTIONS"]) {
            const { status, headers } = await ask("/", { method });
            expect([method, status, headers.allow]).toEqual([method, 405, "GET, HEAD"]);
        }
    });

    it("lets no other origin read an answer, and nothing keep one", async () => {
        const { headers } = await ask("/report.json");
        expect(headers["access-control-allow-origin"]).toBeUndefined();
        expect(headers["cross-origin-resource-policy"]).toBe("same-origin");
        expect(headers["cache-control"]).toBe("no-store");
    });

    it("names the port in use, and the remedy", async () => {
        const other = createServer();
        await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
        const { port } = other.address() as AddressInfo;
        await expect(startStatusServer(target, { port })).rejects.toThrow(
            `port ${port} of 127.0.0.1 is held by another process; take another: npm run status -- --serve 0`,
        );
        other.close();
    });

    it("ends while a browser keeps its connection", async () => {
        const short = await startStatusServer(target, { port: 0 });
        await (await fetch(short.url)).text();
        await short.close();
        await expect(fetch(short.url)).rejects.toThrow();
    });
});
