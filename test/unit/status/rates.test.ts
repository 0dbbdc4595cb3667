import { describe, expect, it } from "vitest";
import { addCounts, type Counts, countsOf, rate, rates } from "../../../status/rates";
import { healthyPlatform, no, ok, silentPlatform, topic } from "./snapshots";

const start = Date.UTC(2026, 0, 1);

/** Counts of one counter: pairs of second and count; `undefined`: not known. */
function history(...points: [number, number | undefined][]): Counts[] {
    return points.reduce<Counts[]>((before, [seconds, count]) => {
        const counters: Counts["counters"] = count === undefined ? {} : { c: count };
        return addCounts(before, { at: start + seconds * 1000, counters });
    }, []);
}

describe("countsOf", () => {
    it("takes the records of topics and the messages of queues, and leaves out what is not known", () => {
        const snapshot = healthyPlatform();
        snapshot.kafkaCluster = ok({
            clusterId: "c",
            controllerId: 0,
            brokers: [0],
            topics: [topic("a", 1, 1, "delete", 7), topic("without-leader", 1, 1, "delete", undefined)],
            underReplicated: [],
        });
        expect(countsOf(snapshot)).toEqual({
            at: snapshot.takenAt,
            counters: { "topic:a": 7, "queue:CustomersJSON": 12_345, "queue:CustomersXML": 12_345 },
        });
    });

    it("of a silent platform is empty", () => {
        expect(countsOf(silentPlatform()).counters).toEqual({});
        expect(countsOf({ ...healthyPlatform(), kafkaCluster: no("x"), jmsBroker: undefined }).counters).toEqual({});
    });
});

describe("rate", () => {
    it("is not known from one snapshot, nor for a counter that was never known", () => {
        expect(rate([], "c")).toBeUndefined();
        expect(rate(history([0, 5]), "c")).toBeUndefined();
        expect(rate(history([0, 5], [2, 9]), "other")).toBeUndefined();
    });

    it("is the growth of the last ten seconds only", () => {
        expect(rate(history([0, 0], [10, 1000], [12, 1010], [20, 1100]), "c")).toBe(10);
        expect(rate(history([0, 0], [2, 50], [4, 100]), "c")).toBe(25);
        expect(rate(history([0, 7], [2, 7]), "c")).toBe(0);
    });

    it("counts from zero after a restart, and never below it", () => {
        expect(rate(history([0, 1000], [2, 1020], [4, 20]), "c")).toBe(10);
    });

    it("bridges snapshots without an answer", () => {
        expect(rate(history([0, 0], [2, undefined], [4, undefined], [6, 60]), "c")).toBe(10);
        expect(rate(history([0, 0], [2, 20], [4, undefined]), "c")).toBe(10);
    });

    it("is not known after a long time without an answer, nor across a pause of the snapshots", () => {
        expect(rate(history([0, 0], [2, 20], [18, undefined]), "c")).toBeUndefined();
        expect(rate(history([0, 0], [30, 3000]), "c")).toBeUndefined();
        expect(rate(history([0, 0], [30, 3000], [32, 3010]), "c")).toBe(5);
    });
});

describe("rates", () => {
    it("has a value for each part of the minute with snapshots, and none for the others", () => {
        expect(rates(history([50, 0], [56, 60], [60, 60]), "c", 20, 10)).toEqual([
            ...Array.from({ length: 5 }, () => undefined),
            10,
            10,
            10,
            0,
            0,
        ]);
    });

    it("distributes the growth between two snapshots over the parts between them", () => {
        expect(rates(history([0, 0], [3, 30], [4, 50]), "c", 4, 2)).toEqual([10, 15]);
    });
});

describe("addCounts", () => {
    it("keeps a little more than a minute", () => {
        const all = history(...Array.from({ length: 100 }, (_, i): [number, number] => [i * 2, i]));
        expect(all).toHaveLength(38);
        expect(all.at(-1)?.counters).toEqual({ c: 99 });
    });

    it("drops counts of the future after the clock was set back", () => {
        expect(history([10, 1], [20, 2], [5, 3])).toHaveLength(1);
    });
});
