import * as net from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { parseConfig } from "../../config";
import { preflight, publishedPorts } from "../../preflight";

// A stack that does not exist, on ports that nobody else uses: nothing here starts a container.
const stack = { project: "connect-cdc", stack: "preflight-test" };
const config = parseConfig({
    zookeeper: { clientPort: 29180, quorumPort: 29280, electionPort: 29380 },
    kafka: { port: 29090 },
    connect: { port: 29070 },
    database: { port: 29432 },
    jmsBroker: { port: 29616, consolePort: 29161 },
});

const servers: net.Server[] = [];

function hold(port: number): Promise<void> {
    const server = net.createServer();
    servers.push(server);
    return new Promise((resolve) => server.listen({ host: "127.0.0.1", port }, resolve));
}

afterEach(() => {
    for (const server of servers.splice(0)) server.close();
});

describe("preflight on the real engine", () => {
    it("finds nothing on a machine that is ready", async () => {
        expect(await preflight(config, stack)).toEqual([]);
    });

    it("names every port that another process holds, and the setting that moves it", async () => {
        await hold(29091);
        await hold(29432);
        const faults = await preflight(config, stack);
        expect(faults).toHaveLength(2);
        expect(faults[0]).toMatch(/^kafka\.port: port 29091 of 127\.0\.0\.1 is held by another process/);
        expect(faults[1]).toMatch(/^database\.port: port 29432/);
    });

    it("names an engine that does not answer", async () => {
        const hosts = { local: { endpoint: "unix:///nowhere/docker.sock" } };
        const [fault, ...others] = await preflight(parseConfig({ hosts }), stack);
        expect(fault).toMatch(/^hosts\.local\.endpoint = unix:\/\/\/nowhere\/docker\.sock: no Docker engine answers/);
        expect(others).toEqual([]);
    });
});

describe("publishedPorts", () => {
    it("are one a member, and none of a server that this stack does not run", () => {
        const external = parseConfig({
            database: { managed: false, host: "db" },
            zookeeper: { servers: 1 },
            secrets: { "database-password": "x" },
        });
        expect(publishedPorts(external).map(({ port }) => port)).toEqual([
            2180, 9090, 9091, 9092, 7070, 7071, 7072, 61616, 8161,
        ]);
    });

    it("include those of the metrics where they are on", () => {
        const on = publishedPorts(parseConfig({ metrics: { enabled: true }, connect: { workers: 1 } }));
        expect(on.filter(({ path }) => path.startsWith("metrics.")).map(({ port }) => port)).toEqual([
            9400, 9401, 9402, 9410, 9411, 9412, 9420,
        ]);
    });
});
