import { Deadline, systemClock } from "@connect-cdc/connector/client";
import { findCaptureProblems } from "@connect-cdc/connector/postgres";
import axios from "axios";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { done, pending, waitFor } from "../../servers/wait";
import { readTopic } from "../support/rows/topics";
import { type ConnectProcesses, startConnectClusters } from "../support/workers/connectProcess";
import { debeziumConfig, debeziumWorkers } from "../support/workers/debeziumSource";
import { PostgresProcess } from "../support/workers/postgresProcess";

/** A kind of table, and what arrives of it. */
interface Kind {
    /** Statements before the source starts. */
    before: string[];
    /** Statements while rows flow. */
    changes: string[];
    /** Its topic, without the prefix. */
    topic: string;
    /** Of each record: the operation, the key and the row; of a tombstone the key. */
    records: unknown[][];
}

const long = "k".repeat(8000);
const outside = "k".repeat(2600);
const wide = Object.fromEntries(Array.from({ length: 1600 }, (_, i) => [i === 0 ? "id" : `c${i}`, i === 0 ? 1 : null]));

const kinds: Record<string, Kind> = {
    "without a key": {
        before: ["create table kinds.keyless (a int)", "alter table kinds.keyless replica identity full"],
        changes: [
            "insert into kinds.keyless values (1)",
            "update kinds.keyless set a = 2",
            "delete from kinds.keyless",
        ],
        topic: "kinds.keyless",
        records: [["c", null, { a: 1 }], ["u", null, { a: 2 }], ["d", null, { a: 2 }], [null]],
    },
    "with the replica identity of an index": {
        before: [
            "create table kinds.indexed (id int, code int not null unique)",
            "alter table kinds.indexed replica identity using index indexed_code_key",
        ],
        changes: ["insert into kinds.indexed values (1, 10)", "update kinds.indexed set id = 2"],
        topic: "kinds.indexed",
        records: [
            ["c", { code: 10 }, { id: 1, code: 10 }],
            ["u", { code: 10 }, { id: 2, code: 10 }],
        ],
    },
    "with a generated column": {
        before: [
            "create table kinds.computed (id int primary key, a int, b int generated always as (2 * a) stored)",
            "insert into kinds.computed values (1, 5)",
        ],
        changes: ["update kinds.computed set a = 6"],
        topic: "kinds.computed",
        records: [
            ["r", { id: 1 }, { id: 1, a: 5, b: 10 }],
            ["u", { id: 1 }, { id: 1, a: 6 }],
        ],
    },
    "with blanks, capitals, dots, $ and umlauts in its names": {
        before: [`create table kinds."Große Box.v1$" ("Id" int primary key, "a b" int, "c.d" int, "e$f" int, "ä" int)`],
        changes: [`insert into kinds."Große Box.v1$" values (1, 2, 3, 4, 5)`],
        topic: "kinds.Gro_e_Box.v1_",
        records: [["c", { Id: 1 }, { Id: 1, "a b": 2, "c.d": 3, e$f: 4, ä: 5 }]],
    },
    "partitioned, with a partition made later": {
        before: [
            "create table kinds.logs (id int, at date, n int, primary key (id, at)) partition by range (at)",
            "create table kinds.logs_2025 partition of kinds.logs for values from ('2025-01-01') to ('2026-01-01')",
        ],
        changes: [
            "insert into kinds.logs values (1, '2025-01-01', 1)",
            "create table kinds.logs_2026 partition of kinds.logs for values from ('2026-01-01') to ('2027-01-01')",
            "insert into kinds.logs values (2, '2026-01-01', 1)",
            "update kinds.logs set at = '2026-01-02' where id = 1",
        ],
        topic: "kinds.logs",
        records: [
            ["c", { id: 1, at: 20089 }, { id: 1, at: 20089, n: 1 }],
            ["c", { id: 2, at: 20454 }, { id: 2, at: 20454, n: 1 }],
            ["d", { id: 1, at: 20089 }, { id: 1, at: 20089, n: null }],
            [{ id: 1, at: 20089 }],
            ["c", { id: 1, at: 20455 }, { id: 1, at: 20455, n: 1 }],
        ],
    },
    "with 1,600 columns": {
        before: [
            `create table kinds.wide (id int primary key, ${Object.keys(wide).slice(1).join(" int, ")} int)`,
            "insert into kinds.wide (id) values (1)",
        ],
        changes: ["update kinds.wide set c1599 = 7"],
        topic: "kinds.wide",
        records: [
            ["r", { id: 1 }, wide],
            ["u", { id: 1 }, { ...wide, c1599: 7 }],
        ],
    },
    "with a key of 8 kB": {
        before: ["create table kinds.long_key (id text primary key, n int)"],
        changes: [`insert into kinds.long_key values ('${long}', 1)`, "update kinds.long_key set n = 2"],
        topic: "kinds.long_key",
        records: [
            ["c", { id: long }, { id: long, n: 1 }],
            ["u", { id: long }, { id: long, n: 2 }],
        ],
    },
    "with a key outside the row (TOAST)": {
        before: [
            "create table kinds.outside (id text primary key, n int)",
            "alter table kinds.outside alter id set storage external",
        ],
        changes: [`insert into kinds.outside values ('${outside}', 1)`, "update kinds.outside set n = 2"],
        topic: "kinds.outside",
        records: [
            ["c", { id: outside }, { id: outside, n: 1 }],
            ["u", { id: outside }, { id: outside, n: 2 }],
        ],
    },
    "whose columns come, change and go": {
        before: ["create table kinds.altered (id int primary key, a int)"],
        changes: [
            "insert into kinds.altered values (1, 1)",
            "alter table kinds.altered add b int not null default 7",
            "insert into kinds.altered values (2, 1, 8)",
            "alter table kinds.altered rename a to c",
            "update kinds.altered set c = 2 where id = 1",
            "alter table kinds.altered alter c type text",
            "insert into kinds.altered values (3, 'x', 8)",
            "alter table kinds.altered drop c",
            "insert into kinds.altered values (4, 8)",
        ],
        topic: "kinds.altered",
        records: [
            ["c", { id: 1 }, { id: 1, a: 1 }],
            ["c", { id: 2 }, { id: 2, a: 1, b: 8 }],
            ["u", { id: 1 }, { id: 1, c: 2, b: 7 }],
            ["c", { id: 3 }, { id: 3, c: "x", b: 8 }],
            ["c", { id: 4 }, { id: 4, b: 8 }],
        ],
    },
    "added while rows flow": {
        before: [],
        changes: [
            "create table kinds.late (id int primary key)",
            "alter publication kinds add table kinds.late",
            "insert into kinds.late values (1)",
        ],
        topic: "kinds.late",
        records: [["c", { id: 1 }, { id: 1 }]],
    },
};

