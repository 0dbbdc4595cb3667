import { describe, expect, it } from "vitest";
import { reportEvent } from "../../../cli/reconcile/reconcileEvents";
import type { TableReport } from "../../../reconcile/reconcile";
import { reportLines } from "../../../reconcile/report";
import { eventLine } from "../../../status/events";

const complete: TableReport = {
    connector: "dbz-source",
    table: "cdc.orders",
    topic: "a.cdc.orders",
    completeUpTo: "0/3A5F2B8",
    counts: { rows: 1_000_000, missing: 0, superfluous: 0, different: 0, newer: 0, expired: 0 },
    differences: [],
    uncompared: [],
    seconds: 40,
};
const wrong: TableReport = {
    ...complete,
    completeUpTo: undefined,
    counts: { ...complete.counts, missing: 1, different: 1200, newer: 3, expired: 4 },
    differences: [
        { kind: "missing", key: "id=1", columns: [] },
        { kind: "different", key: "id=2", columns: ["note", "status"] },
    ],
    uncompared: [{ column: "shape", reason: "type geometry cannot be compared" }],
};

describe("a report", () => {
    it("says up to where a table is complete", () => {
        expect(reportLines(complete)).toEqual([
            "cdc.orders: 1,000,000 rows, a.cdc.orders is complete up to 0/3A5F2B8 (40.0 s, 25,000 rows/s)",
        ]);
    });

    it("lists the first differences, and what was not compared", () => {
        expect(reportLines(wrong)).toEqual([
            "cdc.orders: WRONG in a.cdc.orders: 1 missing, 1,200 different of 1,000,000 rows; 4 rows are not in the topic any more, whose oldest records are gone",
            "    missing: id=1",
            "    different: id=2 (note, status)",
            "    3 keys changed meanwhile: the topic has their events",
            "    column shape was not compared: type geometry cannot be compared",
        ]);
    });

    it("says why a table is not proven, or cannot be compared", () => {
        const failed = { ...complete, completeUpTo: undefined, problem: "the slot is gone" };
        expect(reportLines(failed)).toEqual(["cdc.orders: not proven: the slot is gone"]);
        expect(reportLines({ ...failed, isUnsupported: true })).toEqual([
            "cdc.orders: cannot be compared: the slot is gone",
        ]);
    });
});

describe("the event of a report in a watch", () => {
    it("is information for a complete table, and wrong with a remedy for another", () => {
        expect(eventLine(reportEvent(complete, "dev"))).toMatch(/Z {2}info {5}table cdc\.orders: 1,000,000 rows, /);
        expect(eventLine(reportEvent(wrong, "prod"))).toMatch(
            /Z {2}WRONG {4}table cdc\.orders: WRONG in .* -> npm run reconcile -- cdc\.orders --stack prod shows the rows$/,
        );
        expect(reportEvent({ ...wrong, problem: "no key", isUnsupported: true }, "dev").level).toBe("info");
    });
});
