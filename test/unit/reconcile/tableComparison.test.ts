import { describe, expect, it } from "vitest";
import { TableComparison, type TableShape } from "../../../reconcile/tableComparison";
import { typeText, valueFormat } from "../../../reconcile/typeText";
import { XidSnapshot } from "../../../reconcile/xidSnapshot";

const PLACEHOLDER = "__debezium_unavailable_value";
const column = (name: string, baseType: string, inPrimaryKey = false) => ({
    name,
    type: baseType,
    text: typeText({ name: baseType, kind: "b", modifier: -1, isArray: false }, valueFormat({})),
    field: name,
    isExact: baseType === "int8",
    inPrimaryKey,
});
const shape: TableShape = {
    columns: [column("id", "int8", true), column("note", "text"), column("shape", "geometry")],
    placeholder: PLACEHOLDER,
};
/** Sees transactions below 100, and not 90, which runs. */
const SNAPSHOT = new XidSnapshot("90:100:90");

class Scenario {
    readonly comparison: TableComparison;
    private offset = 0;

    constructor(share = { part: 0, parts: 1, maxKeys: 1000 }, own = shape) {
        this.comparison = new TableComparison(own, share);
    }

    event(op: string, id: number | string, note: string | null | undefined, xid = 50): this {
        const after = op === "d" ? null : `{"id":${id}${note === undefined ? "" : `,"note":${JSON.stringify(note)}`}}`;
        return this.record(`{"id":${id}}`, `{"op":"${op}","after":${after},"source":{"txId":${xid}}}`);
    }

    record(key: string | null, value: string | null): this {
        this.comparison.takeRecord({ partition: 0, offset: this.offset++, key, value });
        return this;
    }

    rows(...rows: [string, string | null][]): this {
        this.comparison.beginRows(SNAPSHOT);
        this.comparison.takeRows(
            rows.map(([id, note]) => [id, note, null]),
            SNAPSHOT,
        );
        return this;
    }

    end(isShortened = false) {
        this.comparison.settle(isShortened);
        this.comparison.finish();
        const { counts, examples, problem } = this.comparison;
        const wrong = Object.fromEntries(Object.entries(counts).filter(([key, count]) => key !== "rows" && count > 0));
        return { wrong, keys: examples.map(({ kind, key }) => `${kind} ${key ?? "?"}`), problem };
    }
}

const nothing = { wrong: {}, keys: [], problem: undefined };

describe("a table and its topic", () => {
    it("are equal when the last event of each key is the row", () => {
        const scenario = new Scenario().event("c", 1, "a").event("u", 1, "b").event("r", 2, null).event("c", 3, "x");
        scenario.event("d", 3, null).record('{"id":3}', null);
        expect(scenario.rows(["1", "b"], ["2", null]).end()).toEqual(nothing);
    });

    it("differ by a missing, a superfluous and a different row", () => {
        const scenario = new Scenario().event("c", 1, "a").event("c", 2, "b").event("c", 3, "c").event("d", 3, null);
        expect(scenario.rows(["1", "x"], ["3", "c"], ["4", "d"]).end()).toEqual({
            wrong: { missing: 2, superfluous: 1, different: 1 },
            keys: ["different id=1", "missing id=3", "missing id=4", "superfluous ?"],
            problem: undefined,
        });
    });

    it("distinguish NULL from an empty text, and numbers that JavaScript cannot", () => {
        const scenario = new Scenario().event("c", 1, "").event("c", "9223372036854775806", "a");
        expect(scenario.rows(["1", null], ["9223372036854775807", "a"]).end().wrong).toEqual({
            different: 1,
            missing: 1,
            superfluous: 1,
        });
    });

    it("are equal with schemas in the records, and with rows that a transform has unwrapped", () => {
        const scenario = new Scenario()
            .record(
                '{"schema":{},"payload":{"id":1}}',
                '{"schema":{},"payload":{"op":"c","after":{"id":1,"note":"a"}}}',
            )
            .record('{"id":2}', '{"id":2,"note":"b"}')
            .record('{"id":3}', '{"id":3,"note":"c","__deleted":"true"}');
        expect(scenario.rows(["1", "a"], ["2", "b"]).end()).toEqual(nothing);
    });

    it("are compared from anew after a truncate", () => {
        const scenario = new Scenario().event("c", 1, "a").record(null, '{"op":"t"}').event("c", 2, "b");
        expect(scenario.rows(["2", "b"]).end()).toEqual(nothing);
    });
});

