import { describe, expect, it } from "vitest";
import { lagOf, readPartitions, retentionMs, retentionRisks } from "../../../status/sinkPositions";

const logs = (start: number, end: number, young?: number) => ({
    starts: new Map([["t-0", start]]),
    ends: new Map([["t-0", end]]),
    young: new Map(young === undefined ? [] : [["t-0", young]]),
});
const at = (offset?: number) => new Map(offset === undefined ? [] : [["t-0", offset]]);
const risk = (kind: string, records: number) => [{ kind, partition: "t-0", records }];

describe("retentionRisks", () => {
    it.each([
        ["reads the newest records", at(90), logs(0, 100, 50), []],
        ["has read everything, however old it is", at(100), logs(0, 100, -1), []],
        ["has records that Kafka removes soon", at(30), logs(0, 100, 50), risk("old", 20)],
        ["has only records that Kafka removes soon", at(30), logs(0, 100, -1), risk("old", 70)],
        ["reads a topic without retention", at(30), logs(0, 100), []],
        ["stands at the start of a log that retention has cut", at(40), logs(40, 100, 40), []],
        ["stands before the first record", at(30), logs(40, 100, 50), risk("removed", 10)],
        ["stands before an empty log", at(30), logs(100, 100, -1), risk("removed", 70)],
        ["has no offset in a whole log", at(), logs(0, 100, 50), []],
        ["has no offset in a log that retention has cut", at(), logs(40, 100, 50), risk("noOffset", 40)],
        ["has no offset in a partition without a leader", at(), { ...logs(40, 100), starts: new Map() }, []],
    ])("of a sink that %s", (_, committed, known, expected) => {
        expect(retentionRisks(["t-0"], committed, known, false)).toEqual(expected);
    });

    it("of a sink that runs, but has never had a record to commit: none", () => {
        expect(retentionRisks(["t-0"], at(), logs(40, 40), true)).toEqual([]);
        expect(retentionRisks(["t-0"], at(), logs(40, 40), false)).toEqual(risk("noOffset", 40));
    });
});

it("the lag counts the records that are still there", () => {
    expect(lagOf(["t-0"], at(30), logs(40, 100))).toBe(60);
    expect(lagOf(["t-0"], at(), logs(40, 100))).toBe(60);
    expect(lagOf(["t-0"], at(90), logs(40, 100))).toBe(10);
    expect(lagOf(["t-0"], at(90), { starts: new Map(), ends: new Map() })).toBeUndefined();
});

describe("readPartitions", () => {
    const partitions = ["a.cdc.x", "a.cdc.y", "__consumer_offsets"].map((topic) => ({ topic, partition: 0 }));
    const read = (topicsRegex: string, committed = new Map<string, number>()) =>
        readPartitions({ topics: [], topicsRegex }, partitions, committed).map(({ topic }) => topic);

    it("follows the list, or the whole names that the pattern matches in their case", () => {
        expect(readPartitions({ topics: ["a.cdc.y"] }, partitions, undefined)).toEqual([partitions[1]]);
        expect(read("a\\.cdc\\..*")).toEqual(["a.cdc.x", "a.cdc.y"]);
        expect(read("\\Qa.cdc.\\E[x]")).toEqual(["a.cdc.x"]);
        expect(read("cdc")).toEqual([]);
        expect(read("A\\.cdc\\.x")).toEqual([]);
        expect(read(".*")).toEqual(["a.cdc.x", "a.cdc.y"]);
    });

    it("follows the group's offsets where JavaScript cannot read the pattern", () => {
        expect(read("a\\.cdc\\.\\w++", new Map([["a.cdc.y-0", 1]]))).toEqual(["a.cdc.y"]);
    });
});

it("only topics that delete by age have a retention", () => {
    const settings = (policy: string, ms: string) =>
        new Map([["t", new Map(Object.entries({ "cleanup.policy": policy, "retention.ms": ms }))]]);
    expect(retentionMs("t", settings("delete", "1000"))).toBe(1000);
    expect(retentionMs("t", settings("compact,delete", "1000"))).toBe(1000);
    expect(retentionMs("t", settings("compact", "1000"))).toBeUndefined();
    expect(retentionMs("t", settings("delete", "-1"))).toBeUndefined();
    expect(retentionMs("other", settings("delete", "1000"))).toBeUndefined();
});
