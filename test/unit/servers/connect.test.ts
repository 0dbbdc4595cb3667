import { createServer, Server, ServerResponse } from "node:http";
import { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { assertHealthy, restartFailed, workerInfo } from "../../../servers/connect";

let server: Server;
let url: string;
let requests: string[];
let answer: (response: ServerResponse) => void;

beforeEach(async () => {
    requests = [];
    server = createServer((request, response) => {
        requests.push(`${request.method} ${request.url} ${request.headers["content-type"]}`);
        answer(response);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterEach(() => {
    server.closeAllConnections();
    server.close();
});

const json = (status: number, body: object) => (response: ServerResponse) =>
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
const html = (status: number) => (response: ServerResponse) => response.writeHead(status).end("<p>");

describe("a failed request to a worker has its reason", () => {
    it("of its health", async () => {
        answer = html(404);
        await expect(assertHealthy(url)).rejects.toThrow(
            `worker ${url} does not serve its REST API yet (status 404 without JSON)`,
        );
        answer = json(503, { status: "starting", message: "Worker is still starting up." });
        await expect(assertHealthy(url)).rejects.toThrow(
            `worker ${url} is not healthy (status 503: Worker is still starting up.)`,
        );
        answer = json(200, { status: "healthy", message: "Worker has completed startup." });
        await assertHealthy(url);
    });

    it("of any other request", async () => {
        answer = json(200, { version: "3.9.2", kafka_cluster_id: "k" });
        expect(await workerInfo(url)).toEqual({ version: "3.9.2", kafka_cluster_id: "k" });
        for (const status of [200, 500]) {
            answer = html(status);
            await expect(workerInfo(url)).rejects.toThrow(`worker ${url} answered GET / with status ${status}`);
        }
        const closed = "http://127.0.0.1:1";
        await expect(workerInfo(closed)).rejects.toThrow(
            `worker ${closed} does not answer (connect ECONNREFUSED 127.0.0.1:1)`,
        );
    });

    it("of a restart, which calls itself JSON", async () => {
        answer = (response) => response.writeHead(204).end();
        await restartFailed(url, "a b");
        const path = "/connectors/a%20b/restart?includeTasks=true&onlyFailed=true";
        expect(requests).toEqual([`POST ${path} application/json`]);
        answer = json(409, { error_code: 409, message: "rebalance" });
        await expect(restartFailed(url, "a b")).rejects.toThrow(`worker ${url} answered POST ${path} with status 409`);
    });
});
