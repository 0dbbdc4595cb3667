import { describe, expect, it } from "vitest";
import {
    decideRestarts,
    type HealLimits,
    type HealMemory,
    restartEvent,
    withoutRestart,
} from "../../../status/healing";
import type { ConnectorFacts, PlatformSnapshot } from "../../../status/snapshot";
import { connector, silentWorkers, snapshotAt } from "./smallSnapshots";

const limits: HealLimits = { firstPauseMs: 15_000, longestPauseMs: 600_000, maxRestarts: 5, all: false };
const failed = (name = "sink", changes: Partial<ConnectorFacts> = {}) => connector(name, ["FAILED"], changes);
const running = connector("sink");

/** Takes a snapshot every 5 s of a clock that jumps; keeps restarts and events, with the second. */
class HealRun {
    seconds = 0;
    memory: HealMemory = { connectors: {} };
    /** `15 sink`: restarts so far. */
    restarts: string[] = [];
    reported: string[] = [];

    constructor(private readonly limits: HealLimits) {}

    check(connectors: ConnectorFacts[], changes: Partial<PlatformSnapshot> = {}): void {
        const snapshot = snapshotAt(this.seconds, { connectors: { ok: true, value: connectors }, ...changes });
        // A file may hold the memory
        const before = JSON.parse(JSON.stringify(this.memory)) as HealMemory;
        const { memory, restarts, events } = decideRestarts(before, snapshot, this.limits);
        this.memory = memory;
        this.restarts.push(...restarts.map((restart) => `${this.seconds} ${restart.connector}`));
        this.reported.push(...events.map(({ subject, text }) => `${this.seconds} ${subject}: ${text}`));
        this.seconds += 5;
    }

    checkFor(seconds: number, connectors: ConnectorFacts[], changes: Partial<PlatformSnapshot> = {}): void {
        const until = this.seconds + seconds;
        while (this.seconds < until) this.check(connectors, changes);
    }
}

function healRun(changes: Partial<HealLimits> = {}) {
    return new HealRun({ ...limits, ...changes });
}

describe("healing", () => {
    it("restarts a connector that stays FAILED with growing pauses, gives up, and reports it once", () => {
        const one = healRun();
        one.checkFor(7200, [failed()]);
        expect(one.restarts).toEqual(["15 sink", "45 sink", "105 sink", "225 sink", "465 sink"]);
        expect(one.reported).toEqual([
            "480 sink: gave up after 5 restarts within an hour: PSQLException: no such slot",
        ]);
    });

    it("never pauses for longer than the longest pause", () => {
        const one = healRun({ maxRestarts: 100 });
        one.checkFor(3000, [failed()]);
        expect(one.restarts.slice(-3)).toEqual(["1545 sink", "2145 sink", "2745 sink"]);
    });

    it("continues its count when a connector fails again within the hour", () => {
        const one = healRun();
        one.checkFor(20, [failed()]);
        one.checkFor(600, [running]);
        one.checkFor(35, [failed()]);
        expect(one.restarts).toEqual(["15 sink", "620 sink"]);
        expect(Object.values(one.memory.connectors)[0]).toMatchObject({ pauseMs: 120_000 });
    });

    it("starts from the beginning after an hour without a failure, also when it had given up", () => {
        const one = healRun({ maxRestarts: 1 });
        one.checkFor(100, [failed()]);
        expect(one.reported).toHaveLength(1);
        one.checkFor(3600, [running]);
        expect(one.memory.connectors).toEqual({});
        one.checkFor(100, [failed()]);
        expect(one.restarts).toEqual(["15 sink", "3715 sink"]);
        expect(one.reported).toHaveLength(2);
    });

    it("forgets restarts of more than an hour ago", () => {
        const one = healRun({ maxRestarts: 2, longestPauseMs: 30_000 });
        one.checkFor(15, [running]);
        one.checkFor(15, [failed()]);
        for (let i = 0; i < 4; i++) {
            one.checkFor(5, [failed()]);
            one.checkFor(2500, [running]);
        }
        expect(one.restarts).toHaveLength(4);
        expect(one.reported).toEqual([]);
    });

    it("restarts a FAILED connector, too", () => {
        const one = healRun();
        one.checkFor(20, [connector("sink", [], { state: "FAILED", cause: "ConfigException: no" })]);
        expect(one.restarts).toEqual(["15 sink"]);
    });

    it.each<[string, ConnectorFacts]>([
        ["runs", running],
        ["is paused", failed("sink", { state: "PAUSED" })],
        ["is stopped", failed("sink", { state: "STOPPED" })],
        ["is declared paused", failed("sink", { declaredState: "paused" })],
        ["is declared stopped", failed("sink", { declaredState: "stopped" })],
        ["is not this stack's", failed("sink", { managed: false, declaredState: undefined })],
        ["waits for a worker", connector("sink", ["FAILED", "UNASSIGNED"])],
        ["is being restarted", connector("sink", ["FAILED", "RESTARTING"])],
    ])("leaves a connector alone that %s", (_, facts) => {
        const one = healRun();
        one.checkFor(100, [facts]);
        expect(one.restarts).toEqual([]);
        expect(one.reported).toEqual([]);
    });

    it("restarts those of others when the option is set", () => {
        const one = healRun({ all: true });
        one.checkFor(20, [failed("other", { managed: false, declaredState: undefined })]);
        expect(one.restarts).toEqual(["15 other"]);
    });

    it("restarts each connector by its own count", () => {
        const one = healRun();
        one.checkFor(20, [failed("a"), running]);
        one.checkFor(20, [failed("a"), failed("b")]);
        expect(one.restarts).toEqual(["15 a", "35 b"]);
    });

    it("waits while no worker answers", () => {
        const one = healRun();
        one.checkFor(600, [], silentWorkers);
        expect(one.restarts).toEqual([]);
        one.checkFor(20, [failed()]);
        expect(one.restarts).toEqual(["615 sink"]);
    });

    it("waits for a missing worker, but not for longer than 5 minutes", () => {
        const [first, second, third] = snapshotAt(0).connect;
        const connect = [first!, second!, { ...third!, answer: { ok: false as const, error: "refused" } }];
        const one = healRun();
        one.checkFor(290, [failed()], { connect });
        expect(one.restarts).toEqual([]);
        one.checkFor(15, [failed()], { connect });
        expect(one.restarts).toEqual(["300 sink"]);
    });

    it("does not count a restart that was refused, and tries it again", () => {
        const snapshot = (seconds: number) => snapshotAt(seconds, { connectors: { ok: true, value: [failed()] } });
        let memory = decideRestarts({ connectors: {} }, snapshot(0), limits).memory;
        for (const seconds of [15, 20, 25]) {
            const { memory: after, restarts } = decideRestarts(memory, snapshot(seconds), limits);
            expect(restarts).toEqual([
                {
                    connector: "sink",
                    failed: ["task 0"],
                    cause: "PSQLException: no such slot",
                    attempt: 1,
                    pauseMs: 30_000,
                },
            ]);
            memory = withoutRestart(after, restarts[0]!);
        }
    });

    it("reports a restart with its cause, its number and the pause after it", () => {
        const restart = { connector: "sink", failed: ["task 0"], cause: "no slot", attempt: 2, pauseMs: 60_000 };
        expect(restartEvent(restart, 0, 5)).toEqual({
            at: 0,
            level: "heal",
            subject: "sink",
            text: "restarted task 0 (2 of at most 5 within an hour), which FAILED: no slot; next try not before 60 s",
        });
    });
});
