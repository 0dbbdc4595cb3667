import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Engine } from "../support/workers/engine";
import { FakeConnect } from "../support/workers/fakeConnect";
import { Fault } from "../support/workers/faults";
import { inPlaceOfSystemClock, type virtualClock } from "../support/workers/virtualClock";

const HTML_404: Fault = { kind: "answer", status: 404, html: "<html>Error 404 Not Found</html>" };
const answer = (status: number, message: string, done = false): Fault => ({ kind: "answer", status, message, done });
const times = (count: number, fault: Fault) => Array.from({ length: count }, () => fault);

let fake: FakeConnect;
let clock: ReturnType<typeof virtualClock>;

beforeEach(async () => {
    clock = inPlaceOfSystemClock();
    vi.spyOn(console, "log").mockImplementation(() => undefined);
    fake = new FakeConnect();
    await fake.start();
});

afterEach(async () => {
    vi.restoreAllMocks();
    await fake.stop();
});

const args = (more: Record<string, unknown> = {}) => ({
    name: "a sink with odd name",
    cluster: "test",
    restUrls: [fake.url],
    class: "example.Sink",
    config: { topics: "lines" },
    ...more,
});

/** Lets requests pass up to the first one that changes something, which gets the faults. */
function atFirstWrite(faults: (Fault | undefined)[]): void {
    fake.planAtWrite = [...faults];
}

describe("faults that pass", () => {
    const faults: [string, (Fault | undefined)[]][] = [
        ["a rebalance", times(3, answer(409, "Cannot complete request momentarily due to stale configuration"))],
        [
            "a rebalance that 3.5 and later call an error",
            times(3, answer(500, "Request cannot be completed because a rebalance is expected")),
        ],
        ["a leader that is gone", times(8, answer(500, "IO Error trying to forward REST request: Connection refused"))],
        ["a time limit, nothing done", [answer(500, "Request timed out")]],
        ["a time limit, all done", [answer(500, "Request timed out. The worker is busy", true)]],
        ["a reset before the effect", [{ kind: "reset" }]],
        ["a reset after the effect", [{ kind: "reset", done: true }]],
        ["an answer that is cut off", [{ kind: "cut" }]],
        ["a page in HTML before the worker is up", times(4, HTML_404)],
        ["a proxy without a worker", times(4, { kind: "answer", status: 502, html: "Bad Gateway" })],
        ["an unknown error 500, for a while", times(4, answer(500, "java.lang.IllegalStateException"))],
    ];

    it.each(faults)("%s: create", async (_, plan) => {
        atFirstWrite(plan);
        const engine = new Engine();
        await engine.up(args());
        expect(engine.outputs!["state"]).toBe("running");
        expect(fake.connectors.size).toBe(1);
    });

    it.each(faults)("%s: update", async (_, plan) => {
        const engine = new Engine();
        await engine.up(args());
        atFirstWrite(plan);
        await engine.up(args({ config: { topics: "others" } }));
        expect(fake.connectors.get(args().name)!.config["topics"]).toBe("others");
        expect(engine.outputs!["config"]).toEqual({ topics: "others" });
    });

    it.each(faults)("%s: delete", async (_, plan) => {
        const engine = new Engine();
        await engine.up(args());
        atFirstWrite(plan);
        await engine.destroy();
        expect(fake.connectors.size).toBe(0);
    });

    it.each(faults)("%s: read", async (_, plan) => {
        const engine = new Engine();
        await engine.up(args());
        // a cached list is too old by then
        clock.nowMs += 60_000;
        fake.plan = plan;
        await engine.refresh();
        expect(engine.outputs!["state"]).toBe("running");
    });

    it("writes only once when the lost answer was a success", async () => {
        const engine = new Engine();
        await engine.up(args());
        atFirstWrite([{ kind: "reset", done: true }]);
        await engine.up(args({ config: { topics: "others" } }));
        expect(fake.writes.filter((write) => write.startsWith("PUT"))).toHaveLength(1);
    });

    it("writes again when a lost write left a key that another user had added", async () => {
        const engine = new Engine();
        await engine.up(args());
        const { config } = fake.connectors.get(args().name)!;
        fake.perform("PUT", `/connectors/${encodeURIComponent(args().name)}/config`, { ...config, added: "theirs" });
        await engine.refresh();
        fake.faultsOf.push({ request: /^PUT .*\/config$/, faults: [{ kind: "reset" }] });
        await engine.up(args());
        expect(fake.connectors.get(args().name)!.config).toEqual(config);
    });

    it("takes the next worker when one does not answer", async () => {
        const second = new FakeConnect();
        await second.start();
        const restUrls = [second.url, fake.url];
        await second.stop();
        await new Engine().up(args({ restUrls }));
        expect(fake.connectors.size).toBe(1);
    });
});

