import { createServer, type Server } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { findingsOf } from "../../../status/findings/findings";
import type { PlatformTarget } from "../../../status/platformTarget";
import { takeSnapshot } from "../../../status/takeSnapshot";

/** Five seconds for each part, and some for a busy machine. */
const limitSeconds = 7;

const servers: Server[] = [];

afterEach(() => servers.splice(0).forEach((server) => server.close()));

/** A port where nothing listens, or, with `hangs`, a server that accepts connections and never answers. */
async function address(hangs: boolean): Promise<{ host: string; port: number }> {
    const server = createServer((socket) => socket.on("error", () => undefined));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as { port: number };
    if (hangs) servers.push(server);
    else await new Promise((resolve) => server.close(resolve));
    return { host: "127.0.0.1", port };
}

/** A stack every part of which is at such an address. */
async function silentTarget(hangs: boolean): Promise<PlatformTarget> {
    const addresses = await Promise.all(Array.from({ length: 10 }, () => address(hangs)));
    const [a, b, c, d, e, f, , g, h, r] = addresses.map(({ host, port }) => `${host}:${port}`);
    return {
        stack: "silent",
        project: "connect-cdc",
        engines: { local: `tcp://${h}` },
        zookeeper: [a!, b!],
        kafka: [c!, d!],
        connect: [`http://${e}`, `http://${f}`],
        connectors: { source: "running" },
        database: { ...addresses[6]!, database: "cdcdb", user: "cdcadmin", password: "p4ssw0rd-of-a-test" },
        registry: [r!],
        jmsBroker: { address: g!, consoleUrl: `http://${g}`, user: "cdc", password: "s3cret-of-a-test", queues: ["Q"] },
    };
}

describe.each([
    { what: "refuses connections", hangs: false },
    { what: "takes connections and hangs", hangs: true },
])("a snapshot of a platform that $what", ({ hangs }) => {
    it("ends in time, and has the error of each part", async () => {
        const started = performance.now();
        const snapshot = await takeSnapshot(await silentTarget(hangs));
        expect((performance.now() - started) / 1000).toBeLessThan(limitSeconds);
        const { zookeeper, kafka, connect, registry, engines, kafkaCluster, connectors, containers } = snapshot;
        const members = [...zookeeper, ...kafka, ...connect, ...registry, ...engines].map(({ answer }) => answer);
        const servers = [snapshot.database, snapshot.jmsBroker].map((server) => server?.answer);
        for (const answer of [...members, kafkaCluster, connectors, containers, ...servers]) {
            expect(answer).toEqual({ ok: false, error: expect.stringMatching(/\w+/) });
        }

        expect(snapshot.missingConnectors).toEqual([]);
        expect(findingsOf(snapshot).map(({ key }) => key)).toEqual(
            expect.arrayContaining(["member:kafka-1", "connectors"]),
        );
        expect(JSON.stringify(snapshot)).not.toMatch(/p4ssw0rd|s3cret/);
    }, 15_000);
});
