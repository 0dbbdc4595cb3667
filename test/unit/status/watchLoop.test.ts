import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import type { WatchEvent } from "../../../status/events";
import type { PlatformTarget } from "../../../status/platform";
import { Watch, type WatchMemory, type WatchOptions } from "../../../status/watchLoop";

/** Nothing listens on port 1. */
const nowhere: PlatformTarget = {
    stack: "test",
    project: "connect-cdc",
    engines: { local: "unix:///nowhere/docker.sock" },
    zookeeper: ["127.0.0.1:1"],
    kafka: ["127.0.0.1:1"],
    connect: ["http://127.0.0.1:1"],
    connectors: { sink: "running" },
    database: { host: "127.0.0.1", port: 1, database: "d", user: "u", password: "hunter2" },
    jmsBroker: {
        address: "127.0.0.1:1",
        consoleUrl: "http://127.0.0.1:1/console",
        user: "u",
        password: "hunter2",
        queues: ["q"],
    },
};

function watchOf(options: Partial<WatchOptions>, memory?: WatchMemory) {
    const told: string[] = [];
    const tell = ({ level, subject, text }: WatchEvent) => told.push(`${level} ${subject}: ${text}`);
    const watch = new Watch({ readTarget: async () => nowhere, confirm: 1, tell, ...options }, memory);
    return { watch, told };
}

describe("a watch while everything is down, the engine, too", () => {
    it("tells each part once, and goes on", async () => {
        const { watch, told } = watchOf({ confirm: 2 });
        await watch.look();
        expect(told).toHaveLength(1);
        expect(told[0]).toContain("0 of 1 ZooKeeper servers, 0 of 1 brokers, 0 of 1 workers, connectors not known; ");
        expect(watch.isWrong).toBe(false);
        await watch.look();
        for (const subject of ["host local", "zookeeper-0", "kafka-0", "connect-0", "postgres", "artemis"]) {
            expect(told.filter((line) => line.startsWith(`wrong ${subject}: `))).toHaveLength(1);
        }

        const lines = told.length;
        await watch.look();
        expect(told).toHaveLength(lines);
        expect(watch.isWrong).toBe(true);
        expect(told.join("\n")).not.toContain("hunter2");
    });
});

describe("a watch that cannot find out what to ask", () => {
    it("says so once, and looks when it can", async () => {
        let isUp = false;
        const readTarget = async () => {
            if (!isUp) throw new Error("stack test is not up");
            return nowhere;
        };
        const { watch, told } = watchOf({ readTarget });
        await watch.look();
        await watch.look();
        expect(told).toEqual(["wrong watch: stack test is not up"]);
        expect(watch.isWrong).toBe(true);
        isUp = true;
        await watch.look();
        expect(told[1]).toMatch(/^info stack test: /);
    });

    it("asks again what to ask when a look finds something new, and keeps what it knows if that fails", async () => {
        let reads = 0;
        const readTarget = async () => {
            if (++reads > 1) throw new Error("pulumi is busy");
            return nowhere;
        };
        const { watch, told } = watchOf({ readTarget });
        for (let i = 0; i < 3; i++) await watch.look();
        expect(reads).toBe(2);
        expect(told.join()).not.toContain("pulumi is busy");
    });
});

describe("a restart that a worker refuses", () => {
    let server: Server;

    afterEach(() => server.close());

    it("is told once, does not count, and is tried again", async () => {
        let refuses = true;
        const member = { state: "FAILED", worker_id: "w:1", trace: "org.example.BadException: no slot\n\tat x" };
        const status = { name: "sink", type: "sink", connector: { ...member, state: "RUNNING" }, tasks: [member] };
        const answers: Record<string, unknown> = {
            "/": { version: "3.9.2", kafka_cluster_id: "c" },
            "/health": { message: "well" },
            "/connectors": { sink: { status: { ...status, tasks: [{ id: 0, ...member }] }, info: { config: {} } } },
        };
        server = createServer(({ method, url }, response) => {
            const { pathname } = new URL(url!, "http://x");
            const isRefused = method === "POST" && refuses;
            const body = isRefused ? { error_code: 403, message: "not now" } : (answers[pathname] ?? []);
            response.writeHead(isRefused ? 403 : 200, { "content-type": "application/json" });
            response.end(JSON.stringify(body));
        });
        await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
        const target = { ...nowhere, connect: [`http://127.0.0.1:${(server.address() as AddressInfo).port}`] };
        const heal = { firstPauseMs: 1, longestPauseMs: 1, maxRestarts: 5, all: false };
        const { watch, told } = watchOf({ readTarget: async () => target, heal });

        for (let i = 0; i < 4; i++) await watch.look();
        expect(told.filter((line) => line.startsWith("heal"))).toEqual([]);
        expect(told.filter((line) => line.includes("not restarted"))).toEqual([
            expect.stringMatching(/^info sink: task 0 not restarted, to be tried again at the next look: .*not now/),
        ]);
        refuses = false;
        await watch.look();
        expect(told.at(-1)).toMatch(
            /^heal sink: restarted task 0 \(1 of at most 5 within an hour\), which FAILED: BadException: no slot; /,
        );
    });
});
