import { describe, expect, it } from "vitest";
import { digestOf, DigestTable, type Entry } from "../../../reconcile/digestTable";

const entryOf = (i: number): Entry => ({
    row: BigInt(i) * 2n ** 40n + 1n,
    xid: 2 ** 32 - 1 - i,
    partition: i % 65_536,
    offset: i * 2 ** 33 + i,
    gap: i % 4096,
    isDelete: i % 2 === 0,
    isLate: i % 3 === 0,
    isSeen: i % 5 === 0,
});

describe("DigestTable", () => {
    it("keeps what it was given, while it grows", () => {
        const table = new DigestTable();
        const count = 20_000;
        for (let i = 0; i < count; i++) table.set(digestOf(String(i)), entryOf(i));
        for (let i = 0; i < count; i += 2) table.set(digestOf(String(i)), entryOf(i + 1));
        expect(table.size).toBe(count);
        for (let i = 0; i < count; i++) {
            expect(table.get(digestOf(String(i)))).toEqual(entryOf(i % 2 === 0 ? i + 1 : i));
        }
        expect(table.get(digestOf("other"))).toBeUndefined();
        expect([...table.entries()]).toHaveLength(count);
        table.clear();
        expect(table.get(digestOf("1"))).toBeUndefined();
        expect([...table.entries()]).toEqual([]);
    });
});
