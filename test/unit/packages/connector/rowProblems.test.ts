import { describe, expect, it } from "vitest";
import {
    type CapturedRows,
    type PublishedRows,
    type RowColumn,
    rowProblems,
} from "../../../../packages/connector/src/postgres/rowProblems";

function column(name: string, more: Partial<RowColumn> = {}): RowColumn {
    return { name, type: "text", large: true, unpublished: false, ...more };
}

function table(name: string, more: Partial<CapturedRows> = {}): CapturedRows {
    return { schema: "cdc", name, sql: `cdc.${name}`, identity: "index", storesLarge: false, columns: [], ...more };
}

/** Kind, text and remedy of the problems. */
function problems(
    tables: CapturedRows[],
    settings: Record<string, string> = {},
    publication: Partial<PublishedRows> = {},
): string[] {
    const found = rowProblems(settings, {
        changes: true,
        canPublishGenerated: false,
        sql: "pub",
        tables,
        ...publication,
    });
    return found.map(({ kind, text, remedy }) => `${kind}: ${text}; ${remedy}`);
}

const docs = table("docs", { storesLarge: true, columns: [column("body")] });
const flags = table("flags", { columns: [column("list", { type: "_bool" }), column("note")] });
const UNAVAILABLE =
    /^unavailable: captures cdc\.docs\.body: an UPDATE does not contain large values .*; run: ALTER TABLE cdc\.docs /;

describe("a table without a replica identity", () => {
    it("is refused changes, unless the publication publishes rows that are inserted only", () => {
        const log = table("log", { identity: "none" });
        expect(problems([log])).toEqual([expect.stringMatching(/^identity: captures cdc\.log without a primary key/)]);
        expect(problems([log], {}, { changes: false })).toEqual([]);
    });
});

describe("large values", () => {
    it("are a problem only once the table stores some, and the replica identity does not contain them", () => {
        expect(problems([docs])).toEqual([expect.stringMatching(UNAVAILABLE)]);
        expect(problems([{ ...docs, storesLarge: false }])).toEqual([]);
        expect(problems([{ ...docs, identity: "all" }])).toEqual([]);
        expect(problems([{ ...docs, identity: undefined }])).toEqual([]);
        expect(problems([{ ...docs, columns: [] }])).toEqual([]);
    });

    it.each<Record<string, string>>([
        { "unavailable.value.placeholder": "__debezium_unavailable_value" },
        { "post.processors": "reselector" },
        { "column.exclude.list": "cdc.docs.(body|raw)" },
        { "column.include.list": "cdc.docs.id" },
    ])("are none where the source knows of them: %j", (settings) => {
        expect(problems([docs], settings)).toEqual([]);
    });

    it("that arrive as NULL are a problem in any case", () => {
        const nulls = expect.stringMatching(
            /^nulls: captures cdc\.flags\.list: .* Debezium sends NULL; run: ALTER TABLE cdc\.flags /,
        );
        expect(problems([flags])).toEqual([nulls]);
        expect(problems([flags, docs], { "unavailable.value.placeholder": "x" })).toEqual([nulls]);
        expect(problems([flags, docs])).toEqual([nulls, expect.stringMatching(UNAVAILABLE)]);
    });

    it.each([
        ["numeric", {}, true],
        ["numeric", { "decimal.handling.mode": "string" }, false],
        ["_date", {}, false],
        ["_date", { "time.precision.mode": "isostring" }, true],
        ["_text", {}, false],
        ["_int2", {}, true],
        ["numrange", {}, false],
        ["_numrange", {}, true],
        ["varbit", {}, true],
        ["vector", {}, true],
    ])("of type %s arrive as NULL with %j: %s", (type, settings, isNull) => {
        const found = problems([table("t", { columns: [column("c", { type })] })], settings);
        expect(found.map((text) => text.split(":")[0])).toEqual(isNull ? ["nulls"] : []);
    });
});

describe("generated columns", () => {
    const computed = table("computed", { columns: [column("b", { large: false, unpublished: true })] });

    it("can be excluded, or published by newer servers", () => {
        const text =
            "generated: captures cdc.computed.b: generated columns arrive with a snapshot, and not with changes";
        const exclude = "add them to column.exclude.list";
        expect(problems([computed])).toEqual([`${text}; ${exclude}`]);
        expect(problems([computed], {}, { canPublishGenerated: true })).toEqual([
            `${text}; ${exclude}, or run: ALTER PUBLICATION pub SET (publish_generated_columns = stored)`,
        ]);
        expect(problems([computed], { "column.exclude.list": "cdc\\.computed\\.b" })).toEqual([]);
    });
});

it("names a few of many", () => {
    const tables = Array.from({ length: 7 }, (_, i) => table(`t${i}`, { identity: "none" }));
    expect(problems(tables)[0]).toContain("captures cdc.t0, cdc.t1, cdc.t2, cdc.t3, cdc.t4 and 2 more without");
});