describe("a change while the rows are read", () => {
    it("counts as the topic has it when the query did not see its transaction", () => {
        const scenario = new Scenario()
            .event("c", 1, "a")
            .event("c", 2, "b")
            .event("c", 3, "c")
            .rows(["1", "a"], ["2", "b"]);
        scenario.event("u", 1, "later", 100).event("d", 2, null, 90).event("c", 5, "new", 101);
        expect(scenario.rows(["3", "c"], ["1", "a"], ["2", "b"]).end()).toEqual({ ...nothing, wrong: { newer: 3 } });
    });

    it("must be in the topic when the query saw its transaction", () => {
        const late = () => new Scenario().event("c", 1, "a").rows(["1", "b"]);
        expect(late().event("u", 1, "b", 99).end()).toEqual(nothing);
        expect(late().event("u", 1, "c", 99).end().wrong).toEqual({ different: 1 });
        expect(late().end().wrong).toEqual({ different: 1 });
    });

    it("counts as the topic has it when a late record has no transaction", () => {
        const scenario = new Scenario().event("c", 1, "a").rows(["1", "b"]);
        expect(scenario.event("r", 1, "c").end().wrong).toEqual({ newer: 1 });
    });

    it("keeps the transaction of a delete when its tombstone follows", () => {
        const scenario = new Scenario().event("c", 1, "a").rows(["1", "a"], ["2", "b"]);
        scenario.event("d", 2, null, 50).record('{"id":2}', null);
        expect(scenario.end().wrong).toEqual({ missing: 1 });
    });
});

describe("what cannot be compared", () => {
    it("is a value that the event does not have, only for that row", () => {
        const scenario = new Scenario().event("u", 1, PLACEHOLDER).event("c", 2, undefined).event("c", 3, "c");
        scenario.rows(["1", "large"], ["2", "new column"], ["3", "other"]);
        expect(scenario.end().wrong).toEqual({ different: 1 });
        expect(scenario.comparison.unknown).toEqual(new Map([["note", 2]]));
    });

    it("is a table without keys, with other keys than columns, or with records in another format", () => {
        const problemOf = (key: string | null, value: string) => new Scenario().record(key, value).end().problem;
        expect(problemOf(null, '{"op":"c","after":{"id":1}}')).toBe("its events have no keys");
        expect(problemOf('{"other":1}', '{"op":"c","after":{"id":1}}')).toMatch(/^the table has no column "other"/);
        expect(problemOf("Struct{id=1}", '{"op":"c","after":{"id":1}}')).toBe("the key of its records is not JSON");
        expect(problemOf('{"id":1}', "secret")).toBe("the value of its records is not JSON");
        const keyless = { ...shape, columns: [column("note", "text")] };
        const scenario = new Scenario({ part: 0, parts: 1, maxKeys: 10 }, keyless).rows();
        expect(scenario.comparison.problem).toMatch(/no primary key/);
    });

    it("is a row that may have been in the records that retention has removed", () => {
        const scenario = new Scenario().event("c", 2, "b").event("c", 3, "c").rows(["1", "a"], ["2", "b"]);
        expect(scenario.end(true).wrong).toEqual({ expired: 1, superfluous: 1 });
    });
});

describe("a share of the keys", () => {
    const ids = Array.from({ length: 300 }, (_, i) => i + 1);

    it("is compared alone, and all shares together are the table", () => {
        const results = [0, 1, 2].map((part) => {
            const scenario = new Scenario({ part, parts: 3, maxKeys: 200 });
            for (const id of ids) scenario.event("c", id, "a");
            scenario.rows(...ids.map((id): [string, string] => [String(id), id === 7 ? "b" : "a"]));
            return { ...scenario.end(), rows: scenario.comparison.counts.rows };
        });
        expect(results.reduce((sum, { rows }) => sum + rows, 0)).toBe(300);
        expect(Math.max(...results.map(({ rows }) => rows))).toBeLessThan(200);
        expect(results.flatMap(({ keys }) => keys)).toEqual(["different id=7"]);
    });

    it("has a limit", () => {
        const scenario = new Scenario({ part: 0, parts: 1, maxKeys: 2 }).event("c", 1, "a").event("c", 2, "a");
        scenario.event("u", 1, "b");
        expect(scenario.comparison.isFull).toBe(false);
        scenario.event("c", 3, "a");
        expect(scenario.comparison.isFull).toBe(true);
    });
});

describe("XidSnapshot", () => {
    it("sees transactions before it that have ended, also after their ids began anew", () => {
        const snapshot = new XidSnapshot("4294967290:4294967300:4294967291,4294967298");
        const seen = (xid: number) => snapshot.sees(xid % 2 ** 32);
        expect([4294967289, 4294967290, 4294967299].map(seen)).toEqual([true, true, true]);
        expect([4294967291, 4294967298, 4294967300, 4294967400].map(seen)).toEqual([false, false, false, false]);
    });
});
