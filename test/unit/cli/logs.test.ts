import { describe, expect, it } from "vitest";
import { inSequence } from "../../../cli/logs/inSequence";
import { selectMembers } from "../../../cli/logs/members";
import { readSince } from "../../../cli/logs/readSince";

const known = ["artemis", "connect-0", "connect-1", "connect-10", "connect-secrets-writer", "kafka-0", "postgres"];

describe("selectMembers", () => {
    it.each([
        [["connect-1"], ["connect-1"]],
        [["connect"], ["connect-0", "connect-1", "connect-10"]],
        [
            ["postgres", "kafka"],
            ["kafka-0", "postgres"],
        ],
        [
            ["connect", "connect-0"],
            ["connect-0", "connect-1", "connect-10"],
        ],
        [[], known],
    ])("selects for %j: %j", (wanted, selected) => {
        expect(selectMembers(wanted, known)).toEqual(selected);
    });

    it.each([
        ["conect-1", "connect-1"],
        ["kafak", "kafka"],
    ])("suggests a name for %s, and lists all names", (wrong, right) => {
        const all = [...known, "connect", "kafka"].join(", ");
        expect(() => selectMembers([wrong], known)).toThrow(
            `member "${wrong}" not found; did you mean ${right}? Known: ${all}`,
        );
    });
});

describe("readSince", () => {
    const now = Date.UTC(2026, 0, 2);

    it.each([
        ["30s", now / 1000 - 30],
        ["10m", now / 1000 - 600],
        ["2h", now / 1000 - 7200],
        ["1d", now / 1000 - 86_400],
        ["2026-01-01T12:00:00Z", now / 1000 - 43_200],
        ["99999d", 0],
    ])("reads %s", (text, seconds) => {
        expect(readSince(text, now)).toBe(String(seconds));
    });

    it.each(["soon", "10", "-1m", ""])('rejects "%s" with the valid forms', (text) => {
        expect(() => readSince(text, now)).toThrow(/30s, 10m, 2h, 1d/);
    });
});

describe("inSequence", () => {
    it("sorts by time, and keeps the order of lines with the same time", () => {
        const line = (second: number, text: string) => ({ time: `2026-01-01T00:00:0${second}.000000000Z`, text });
        const merged = inSequence([
            { name: "a", lines: [line(1, "first"), line(3, "third"), line(3, "at once")] },
            { name: "b", lines: [line(2, "second"), line(4, "last")] },
        ]);
        expect(merged.map(({ name, text }) => `${name} ${text}`)).toEqual([
            "a first",
            "b second",
            "a third",
            "a at once",
            "b last",
        ]);
    });
});
