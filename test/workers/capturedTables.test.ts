import { Client } from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import * as provider from "../../packages/connector/src/capturedTablesProvider";
import { Engine } from "../support/workers/engine";
import { PostgresProcess } from "../support/workers/postgresProcess";

type Tables = Record<string, { replicaIdentity?: string | { index: string } }>;

const lines: string[] = [];
let postgres: PostgresProcess;
let names = 0;
let publication: string;
let tables: Engine;

beforeAll(async () => {
    postgres = await PostgresProcess.start();
});

afterAll(() => postgres?.close());

beforeEach(async () => {
    publication = `p${++names}`;
    tables = newEngine();
    lines.length = 0;
    vi.spyOn(console, "log").mockImplementation((line: string) => void lines.push(line));
    await postgres.query("drop schema if exists cdc cascade; create schema cdc");
    await postgres.query(
        "create table cdc.customers (id int primary key, name text); create table cdc.orders (id int primary key)",
    );
});

function newEngine(): Engine {
    return new Engine(provider, { manage: true, lockSeconds: 5 });
}

/** Declares tables; the lines of this `up`. */
async function up(declared: Tables, more: Record<string, unknown> = {}) {
    lines.length = 0;
    const step = await tables.up({ url: postgres.url, publication, tables: declared, ...more });
    return { step, lines: [...lines] };
}

/** Names in the publication. */
async function published(): Promise<string[]> {
    const sql =
        "select schemaname || '.' || tablename as name from pg_publication_tables where pubname = $1 order by 1";
    return (await postgres.query<{ name: string }>(sql, [publication])).map(({ name }) => name);
}

async function options() {
    const sql =
        "select pubinsert, pubupdate, pubdelete, pubtruncate, pubviaroot from pg_publication where pubname = $1";
    const [row] = await postgres.query(sql, [publication]);
    return Object.entries(row!).flatMap(([key, value]) => (value ? [key.slice(3)] : []));
}

async function identities(): Promise<Record<string, string>> {
    const sql =
        "select relname, relreplident from pg_class where relnamespace = 'cdc'::regnamespace and relkind in ('r', 'p')";
    const rows = await postgres.query<{ relname: string; relreplident: string }>(sql);
    return Object.fromEntries(rows.map(({ relname, relreplident }) => [relname, relreplident]));
}

const executed = (seen: string[]) => seen.filter((line) => /^(ALTER|CREATE|DROP) /.test(line));