let connect: ConnectProcesses;

beforeAll(async () => {
    connect = await startConnectClusters([{ version: "3.9.2", workers: 1, ...(await debeziumWorkers()) }]);
});

afterAll(() => connect?.stop());

describe.each(["15.18.0", "18.4.0"] as const)("a captured table of PostgreSQL %s", (version) => {
    let postgres: PostgresProcess;
    const prefix = `kinds_${version.replaceAll(".", "_")}`;
    const isNew = version === "18.4.0";

    beforeAll(async () => {
        postgres = await PostgresProcess.start({ version });
        await run([
            "create schema kinds",
            ...Object.values(kinds).flatMap(({ before }) => before),
            // No source has an error because of them
            "create table kinds.refused (id int)",
            "create table kinds.dropped (id int primary key)",
            "create table kinds.large (id int primary key, body text, flags boolean[])",
            "create table kinds.larger (id int primary key, body text, n numeric)",
            "insert into kinds.larger select 1, string_agg(md5(i::text), ''), 0 from generate_series(1, 1000) i",
            "create table kinds.last (id int primary key)",
            `create publication kinds with (publish_via_partition_root = true)`,
        ]);
        const tables = await postgres.query<{ sql: string }>(
            "select format('kinds.%I', relname) as sql from pg_class" +
                " where relnamespace = 'kinds'::regnamespace and relkind in ('r', 'p') and not relispartition",
        );
        await run(tables.map(({ sql }) => `alter publication kinds add table ${sql}`));
        await axios.put(`${connector()}/config`, config());
        await waitFor(async () => ((await topics()).includes("kinds.wide") ? done() : pending("no snapshot")), {
            what: "the snapshot",
            timeoutSeconds: 60,
            intervalSeconds: 0.2,
        });
    });

    afterAll(async () => {
        await axios.delete(connector());
        await postgres?.close();
    });

    const connector = () => `${connect.clusters[0]!.restUrls[0]}/connectors/${prefix}`;

    function config(): Record<string, string> {
        const source = { postgres, cluster: connect.clusters[0]!, publication: "kinds", slot: "kinds", prefix };
        return debeziumConfig({ ...source, tables: "kinds\\..*" });
    }

    async function run(statements: string[]): Promise<void> {
        for (const statement of statements) await postgres.query(statement);
    }

    /** Topics that the source has written to, without the prefix. */
    async function topics(): Promise<string[]> {
        const { data } = await axios.get<Record<string, { topics: string[] }>>(`${connector()}/topics`);
        return data[prefix]!.topics.map((topic) => topic.slice(prefix.length + 1));
    }

    async function recordsOf(topic: string, count: number): Promise<unknown[][]> {
        const check = async () => {
            if (!(await topics()).includes(topic)) return pending("no topic");
            const records = await readTopic([connect.bootstrapServers], `${prefix}.${topic}`);
            return records.length >= count ? done(records) : pending(`${records.length} records`);
        };
        const records = await waitFor(check, { what: topic, timeoutSeconds: 60, intervalSeconds: 0.2 });
        return records.map(({ key, value }) => {
            const parsedKey = key === undefined ? null : (JSON.parse(key) as unknown);
            if (value === undefined) return [parsedKey];
            const { op, before, after } = JSON.parse(value) as Record<string, unknown>;
            return [op, parsedKey, after ?? before];
        });
    }

    // A minute for each server: the newest one has what is new
    it.runIf(!isNew).each(Object.entries(kinds))("%s", async (_, { changes, topic, records }) => {
        await run(changes);
        expect(await recordsOf(topic, records.length)).toEqual(records);
    });

    it.runIf(!isNew)("dropped while rows flow: the source goes on", async () => {
        await postgres.query("insert into kinds.dropped values (1); drop table kinds.dropped");
        await postgres.query("insert into kinds.last values (1)");
        expect(await recordsOf("kinds.last", 1)).toEqual([["c", { id: 1 }, { id: 1 }]]);
        expect(await recordsOf("kinds.dropped", 1)).toEqual([["c", null, { id: 1 }]]);
    });

    it.runIf(isNew)("with a generated column that the publication publishes", async () => {
        await postgres.query("alter publication kinds set (publish_generated_columns = stored)");
        await postgres.query("update kinds.computed set a = 7");
        expect((await recordsOf("kinds.computed", 2))[1]).toEqual(["u", { id: 1 }, { id: 1, a: 7, b: 14 }]);
        await postgres.query("alter publication kinds set (publish_generated_columns = none)");
    });

    it("is refused changes by PostgreSQL without a replica identity, and this is found before", async () => {
        await postgres.query("insert into kinds.refused values (1)");
        await expect(postgres.query("update kinds.refused set id = 2")).rejects.toThrow(
            "does not have a replica identity and publishes updates",
        );
        await postgres.query("create table kinds.fallback (id int)");
        const found = await problems();
        expect(found).toEqual([
            expect.stringMatching(/^publication: captures kinds\.fallback, /),
            "identity: captures kinds.refused without a primary key or other replica identity: PostgreSQL refuses each" +
                " UPDATE and DELETE; add a primary key, or run: ALTER TABLE kinds.refused REPLICA IDENTITY FULL",
            "nulls: captures kinds.large.flags: of a large value (TOAST) that an UPDATE leaves unchanged, Debezium sends" +
                " NULL; run: ALTER TABLE kinds.large REPLICA IDENTITY FULL",
            "unavailable: captures kinds.larger.body, kinds.larger.n: an UPDATE does not contain large values" +
                " (TOAST) that it leaves unchanged; run: ALTER TABLE kinds.larger REPLICA IDENTITY FULL;" +
                " or set unavailable.value.placeholder if the consumers keep such values",
            "generated: captures kinds.computed.b: generated columns arrive with a snapshot, and not with changes; add them" +
                ` to column.exclude.list${isNew ? ", or run: ALTER PUBLICATION kinds SET (publish_generated_columns = stored)" : ""}`,
        ]);
    });

    it("has no problem left after the remedies", async () => {
        await run([
            "drop table kinds.fallback",
            ...["refused", "large", "larger"].map((name) => `alter table kinds.${name} replica identity full`),
        ]);
        expect(await problems({ "column.exclude.list": "kinds.computed.b" })).toEqual([]);
        await postgres.query("update kinds.refused set id = 2");
    });

    async function problems(settings: Record<string, string> = {}): Promise<string[]> {
        const sources = [{ ...config(), ...settings }];
        const [found] = await findCaptureProblems(sources, postgres.url, new Deadline(systemClock, 10));
        return found!.map(({ kind, text, remedy }) => `${kind}: ${text}; ${remedy}`);
    }
});
