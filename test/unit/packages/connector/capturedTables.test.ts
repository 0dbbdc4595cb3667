import { describe, expect, it } from "vitest";
import { captureProblems } from "../../../../packages/connector/src/postgres/capturedTables";
import type { DatabaseTable, Publication } from "../../../../packages/connector/src/postgres/captureState";

const SOURCE = {
    "plugin.name": "pgoutput",
    "publication.name": "pub",
    "publication.autocreate.mode": "disabled",
};

/** A table; its id is its name. */
function table(id: string, more: Partial<DatabaseTable> = {}): DatabaseTable {
    const [schema = "", name = ""] = id.split(".");
    return { id, schema, name, sql: id, partitioned: false, ancestors: [], published: false, ...more };
}

const published = { published: true };
const customers = table("cdc.customers", published);
const orders = table("cdc.orders");
/** A partitioned table in two levels. */
const logs = (root: Partial<DatabaseTable> = {}, parts: Partial<DatabaseTable> = {}) => [
    table("cdc.logs", { partitioned: true, ...root }),
    table("cdc.logs_2026", { partitioned: true, ancestors: ["cdc.logs"] }),
    table("cdc.logs_2026_1", { ancestors: ["cdc.logs_2026", "cdc.logs"], ...parts }),
    table("cdc.logs_2026_2", { ancestors: ["cdc.logs_2026", "cdc.logs"], ...parts }),
];

/** Kind, text and remedy of the problems. */
function problems(
    settings: string | Record<string, string>,
    tables: DatabaseTable[],
    publication: Partial<Publication> = {},
): string[] {
    const lists = typeof settings === "string" ? { "table.include.list": settings } : settings;
    const found = captureProblems(
        { ...SOURCE, ...lists },
        { sql: "pub", exists: true, viaRoot: false, tables, ...publication },
    );
    return found.map(({ kind, text, remedy }) => `${kind}: ${text}; ${remedy}`);
}

const ADD_ORDERS =
    "publication: captures cdc.orders, which publication pub does not contain: no change of it arrives; " +
    "run: ALTER PUBLICATION pub ADD TABLE cdc.orders";
const VIA_ROOT = "ALTER PUBLICATION pub SET (publish_via_partition_root = true)";

describe("a captured table that is not published", () => {
    it.each([
        ["a name", "cdc.customers,cdc.orders"],
        ["a name with an escaped dot and blanks", " cdc\\.customers , cdc\\.orders "],
        ["another case", "CDC.Customers,cdc.ORDERS"],
        ["a pattern", "cdc\\.(customers|orders)"],
        ["a pattern with an escaped comma", "cdc\\.[a-z]{1\\,9}"],
    ])("is found by %s", (_, list) => {
        expect(problems(list, [customers, orders])).toEqual([ADD_ORDERS]);
    });

    it.each([
        ["a part of the name", "cdc.customers,cdc.order"],
        ["a pattern that stands for the beginning only", "cdc\\.customers,cdc\\.or"],
    ])("is not meant by %s", (_, list) => {
        const found = problems(list, [customers, orders]);
        expect(found).toEqual([
            expect.stringMatching(/^tables: captures .+, and the database has no such table; correct/),
        ]);
    });

    it.each<[string, Record<string, string>]>([
        ["in an excluded table", { "table.include.list": "cdc\\..*", "table.exclude.list": "cdc.orders" }],
        ["in an excluded schema", { "table.include.list": "cdc.customers,.*", "schema.exclude.list": "shop" }],
        ["where no setting lists captured tables", {}],
        ["where another plugin decodes", { "table.include.list": "cdc.orders", "plugin.name": "decoderbufs" }],
        [
            "where Debezium keeps the publication",
            { "table.include.list": "cdc.orders", "publication.autocreate.mode": "filtered" },
        ],
        ["in a pattern that only Java reads", { "table.include.list": "cdc\\.\\p{javaLowerCase}+(?i)" }],
    ])("is no matter %s", (_, settings) => {
        const tables = [customers, settings["schema.exclude.list"] ? table("shop.orders") : orders];
        expect(problems(settings, tables)).toEqual([]);
    });

    it("is found by its schema, and as the table of signals", () => {
        const settings = { "schema.include.list": "cdc", "signal.data.collection": "ops.signals" };
        const tables = [customers, orders, table("ops.signals"), table("ops.other")];
        expect(problems(settings, tables)[0]).toContain("ALTER PUBLICATION pub ADD TABLE cdc.orders, ops.signals");
    });

    it("is named as SQL needs it", () => {
        const odd = table("cdc.Order Items", { sql: 'cdc."Order Items"' });
        const found = problems("cdc.Order Items", [odd], { sql: '"my Pub"' });
        expect(found[0]).toMatch(/; run: ALTER PUBLICATION "my Pub" ADD TABLE cdc."Order Items"$/);
    });

    it("has no publication to be in", () => {
        const found = problems("cdc.orders", [orders], { exists: false });
        expect(found[0]).toMatch(
            /publication pub does not exist: .*; run: CREATE PUBLICATION pub FOR TABLE cdc.orders$/,
        );
        const makes = { "table.include.list": "cdc.orders", "publication.autocreate.mode": "all_tables" };
        expect(problems(makes, [orders], { exists: false })).toEqual([]);
    });
});

describe("a partitioned table", () => {
    it.each([
        ["its root by the root", "cdc.logs", logs({ published: true }), { viaRoot: true }],
        ["its partitions by their names", "cdc.logs_2026_.*", logs({}, published), {}],
        ["root and partitions by the partitions' names", "cdc.logs.*", logs({}, published), {}],
        ["root and partitions by the root's name", "cdc.logs.*", logs({ published: true }), { viaRoot: true }],
    ])("arrives where a source captures %s", (_, list, tables, publication) => {
        expect(problems(list, tables, publication)).toEqual([]);
    });

    it.each([
        [
            "its root while the partitions are published",
            "cdc.logs",
            logs({}, published),
            {},
            `partitions: captures cdc.logs, but publication pub publishes the changes under the names of the partitions; run: ${VIA_ROOT}`,
        ],
        [
            "a partition while the root is published",
            "cdc.logs_2026_1",
            logs({ published: true }),
            { viaRoot: true },
            "root: captures cdc.logs_2026_1, but publication pub publishes the changes under the name of cdc.logs; " +
                "capture cdc.logs instead, or run: ALTER PUBLICATION pub SET (publish_via_partition_root = false)",
        ],
        [
            "its root, and nothing is published",
            "cdc.logs",
            logs(),
            {},
            "publication: captures cdc.logs, which publication pub does not contain: no change of it arrives; " +
                `run: ALTER PUBLICATION pub ADD TABLE cdc.logs; ${VIA_ROOT}`,
        ],
        [
            "root and partitions, and nothing is published",
            "cdc\\.logs.*",
            logs(),
            {},
            "publication: captures cdc.logs, which publication pub does not contain: no change of it arrives; " +
                "run: ALTER PUBLICATION pub ADD TABLE cdc.logs",
        ],
    ])("does not arrive where a source captures %s", (_, list, tables, publication, expected) => {
        expect(problems(list, tables, publication)).toEqual([expected]);
    });
});