describe("declared tables", () => {
    it("make the publication, the replica identity and the signal table, and a second up does nothing", async () => {
        const declared = { "cdc.customers": { replicaIdentity: "full" }, "cdc.orders": {} };
        const first = await up(declared, { signalTable: "cdc.debezium_signal" });
        expect(await published()).toEqual(["cdc.customers", "cdc.debezium_signal", "cdc.orders"]);
        expect(await options()).toEqual(["insert", "update", "delete"]);
        expect(await identities()).toMatchObject({ customers: "f", orders: "d" });
        expect(executed(first.lines)).toHaveLength(3);
        const second = await up(declared, { signalTable: "cdc.debezium_signal" });
        expect(second).toEqual({ step: "unchanged", lines: [] });
    });

    it("come and go with one statement each, and those of others stay", async () => {
        await up({ "cdc.customers": {} });
        await postgres.query(
            "create table cdc.items (id int primary key); create table cdc.theirs (id int primary key)",
        );
        await postgres.query(`alter publication ${publication} add table cdc.theirs`);
        const changed = await up({ "cdc.orders": {}, "cdc.items": {} });
        expect(executed(changed.lines)).toEqual([
            `ALTER PUBLICATION ${publication} ADD TABLE cdc.orders, cdc.items`,
            `ALTER PUBLICATION ${publication} DROP TABLE cdc.customers`,
        ]);
        expect(changed.lines[0]).toMatch(
            /^publication p\d+ at 127.*\n {4}\+ cdc.orders\n {4}\+ cdc.items\n {4}- cdc.customers$/,
        );
        expect(changed.lines[1]).toMatch(/^note: .*also has cdc.theirs, which was not declared, and stays in it$/);
        expect(await published()).toEqual(["cdc.items", "cdc.orders", "cdc.theirs"]);
    });

    it("may have names with blanks, capitals, dots, quotes, $ and umlauts", async () => {
        await postgres.query('create schema if not exists "my.schema"');
        await postgres.query('create table if not exists "my.schema"."a.b" (id int primary key)');
        for (const name of ["Order Items", "größe", "my$table", 'quo""ted']) {
            await postgres.query(`create table cdc."${name}" (id int primary key)`);
        }
        await up({
            '"my.schema"."a.b"': { replicaIdentity: "full" },
            "cdc.Order Items": {},
            "cdc.größe": { replicaIdentity: "full" },
            "cdc.my$table": {},
            'cdc."quo""ted"': {},
        });
        expect(await published()).toEqual(
            ["cdc.Order Items", "cdc.größe", "cdc.my$table", 'cdc.quo"ted', "my.schema.a.b"].sort(),
        );
        expect(await identities()).toMatchObject({ größe: "f", my$table: "d" });
    });

    it("may be partitioned: changes arrive under the root's name, and later partitions follow", async () => {
        await postgres.query(
            "create table cdc.logs (id int, day date, primary key (id, day)) partition by range (day);" +
                " create table cdc.logs_1 partition of cdc.logs for values from ('2026-01-01') to ('2026-02-01')",
        );
        const declared = { "cdc.logs": { replicaIdentity: "full" } };
        await up(declared);
        expect(await published()).toEqual(["cdc.logs"]);
        expect(await options()).toContain("viaroot");
        expect(await identities()).toMatchObject({ logs: "f", logs_1: "f" });
        await postgres.query(
            "create table cdc.logs_2 partition of cdc.logs for values from ('2026-02-01') to ('2026-03-01')",
        );
        const later = await up(declared);
        expect(later.step).toBe("updated");
        expect(executed(later.lines)).toEqual(["ALTER TABLE cdc.logs_2 REPLICA IDENTITY FULL"]);
    });

    it("may be a schema: as a whole for a superuser, and otherwise its tables of each up", async () => {
        const url = postgres.superuserUrl;
        const whole = await up({ "cdc.*": {} }, { url });
        expect(executed(whole.lines)[0]).toContain(" FOR TABLES IN SCHEMA cdc ");
        await postgres.query("create table cdc.late (id int primary key)");
        expect(await published()).toEqual(["cdc.customers", "cdc.late", "cdc.orders"]);
        expect((await up({ "cdc.*": {} }, { url })).step).toBe("unchanged");
        await up({ "cdc.customers": {} }, { url });
        expect(await published()).toEqual(["cdc.customers"]);

        [publication, tables] = [`${publication}b`, newEngine()];
        const single = await up({ "cdc.*": {} });
        expect(single.lines.join()).toContain("Tables that are made later join at the next up");
        await postgres.query("create table cdc.later (id int primary key)");
        expect((await up({ "cdc.*": {} })).step).toBe("updated");
        expect(await published()).toContain("cdc.later");
        await up({ "cdc.customers": {} });
        expect(await published()).toEqual(["cdc.customers"]);
    });

    it("are found to differ by a refresh, and are put right", async () => {
        const declared = { "cdc.customers": { replicaIdentity: "full" }, "cdc.orders": {} };
        await up(declared);
        await postgres.query(`alter publication ${publication} drop table cdc.orders`);
        await postgres.query("alter table cdc.customers replica identity default");
        await tables.refresh();
        expect(tables.outputs!["tables"]).toEqual({ "cdc.customers": { replicaIdentity: "default" } });
        expect((await up(declared)).step).toBe("updated");
        expect(await published()).toEqual(["cdc.customers", "cdc.orders"]);
        expect(await identities()).toMatchObject({ customers: "f" });
        await tables.destroy();
        expect(await published()).toEqual(["cdc.customers", "cdc.orders"]);
    });
});

describe("a lock that another session has", () => {
    let holder: Client;

    beforeEach(async () => {
        holder = new Client({ connectionString: postgres.url, application_name: "nightly load" });
        await holder.connect();
    });

    it("is an error with that session, and the next up goes on", async () => {
        await holder.query("begin; lock table cdc.customers in access share mode");
        const declared = { "cdc.customers": { replicaIdentity: "full" }, "cdc.orders": { replicaIdentity: "full" } };
        const started = performance.now();
        await expect(up(declared, { lockSeconds: 0.5 })).rejects.toThrow(
            /REPLICA IDENTITY FULL: no lock within 0.5 s, which process \d+, application nightly load, user cdcadmin, in a transaction since .* has\. End/,
        );
        expect(performance.now() - started).toBeLessThan(5000);
        await holder.end();
        const next = await up(declared, { lockSeconds: 0.5 });
        expect(next.step).toBe("updated");
        expect(await identities()).toMatchObject({ customers: "f", orders: "f" });
        expect(await published()).toEqual(["cdc.customers", "cdc.orders"]);
    });

    it("leaves a table that is to go to the next up", async () => {
        await up({ "cdc.customers": {}, "cdc.orders": {} });
        await holder.query("begin; lock table cdc.customers in access exclusive mode");
        const failed = up({ "cdc.customers": { replicaIdentity: "full" } }, { lockSeconds: 0.5 });
        await expect(failed).rejects.toThrow("no lock within 0.5 s");
        expect(await published()).toContain("cdc.orders");
        await holder.end();
        await up({ "cdc.customers": { replicaIdentity: "full" } });
        expect(await published()).toEqual(["cdc.customers"]);
    });
});

