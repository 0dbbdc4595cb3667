import { describe, expect, it } from "vitest";
import { findingsOf } from "../../../status/findings/findings";
import { type Flow, flowOf } from "../../../status/flow";
import { countsOf } from "../../../status/rates";
import type { PlatformSnapshot } from "../../../status/snapshot";
import { connector } from "./smallSnapshots";
import { healthyPlatform, no, ok, queue, silentPlatform } from "./snapshots";

function flow(snapshot: PlatformSnapshot, history = [countsOf(snapshot)]): Flow {
    return flowOf({ snapshot, findings: findingsOf(snapshot), history });
}

const names = ({ stages }: Flow) => stages.map(({ nodes }) => nodes.map(({ name }) => name));
const levels = ({ stages }: Flow) => stages.map(({ nodes }) => nodes.map(({ level }) => level));

describe("flowOf", () => {
    it("leads from the slot to the queues, over topics that connectors use", () => {
        const found = flow(healthyPlatform());
        expect(names(found)).toEqual([
            ["dbz_source"],
            ["dbz-source"],
            ["localhost.cdc.customers"],
            ["json-jms-sink", "xml-jms-sink"],
            ["CustomersJSON", "CustomersXML"],
        ]);
        expect(found.edges.map((ways) => ways.map(({ from, to }) => [from, to]))).toEqual([
            [[0, 0]],
            [[0, 0]],
            [
                [0, 0],
                [0, 1],
            ],
            [
                [0, 0],
                [1, 1],
            ],
        ]);
        expect(levels(found).flat()).toEqual(["ok", "ok", "ok", "ok", "ok", "ok", "ok"]);
    });

    it("shows where rows flow", () => {
        const before = healthyPlatform();
        const now = healthyPlatform();
        now.takenAt += 2000;
        now.jmsBroker = { address: "", answer: ok({ queues: [queue("CustomersJSON", 12_395)], missingQueues: [] }) };
        const { stages, edges } = flow(now, [countsOf(before), countsOf(now)]);
        expect(stages[4]?.nodes[0]?.figure).toEqual({ value: "25", unit: "messages/s" });
        expect(edges.map((ways) => ways.some(({ isFlowing }) => isFlowing))).toEqual([false, false, false, true]);
    });

    it("draws no connection that is not known", () => {
        const snapshot = {
            ...healthyPlatform(),
            connectors: ok([connector("other", ["RUNNING"], { topics: ["elsewhere"] })]),
        };
        expect(flow(snapshot).edges.flat()).toEqual([]);
    });

    it("takes levels from findings where the facts are not enough", () => {
        const paused = connector("dbz-source", ["PAUSED"], { type: "source", state: "PAUSED" });
        expect(levels(flow({ ...healthyPlatform(), connectors: ok([paused]) }))[1]).toEqual(["wrong"]);
    });

    it("shows that a task failed while its connector runs", () => {
        const failed = connector("json-jms-sink", ["FAILED"]);
        const node = flow({ ...healthyPlatform(), connectors: ok([failed]) }).stages[3]?.nodes[0];
        expect(node).toMatchObject({ level: "wrong", state: "task failed", note: "0 of 1 task running" });
    });

    it("has a node for each part that gives no answer, and for a queue that is missing", () => {
        expect(levels(flow(silentPlatform()))).toEqual([["wrong"], ["wrong"], ["wrong"], ["wrong"], ["wrong"]]);
        const jmsBroker = { address: "x", answer: ok({ queues: [], missingQueues: ["Lost"] }) };
        expect(flow({ ...healthyPlatform(), jmsBroker }).stages[4]?.nodes).toMatchObject([
            { name: "Lost", state: "missing", level: "wrong" },
        ]);
    });

    it("ends a long stage with the number of hidden nodes and their worst level", () => {
        const many = Array.from({ length: 30 }, (_, i) => connector(`sink-${i}`, i === 29 ? ["FAILED"] : ["RUNNING"]));
        const sinks = flow({ ...healthyPlatform(), connectors: ok(many) }).stages[3]?.nodes;
        expect(sinks).toHaveLength(25);
        expect(sinks?.at(-1)).toMatchObject({ name: "and 6 more", level: "wrong" });
    });

    it("does not show parts of other users as wrong", () => {
        const snapshot = { ...healthyPlatform(), database: undefined, jmsBroker: undefined };
        expect(levels(flow(snapshot)).map(([first]) => first)).toEqual(["idle", "ok", "ok", "ok", "idle"]);
    });

    it("distinguishes a database without slots from one without an answer", () => {
        const states = [ok({ slots: [] }), no("refused")].map(
            (answer) => flow({ ...healthyPlatform(), database: { address: "x", answer } }).stages[0]?.nodes[0]?.state,
        );
        expect(states).toEqual(["no slot", "no answer"]);
    });
});