describe("faults that stay", () => {
    it("does not read a page in HTML as a deleted connector", async () => {
        const engine = new Engine();
        await engine.up(args());
        clock.nowMs += 60_000;
        fake.plan = times(500, HTML_404);
        await expect(engine.refresh()).rejects.toThrow(/404 without a JSON body \(no worker has answered for 3\d s/);
        expect(engine.outputs).toBeDefined();
    });

    it("fails a refresh when no worker answers for 30 s", async () => {
        const engine = new Engine();
        await engine.up(args());
        clock.nowMs += 60_000;
        await fake.stop();
        const start = clock.nowMs;
        await expect(engine.refresh()).rejects.toThrow("no worker has answered for 3");
        expect(clock.nowMs - start).toBeLessThan(40_000);
        expect(engine.outputs).toBeDefined();
        await fake.start();
    });

    it("ends a delete after 30 s when no worker answers, and reports what is left", async () => {
        const engine = new Engine();
        await engine.up(args());
        await fake.stop();
        const start = clock.nowMs;
        await expect(engine.destroy()).rejects.toThrow(
            /connector "a sink with odd name": cannot be deleted: .*ECONNREFUSED.* It may still be in the config topic of cluster "test"/,
        );
        expect(clock.nowMs - start).toBeLessThan(40_000);
        await fake.start();
    });

    it("fails at once on what Connect refuses, and keeps nothing", async () => {
        atFirstWrite([answer(500, "Failed to find any class that implements Connector and which name matches x")]);
        const engine = new Engine();
        await expect(engine.up(args())).rejects.toThrow("Failed to find any class that implements Connector");
        expect(engine.outputs).toBeUndefined();
        expect(fake.writes).toHaveLength(1);
    });

    it.each<[number, string, RegExp]>([
        [403, "Forbidden", /403 Forbidden\. These credentials lack permission: set auth to a user who has it/],
        [405, "HTTP 405 Method Not Allowed", /405 .*\. The service at this URL does not support this call/],
        [
            404,
            "HTTP 404 Not Found",
            /404 .*\. This call does not exist\. Check that the URL is that of Connect's REST API/,
        ],
    ])("reports the remedy for %i at once", async (status, message, advice) => {
        atFirstWrite([answer(status, message)]);
        await expect(new Engine().up(args())).rejects.toThrow(advice);
        expect(fake.connectors.size).toBe(0);
    });

    it("gives up on an unknown error 500 after 20 s", async () => {
        atFirstWrite(times(500, answer(500, "java.lang.NullPointerException")));
        const start = clock.nowMs;
        await expect(new Engine().up(args())).rejects.toThrow("NullPointerException");
        expect(clock.nowMs - start).toBeLessThan(30_000);
    });

    it("keeps a connector in the state that may have been created, and continues with it", async () => {
        // The answer to the POST is lost after its effect. After that, no worker answers.
        atFirstWrite([{ kind: "reset", done: true }, ...times(500, { kind: "reset" })]);
        const engine = new Engine();
        await expect(engine.up(args())).rejects.toThrow(/socket hang up|ECONNRESET/);
        expect(engine.outputs!["state"]).toBe("unknown");
        fake.plan = [];
        expect(await engine.up(args())).toBe("updated");
        expect(fake.writes.filter((write) => write === "POST /connectors")).toHaveLength(1);
    });

    it("keeps a connector in the state that may be its own earlier try, which a slower worker did not know yet", async () => {
        const slower = answer(404, `Connector ${args().name} not found`);
        atFirstWrite([{ kind: "reset", done: true }, slower, undefined, undefined, ...times(500, { kind: "reset" })]);
        const engine = new Engine();
        await expect(engine.up(args())).rejects.toThrow(/socket hang up|ECONNRESET/);
        expect(fake.connectors.size).toBe(1);
        expect(engine.outputs!["state"]).toBe("unknown");
        fake.plan = [];
        expect(await engine.up(args())).toBe("updated");
        expect(fake.writes.filter((write) => write === "POST /connectors")).toHaveLength(2);
    });

    it("takes secrets out of Connect's messages", async () => {
        atFirstWrite([
            answer(400, "Connector config {password=hunter-22, url=http://me:pw@host/x} contains no connector type"),
        ]);
        const error: any = await new Engine().up(args({ secrets: { password: "hunter-22" } })).catch((e: unknown) => e);
        expect(error.message).toContain("{password=[secret], url=http://[secret]@host/x}");
    });
});

it("reports for a long wait what is missing, the time so far, and the limit", async () => {
    atFirstWrite(times(9, answer(409, "Cannot complete request because of a conflicting operation")));
    await new Engine().up(args());
    expect(vi.mocked(console.log).mock.calls).toEqual([
        [
            expect.stringMatching(
                /^connector "a sink with odd name": 1\d s of 300 s: 409 Cannot complete request because of a conflicting operation$/,
            ),
        ],
    ]);
});

describe("versions before 3.0", () => {
    it("restart tasks after a changed config, which these versions may not do", async () => {
        fake.version = "2.8.2";
        const engine = new Engine();
        await engine.up(args());
        await engine.up(args({ config: { topics: "others" } }));
        const path = `/connectors/${encodeURIComponent(args().name)}`;
        expect(fake.writes).toEqual([
            "POST /connectors",
            `PUT ${path}/config`,
            `POST ${path}/restart`,
            `POST ${path}/tasks/0/restart`,
        ]);
    });

    it("create a paused connector by pausing it at once", async () => {
        fake.version = "2.8.2";
        const engine = new Engine();
        await engine.up(args({ state: "paused" }));
        expect(engine.outputs!["state"]).toBe("paused");
        expect(fake.writes.map((write) => write.replace(/.*\//, ""))).toEqual(["connectors", "pause"]);
    });

    it("refuse the state stopped before anything is written", async () => {
        fake.version = "3.4.1";
        await expect(new Engine().up(args({ state: "stopped" }))).rejects.toThrow("needs Kafka Connect 3.5 or newer");
        expect(fake.writes).toEqual([]);
    });
});