describe("an up that is killed", () => {
    it("is continued by the next one, with what is left", async () => {
        const declared = { "cdc.customers": { replicaIdentity: "full" }, "cdc.orders": {} };
        const args = { url: postgres.url, publication, tables: declared };
        await postgres.query("alter table cdc.customers replica identity full");
        await tables.up(args, { killed: true });
        expect(tables.outputs).toBeUndefined();
        expect(executed((await up(declared)).lines)).toEqual([]);
        expect(await published()).toEqual(["cdc.customers", "cdc.orders"]);
    });
});

describe("a problem is found before anything changes", () => {
    it.each<[string, Tables, string, RegExp]>([
        [
            "a table that does not exist",
            { "cdc.custmers": {} },
            "",
            /cdc.custmers does not exist.*did you mean cdc.customers\?/,
        ],
        ["a schema that does not exist", { "shop.*": {} }, "", /schema shop does not exist/],
        ["a view", { "cdc.v": {} }, "create view cdc.v as select 1", /cdc.v is a view, and only tables are published/],
        [
            "a table without a key",
            { "cdc.k": {} },
            "create table cdc.k (id int)",
            /cdc.k has no replica identity: each UPDATE/,
        ],
        ["an unlogged table", { "cdc.u": {} }, "create unlogged table cdc.u (id int primary key)", /SET LOGGED/],
        [
            "an index that cannot be the identity",
            { "cdc.customers": { replicaIdentity: { index: "by_name" } } },
            "create unique index by_name on cdc.customers (name)",
            /by_name is no unique index of it on columns that are NOT NULL; use one of: customers_pkey/,
        ],
        [
            "a partition beside its table",
            { "cdc.l": {}, "cdc.l1": {} },
            "create table cdc.l (id int primary key) partition by range (id); create table cdc.l1 partition of cdc.l default",
            /cdc.l1 is a partition of cdc.l, which is declared, too/,
        ],
    ])("%s", async (_, declared, sql, message) => {
        if (sql !== "") await postgres.query(sql);
        await expect(up(declared)).rejects.toThrow(message);
        expect(await postgres.query("select from pg_publication where pubname = $1", [publication])).toEqual([]);
    });

    it("a publication for all tables, and one of another owner", async () => {
        const url = postgres.superuserUrl;
        const admin = new Client({ connectionString: url });
        await admin.connect();
        await admin.query(`create publication ${publication} for all tables; create publication ${publication}o`);
        await admin.query("create table cdc.theirs (id int primary key)");
        await admin.end();
        await expect(up({ "cdc.customers": {} })).rejects.toThrow(
            /is FOR ALL TABLES, which no table can join or leave/,
        );
        publication = `${publication}o`;
        await expect(up({ "cdc.theirs": {} })).rejects.toThrow(
            /publication p\d+o belongs to role postgres.*OWNER TO "cdcadmin"; cdc.theirs belongs to role postgres.*run: GRANT "postgres" TO "cdcadmin"/,
        );
    });

    it("all of an invalid declaration at once, without the URL", async () => {
        const wrong = { customers: {}, "cdc.orders": { replicaIdentity: "all" }, "a.b.c": {} };
        const failed = up(wrong, { url: "postgresql://cdc:hunter2@h", lockSeconds: 0, signalTable: "cdc.*" });
        const error = await failed.catch((one: Error) => one);
        for (const part of [
            'tables["customers"]',
            "default, full, nothing",
            'tables["a.b.c"]',
            "url must",
            "lockSeconds",
            "signalTable",
        ]) {
            expect((error as Error).message).toContain(part);
        }
        expect((error as Error).message).not.toContain("hunter2");
    });
});

it("a database that does not answer is a note at preview, and an error of up without the password", async () => {
    const url = postgres.url.replace(/@.*/, "@127.0.0.1:1/cdcdb");
    const { failures } = await provider.check({}, { url, publication, tables: {}, manage: true, lockSeconds: 5 });
    expect(failures).toEqual([]);
    expect(lines[0]).toMatch(
        /^note: publication p\d+ at 127.0.0.1:1\/cdcdb was not compared .*ECONNREFUSED.*up compares them again$/,
    );
    expect(lines.join()).not.toContain("of-a-test");
});

describe("with manage: false", () => {
    it("up fails with the SQL of what is missing, and works when that was run", async () => {
        const declared = { "cdc.customers": { replicaIdentity: "full" } };
        const failed = await up(declared, { manage: false }).catch((error: Error) => error.message);
        const sql = /Run as its owner: (.*)$/.exec(failed as string)![1]!;
        expect(sql).toBe(
            "ALTER TABLE cdc.customers REPLICA IDENTITY FULL; " +
                `CREATE PUBLICATION ${publication} FOR TABLE cdc.customers WITH (publish = 'insert, update, delete');`,
        );
        expect(lines[0]).toMatch(
            /^warning: publication p\d+ at .* is not as declared, and manage is false\n {4}ALTER TABLE/,
        );
        expect(await identities()).toMatchObject({ customers: "d" });
        await postgres.query(sql);
        expect((await up(declared, { manage: false })).lines).toEqual([]);
    });
});
