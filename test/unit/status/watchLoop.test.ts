import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import type { WatchEvent } from "../../../status/events";
import type { PlatformTarget } from "../../../status/platformTarget";
import { WatchLoop, type WatchMemory, type WatchOptions } from "../../../status/watchLoop";

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
    const reported: string[] = [];
    const onEvent = ({ level, subject, text }: WatchEvent) => reported.push(`${level} ${subject}: ${text}`);
    const loop = { readTarget: async () => nowhere, confirm: 1, onEvent, ...options };
    return { watch: new WatchLoop(loop, memory), reported };
}

describe("a watch while everything is down, including the engine", () => {
    it("reports each part once, and continues", async () => {
        const { watch, reported } = watchOf({ confirm: 2 });
        await watch.check();
        expect(reported).toHaveLength(1);
        expect(reported[0]).toContain(
            "0 of 1 ZooKeeper servers, 0 of 1 brokers, 0 of 1 workers, connectors not known; ",
        );
        expect(watch.isWrong).toBe(false);
        await watch.check();
        for (const subject of ["host local", "zookeeper-0", "kafka-0", "connect-0", "postgres", "artemis"]) {
            expect(reported.filter((line) => line.startsWith(`wrong ${subject}: `))).toHaveLength(1);
        }

        const lines = reported.length;
        await watch.check();
        expect(reported).toHaveLength(lines);
        expect(watch.isWrong).toBe(true);
        expect(reported.join("\n")).not.toContain("hunter2");
    });
});

describe("a watch that cannot read its target", () => {
    it("reports it once, and checks as soon as it can", async () => {
        let isUp = false;
        const readTarget = async () => {
            if (!isUp) throw new Error("stack test is not up");
            return nowhere;
        };
        const { watch, reported } = watchOf({ readTarget });
        await watch.check();
        await watch.check();
        expect(reported).toEqual(["wrong watch: stack test is not up"]);
        expect(watch.isWrong).toBe(true);
        isUp = true;
        await watch.check();
        expect(reported[1]).toMatch(/^info stack test: /);
    });

    it("reads the target again after a new finding, and keeps the old target when that fails", async () => {
        let reads = 0;
        const readTarget = async () => {
            if (++reads > 1) throw new Error("pulumi is busy");
            return nowhere;
        };
        const { watch, reported } = watchOf({ readTarget });
        for (let i = 0; i < 3; i++) await watch.check();
        expect(reads).toBe(2);
        expect(reported.join()).not.toContain("pulumi is busy");
    });
});

describe("a restart that a worker refuses", () => {
    let server: Server;

    afterEach(() => server.close());

    it("is reported once, does not count, and is tried again", async () => {
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
        const { watch, reported } = watchOf({ readTarget: async () => target, heal });

        for (let i = 0; i < 4; i++) await watch.check();
        expect(reported.filter((line) => line.startsWith("heal"))).toEqual([]);
        expect(reported.filter((line) => line.includes("not restarted"))).toEqual([
            expect.stringMatching(/^info sink: task 0 not restarted, the next check tries again: .*not now/),
        ]);
        refuses = false;
        await watch.check();
        expect(reported.at(-1)).toMatch(
            /^heal sink: restarted task 0 \(1 of at most 5 within an hour\), which FAILED: BadException: no slot; /,
        );
    });
});
