import { describe, expect, it } from "vitest";
import {
    canBeIncremental,
    signalData,
    snapshotPosition,
} from "../../../../../packages/connector/src/postgres/snapshotSignals";
import { parseTableName, tableText } from "../../../../../packages/connector/src/postgres/tableName";

describe("a table's name", () => {
    it.each([
        ["cdc.customers", "cdc", "customers"],
        ["cdc.Order Items", "cdc", "Order Items"],
        ["cdc.größe$", "cdc", "größe$"],
        ['"my.schema"."a.b"', "my.schema", "a.b"],
        ['cdc."quo""ted"', "cdc", 'quo"ted'],
        ['cdc."*"', "cdc", "*"],
    ])("%s has two parts, and is written so", (text, schema, table) => {
        expect(parseTableName(text)).toEqual({ schema, table });
        expect(tableText({ schema, table })).toBe(text);
    });

    it("stands for a schema with *, and is refused without two parts", () => {
        expect(parseTableName("sales.*")).toEqual({ schema: "sales" });
        const wrong = ["customers", "a.b.c", ".a", "a.", '"a.b', 'a"b.c', ""];
        expect(wrong.map(parseTableName)).toEqual(wrong.map(() => undefined));
    });
});

describe("a signal", () => {
    const tables = [
        { schema: "cdc", table: "orders" },
        { schema: "cdc", table: "my$table" },
    ];

    it("names tables as Debezium reads them", () => {
        expect(signalData(tables, "incremental").map((data) => JSON.parse(data))).toEqual([
            { type: "incremental", "data-collections": ['"cdc"."my$table"', '"cdc"."orders"'] },
        ]);
        expect(signalData(tables, "blocking").map((data) => JSON.parse(data))).toEqual([
            { type: "blocking", "data-collections": ['(.*\\.)?"cdc"\\."my\\$table"', '(.*\\.)?"cdc"\\."orders"'] },
        ]);
    });

    it("is split where the column is too short for all tables", () => {
        const many = Array.from({ length: 100 }, (_, i) => ({ schema: "cdc", table: `table_${i}` }));
        const data = signalData(many, "incremental", 2048);
        expect(Math.max(...data.map(({ length }) => length))).toBeLessThanOrEqual(2048);
        expect(data.flatMap((one) => JSON.parse(one)["data-collections"])).toHaveLength(100);
        expect(data).toHaveLength(2);
    });

    it.each([
        ["größe$", true],
        ["Order", true],
        ["Order Items", false],
        ["a.b", false],
        ["a(b", false],
        ['a"b', false],
    ])("can be incremental for table %s: %s", (table, can) => {
        expect(canBeIncremental({ schema: "cdc", table })).toBe(can);
    });
});

it("the position of a source shows its incremental snapshot", () => {
    const running = {
        lsn: 34_000_000,
        incremental_snapshot_collections: JSON.stringify([{ incremental_snapshot_collections_id: "cdc.orders" }]),
        incremental_snapshot_correlation_id: "cdc-1-a",
        incremental_snapshot_total_rows: "20000",
    };
    expect(snapshotPosition([{ partition: {}, offset: running }])).toEqual({
        lsn: 34_000_000n,
        tables: ["cdc.orders"],
        signal: "cdc-1-a",
        totalRows: 20_000,
    });
    expect(snapshotPosition([])).toEqual({ tables: [] });
});
