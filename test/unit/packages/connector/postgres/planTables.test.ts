import { describe, expect, it } from "vitest";
import type { CaptureState, TableState } from "../../../../../packages/connector/src/postgres/captureState";
import { type DeclaredTable, planTables } from "../../../../../packages/connector/src/postgres/planTables";

const PUBLICATION: CaptureState["publication"] = {
    sql: "dbz",
    exists: true,
    viaRoot: false,
    allTables: false,
    owner: "app",
    isOwned: true,
    publish: "insert, update, delete",
    schemas: [],
};

/** A table of the role; its id is its name. */
function table(id: string, more: Partial<TableState> = {}): TableState {
    const [schema = "", name = ""] = id.split(".");
    const known = { id, schema, name, sql: id, partitioned: false, ancestors: [], published: false, owner: "app" };
    const flags = {
        isMember: false,
        isFiltered: false,
        isOwned: true,
        unlogged: false,
        hasPrimaryKey: true,
        hasKey: true,
    };
    return { ...known, ...flags, replicaIdentity: "default", identityIndexes: [], ...more };
}

/** The statements for declared tables, by transaction. */
function statements(
    declared: Record<string, DeclaredTable>,
    tables: TableState[],
    {
        publication,
        leaving = [],
        ...more
    }: Partial<Omit<CaptureState, "publication">> & {
        publication?: Partial<CaptureState["publication"]>;
        leaving?: string[];
    } = {},
): string[][] {
    const schemas = [...new Set(tables.map(({ schema }) => schema))];
    const plan = planTables(
        { publication: "dbz", tables: declared, leaving },
        {
            version: 150_000,
            database: "app",
            role: "app",
            isSuperuser: false,
            mayCreate: true,
            tables,
            otherRelations: [],
            schemas: schemas.map((name) => ({ name, sql: name, mayCreate: true })),
            ...more,
            publication: { ...PUBLICATION, ...publication },
        },
    );
    expect([...plan.problems, ...plan.missingRights]).toEqual([]);
    return plan.transactions.map((transaction) => transaction.map(({ sql }) => sql));
}

const member = { isMember: true };

describe("the statements for declared tables", () => {
    it("are none where all is as declared", () => {
        expect(statements({ "cdc.a": { replicaIdentity: "default" } }, [table("cdc.a", member)])).toEqual([]);
    });

    it("leave a publication that publishes truncations, too, as it is", () => {
        const publication = { publish: "insert, update, delete, truncate" };
        expect(statements({ "cdc.a": {} }, [table("cdc.a", member)], { publication })).toEqual([]);
    });

    it("change replica identities first, each in its own transaction", () => {
        const declared = { "cdc.a": { replicaIdentity: "full" }, "cdc.b": { replicaIdentity: "full" } } as const;
        expect(
            statements(declared, [table("cdc.a", member), table("cdc.b")], { publication: { publish: "insert" } }),
        ).toEqual([
            ["ALTER TABLE cdc.a REPLICA IDENTITY FULL"],
            ["ALTER TABLE cdc.b REPLICA IDENTITY FULL"],
            ["ALTER PUBLICATION dbz SET (publish = 'insert, update, delete')", "ALTER PUBLICATION dbz ADD TABLE cdc.b"],
        ]);
    });

    it.each([
        ["PostgreSQL 14", { version: 140_000, isSuperuser: true }, "ADD TABLE cdc.a, cdc.b"],
        ["a role that is no superuser", {}, "ADD TABLE cdc.a, cdc.b"],
        ["a superuser of PostgreSQL 15", { isSuperuser: true }, "ADD TABLES IN SCHEMA cdc"],
    ])("add a schema for %s", (_, server, add) => {
        const tables = [table("cdc.a"), table("cdc.b"), table("cdc.b_1", { ancestors: ["cdc.b"] })];
        expect(statements({ "cdc.*": {} }, tables, server)).toEqual([[`ALTER PUBLICATION dbz ${add}`]]);
    });

    it("follow a table's own entry where its schema has one, too", () => {
        const declared = { "cdc.*": { replicaIdentity: "full" }, "cdc.a": {} } as const;
        const tables = [table("cdc.a", member), table("cdc.b", member)];
        expect(statements(declared, tables)).toEqual([["ALTER TABLE cdc.b REPLICA IDENTITY FULL"]]);
    });

    it("remove a table that has left, unless its schema is declared", () => {
        const tables = [table("cdc.a", member), table("cdc.b", member)];
        const leaving = ["cdc.b"];
        expect(statements({ "cdc.a": {} }, tables, { leaving })).toEqual([["ALTER PUBLICATION dbz DROP TABLE cdc.b"]]);
        expect(statements({ "cdc.*": {} }, tables, { leaving })).toEqual([]);
        const whole = { leaving: ["cdc.*"], publication: { schemas: ["cdc"] } };
        expect(statements({ "cdc.a": {} }, [table("cdc.a")], whole)).toEqual([
            ["ALTER PUBLICATION dbz ADD TABLE cdc.a", "ALTER PUBLICATION dbz DROP TABLES IN SCHEMA cdc"],
        ]);
    });
});
