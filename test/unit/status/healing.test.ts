import { describe, expect, it } from "vitest";
import { decide, type HealLimits, type HealMemory, refused, restartEvent } from "../../../status/healing";
import type { ConnectorFacts, PlatformReport } from "../../../status/platformReport";
import { connector, reportAt, silentWorkers } from "./looks";

const limits: HealLimits = { firstPauseMs: 15_000, longestPauseMs: 600_000, maxRestarts: 5, all: false };
const failed = (name = "sink", changes: Partial<ConnectorFacts> = {}) => connector(name, ["FAILED"], changes);
const running = connector("sink");

/** Looks every 5 s on a clock that jumps; what they restart and tell, with the second. */
class Clinic {
    seconds = 0;
    memory: HealMemory = { connectors: {} };
    /** `15 sink`: restarts so far. */
    restarts: string[] = [];
    told: string[] = [];

    constructor(private readonly limits: HealLimits) {}

    look(connectors: ConnectorFacts[], changes: Partial<PlatformReport> = {}): void {
        const report = reportAt(this.seconds, { connectors: { ok: true, value: connectors }, ...changes });
        // What is remembered may come out of a file.
        const before = JSON.parse(JSON.stringify(this.memory)) as HealMemory;
        const { memory, restarts, events } = decide(before, report, this.limits);
        this.memory = memory;
        this.restarts.push(...restarts.map((restart) => `${this.seconds} ${restart.connector}`));
        this.told.push(...events.map(({ subject, text }) => `${this.seconds} ${subject}: ${text}`));
        this.seconds += 5;
    }

    lookFor(seconds: number, connectors: ConnectorFacts[], changes: Partial<PlatformReport> = {}): void {
        const until = this.seconds + seconds;
        while (this.seconds < until) this.look(connectors, changes);
    }
}

function clinic(changes: Partial<HealLimits> = {}) {
    return new Clinic({ ...limits, ...changes });
}

describe("healing", () => {
    it("restarts what stays FAILED with growing pauses, gives up, and says so once", () => {
        const one = clinic();
        one.lookFor(7200, [failed()]);
        expect(one.restarts).toEqual(["15 sink", "45 sink", "105 sink", "225 sink", "465 sink"]);
        expect(one.told).toEqual(["480 sink: gave up after 5 restarts within an hour: PSQLException: no such slot"]);
    });

    it("never pauses for longer than the longest pause", () => {
        const one = clinic({ maxRestarts: 100 });
        one.lookFor(3000, [failed()]);
        expect(one.restarts.slice(-3)).toEqual(["1545 sink", "2145 sink", "2745 sink"]);
    });

    it("goes on where it was when a connector fails again within the hour", () => {
        const one = clinic();
        one.lookFor(20, [failed()]);
        one.lookFor(600, [running]);
        one.lookFor(35, [failed()]);
        expect(one.restarts).toEqual(["15 sink", "620 sink"]);
        expect(Object.values(one.memory.connectors)[0]).toMatchObject({ pauseMs: 120_000 });
    });

    it("begins anew after an hour without a failure, also when it had given up", () => {
        const one = clinic({ maxRestarts: 1 });
        one.lookFor(100, [failed()]);
        expect(one.told).toHaveLength(1);
        one.lookFor(3600, [running]);
        expect(one.memory.connectors).toEqual({});
        one.lookFor(100, [failed()]);
        expect(one.restarts).toEqual(["15 sink", "3715 sink"]);
        expect(one.told).toHaveLength(2);
    });

    it("forgets restarts of more than an hour ago", () => {
        const one = clinic({ maxRestarts: 2, longestPauseMs: 30_000 });
        one.lookFor(15, [running]);
        one.lookFor(15, [failed()]);
        for (let i = 0; i < 4; i++) {
            one.lookFor(5, [failed()]);
            one.lookFor(2500, [running]);
        }
        expect(one.restarts).toHaveLength(4);
        expect(one.told).toEqual([]);
    });

    it("restarts a FAILED connector, too", () => {
        const one = clinic();
        one.lookFor(20, [connector("sink", [], { state: "FAILED", cause: "ConfigException: no" })]);
        expect(one.restarts).toEqual(["15 sink"]);
    });

    it.each<[string, ConnectorFacts]>([
        ["runs", running],
        ["is paused", failed("sink", { state: "PAUSED" })],
        ["is stopped", failed("sink", { state: "STOPPED" })],
        ["is to be paused", failed("sink", { declaredState: "paused" })],
        ["is to be stopped", failed("sink", { declaredState: "stopped" })],
        ["is not this stack's", failed("sink", { managed: false, declaredState: undefined })],
        ["waits for a worker", connector("sink", ["FAILED", "UNASSIGNED"])],
        ["is being restarted", connector("sink", ["FAILED", "RESTARTING"])],
    ])("leaves a connector alone that %s", (_, facts) => {
        const one = clinic();
        one.lookFor(100, [facts]);
        expect(one.restarts).toEqual([]);
        expect(one.told).toEqual([]);
    });

    it("restarts those of others when it is told to", () => {
        const one = clinic({ all: true });
        one.lookFor(20, [failed("other", { managed: false, declaredState: undefined })]);
        expect(one.restarts).toEqual(["15 other"]);
    });

    it("restarts each connector by its own count", () => {
        const one = clinic();
        one.lookFor(20, [failed("a"), running]);
        one.lookFor(20, [failed("a"), failed("b")]);
        expect(one.restarts).toEqual(["15 a", "35 b"]);
    });

    it("waits while no worker answers", () => {
        const one = clinic();
        one.lookFor(600, [], silentWorkers);
        expect(one.restarts).toEqual([]);
        one.lookFor(20, [failed()]);
        expect(one.restarts).toEqual(["615 sink"]);
    });

    it("waits for a missing worker, but not for one that stays away", () => {
        const [first, second, third] = reportAt(0).connect;
        const connect = [first!, second!, { ...third!, answer: { ok: false as const, error: "refused" } }];
        const one = clinic();
        one.lookFor(290, [failed()], { connect });
        expect(one.restarts).toEqual([]);
        one.lookFor(15, [failed()], { connect });
        expect(one.restarts).toEqual(["300 sink"]);
    });

    it("does not count a restart that was refused, and tries it again", () => {
        const report = (seconds: number) => reportAt(seconds, { connectors: { ok: true, value: [failed()] } });
        let memory = decide({ connectors: {} }, report(0), limits).memory;
        for (const seconds of [15, 20, 25]) {
            const { memory: after, restarts } = decide(memory, report(seconds), limits);
            expect(restarts).toEqual([
                {
                    connector: "sink",
                    failed: ["task 0"],
                    cause: "PSQLException: no such slot",
                    attempt: 1,
                    pauseMs: 30_000,
                },
            ]);
            memory = refused(after, restarts[0]!);
        }
    });

    it("tells a restart with its cause, its number and the pause after it", () => {
        const restart = { connector: "sink", failed: ["task 0"], cause: "no slot", attempt: 2, pauseMs: 60_000 };
        expect(restartEvent(restart, 0, 5)).toEqual({
            at: 0,
            level: "heal",
            subject: "sink",
            text: "restarted task 0 (2 of at most 5 within an hour), which FAILED: no slot; next try not before 60 s",
        });
    });
});
