import { Admin, Producer, stringSerializers } from "@platformatic/kafka";
import axios from "axios";
import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { defaults } from "../../config/defaults";
import { convertersOf, FORMAT_PLUGINS } from "../../connectors/formats";
import { isWrong, reconcile, type ReconcileOptions, type TableReport } from "../../reconcile/reconcile";
import { sourceOf } from "../../reconcile/sources";
import { done, pending, waitFor } from "../../servers/wait";
import { insertSet, makeTable, rowsInSet } from "../support/rows/typesTable";
import { type ConnectProcesses, startConnectClusters } from "../support/workers/connectProcess";
import { debeziumConfig, debeziumWorkers, startSource } from "../support/workers/debeziumSource";
import { PostgresProcess } from "../support/workers/postgresProcess";
import { type RegistryProcess, startRegistry } from "../support/workers/registryProcess";

const rich = {
    "decimal.handling.mode": "precise",
    "hstore.handling.mode": "map",
    "interval.handling.mode": "string",
    "time.precision.mode": "connect",
};

/** Settings of sources that write the types in different ways. */
const formats: Record<string, Record<string, string>> = {
    defaults: {},
    rich: {
        "value.converter": "org.apache.kafka.connect.json.JsonConverter",
        "value.converter.schemas.enable": "true",
        "value.converter.replace.null.with.default": "false",
        ...rich,
        "binary.handling.mode": "hex",
    },
    iso: { "time.precision.mode": "isostring", "decimal.handling.mode": "double", "binary.handling.mode": "base64" },
};

let registry: RegistryProcess;
let connect: ConnectProcesses;
let postgres: PostgresProcess;
const configs = new Map<string, Record<string, string>>();

beforeAll(async () => {
    [registry, postgres, connect] = await Promise.all([
        startRegistry(),
        PostgresProcess.start({ settings: { max_replication_slots: 20, max_wal_senders: 20 } }),
        startWorker(),
    ]);
    await asSuperuser("create schema cdc authorization cdcadmin");
});

afterAll(async () => {
    await connect?.stop();
    await Promise.all([postgres?.close(), registry?.stop()]);
});

/** With the setting of a stack's workers that Debezium's defaults need. */
async function startWorker(): Promise<ConnectProcesses> {
    const { config, ...spec } = await debeziumWorkers({ ...FORMAT_PLUGINS.avro, ...FORMAT_PLUGINS.protobuf });
    const own = { ...config, "value.converter.replace.null.with.default": "false" };
    return startConnectClusters([{ version: "3.9.2", workers: 1, ...spec, config: own }]);
}

async function asSuperuser(sql: string): Promise<void> {
    const client = new Client({ connectionString: postgres.superuserUrl });
    await client.connect();
    await client.query(sql).finally(() => client.end());
}

/** Starts a source of its own for these tables. The publication must exist. */
async function capture(name: string, tables: string, settings: Record<string, string> = {}): Promise<void> {
    const [cluster] = connect.clusters;
    const identity = { publication: settings["publication.name"] ?? name, slot: name, prefix: name };
    const config = { ...debeziumConfig({ postgres, cluster: cluster!, ...identity, tables }), ...settings };
    configs.set(name, config);
    await startSource(name, config, { postgres, cluster: cluster! });
}

/** Makes a table with its publication and source. */
async function makeSource(name: string, ...sql: string[]): Promise<void> {
    for (const statement of sql) await postgres.query(statement);
    await postgres.query(`create publication ${name} for table cdc.${name} with (publish_via_partition_root)`);
    await capture(name, `cdc.${name}`);
    // The topic exists, and further rows are streamed
    expect(await run(name)).toMatchObject({ completeUpTo: expect.any(String) });
}

async function runAll(name: string, options: Partial<ReconcileOptions> = {}): Promise<TableReport[]> {
    return reconcile({
        brokers: [connect.bootstrapServers],
        registryUrls: [registry.url],
        url: postgres.url,
        sources: [sourceOf(name, configs.get(name)!)!],
        isWanted: () => true,
        chunkRows: 1000,
        waitSeconds: 90,
        onProgress: () => undefined,
        ...options,
    });
}

async function run(name: string, options: Partial<ReconcileOptions> = {}): Promise<TableReport> {
    const [report] = await runAll(name, options);
    return report!;
}

describe("a table with every type", () => {
    it("has no false difference, in any format of the source", { timeout: 240_000 }, async () => {
        for (const sql of makeTable) await asSuperuser(sql);
        await asSuperuser("grant all on all tables in schema cdc to cdcadmin");
        await asSuperuser("grant all on all sequences in schema cdc to cdcadmin");
        for (const sql of insertSet) await postgres.query(sql);
        const avro = {
            ...convertersOf("avro", defaults.connect, [registry.url]),
            "schema.name.adjustment.mode": "avro",
            "field.name.adjustment.mode": "avro",
        };
        const protobuf = convertersOf("protobuf", defaults.connect, [registry.url]);
        const all: typeof formats = {
            ...formats,
            avro,
            protobuf,
            ...(process.env.SOAK && { avro_rich: { ...avro, ...rich }, protobuf_rich: { ...protobuf, ...rich } }),
        };
        const names = Object.keys(all);
        for (const name of names) {
            await capture(name, "cdc.all_types", { "publication.name": "all_types", ...all[name] });
        }
        // Debezium reads these in another calendar, so the topic does have other values
        const wrongInSnapshot = ["id=1", "id=2", "id=3"].map((key) => ({
            kind: "different",
            key,
            columns: ["c_date_old"],
        }));
        for (const name of names) {
            const { problem, differences } = await run(name);
            expect({ problem, differences }, name).toEqual({ problem: undefined, differences: wrongInSnapshot });
        }

        await postgres.query("delete from cdc.all_types");
        for (const sql of insertSet) await postgres.query(sql);
        for (const name of names) {
            const report = await run(name);
            expect(report, name).toMatchObject({
                counts: { rows: rowsInSet, missing: 0, superfluous: 0, different: 0, newer: 0, expired: 0 },
                differences: [],
                uncompared: [{ column: "c_composite", reason: "type cdc.pair cannot be compared" }],
                completeUpTo: expect.stringMatching(/^[0-9A-F]+\/[0-9A-F]+$/),
            });
            expect(isWrong(report), name).toBe(false);
        }
    });
});

describe("a table whose topic has lost changes", () => {
    it("is reported with the rows that are missing, superfluous or different, and no values", async () => {
        await makeSource(
            "lossy",
            "create table cdc.lossy (id bigint primary key, name text, secret text)",
            "insert into cdc.lossy select g, 'n' || g, 's' || g from generate_series(1, 5000) g",
            // JavaScript's numbers cannot distinguish these two
            "insert into cdc.lossy values (9223372036854775806, 'a', 'a'), (9223372036854775807, 'b', 'b')",
        );
        await postgres.query("alter publication lossy drop table cdc.lossy");
        await postgres.query("insert into cdc.lossy values (6001, 'new', 'hidden'), (6002, 'new', 'hidden')");
        await postgres.query("update cdc.lossy set name = 'changed', secret = 'hidden' where id = 17");
        await postgres.query("update cdc.lossy set secret = 'hidden' where id = 9223372036854775807");
        await postgres.query("delete from cdc.lossy where id = 4000");
        await postgres.query("alter publication lossy add table cdc.lossy");

        const report = await run("lossy");
        expect(report.counts).toEqual({
            rows: 5003,
            missing: 2,
            superfluous: 1,
            different: 2,
            newer: 0,
            expired: 0,
        });
        expect(report.differences).toEqual([
            { kind: "different", key: "id=17", columns: ["name", "secret"] },
            { kind: "missing", key: "id=6001", columns: [] },
            { kind: "missing", key: "id=6002", columns: [] },
            { kind: "different", key: "id=9223372036854775807", columns: ["secret"] },
            { kind: "superfluous", key: "id=4000", columns: [] },
        ]);
        expect(report.completeUpTo).toBeUndefined();
        expect(isWrong(report)).toBe(true);
        expect(JSON.stringify(report)).not.toMatch(/hidden|changed|new"/);
        // The same in passes of few keys each
        expect((await run("lossy", { maxKeys: 2000 })).counts).toEqual(report.counts);
    });
});

describe("a record that nobody but the source should have written", () => {
    it("is a difference, unless its transaction was aborted", async () => {
        await makeSource(
            "tampered",
            "create table cdc.tampered (id int primary key, n int)",
            "insert into cdc.tampered select g, g from generate_series(1, 10) g",
        );
        const producer = new Producer({
            clientId: "connect-cdc-test",
            bootstrapBrokers: [connect.bootstrapServers],
            serializers: stringSerializers,
            idempotent: true,
            transactionalId: "tampering",
        });
        const message = {
            topic: "tampered.cdc.tampered",
            key: '{"id":3}',
            value: '{"op":"u","after":{"id":3,"n":99},"source":{"txId":1}}',
        };
        const aborted = await producer.beginTransaction();
        await aborted.send({ messages: [message] });
        await aborted.abort();
        expect(await run("tampered")).toMatchObject({ counts: { rows: 10 }, completeUpTo: expect.any(String) });

        const committed = await producer.beginTransaction();
        await committed.send({ messages: [message] });
        await committed.commit();
        await producer.close();
        expect((await run("tampered")).differences).toEqual([{ kind: "different", key: "id=3", columns: ["n"] }]);
    });
});

describe("a table that changes while it is compared", () => {
    it("has no false difference", async () => {
        await makeSource(
            "busy",
            "create table cdc.busy (id int primary key, n int not null)",
            "insert into cdc.busy select g, 0 from generate_series(1, 20000) g",
        );
        const writers = [
            new Client({ connectionString: postgres.url }),
            new Client({ connectionString: postgres.url }),
        ];
        let isOver = false;
        let transactions = 0;
        const write = async (client: Client, seed: number) => {
            await client.connect();
            for (let i = 1; !isOver; i++) {
                const at = (i * 7919 + seed) % 20_000;
                await client.query("begin");
                await client.query("update cdc.busy set n = n + 1 where id between $1::int and $1::int + 20", [at]);
                await client.query("insert into cdc.busy values ($1, 1)", [1_000_000 * (seed + 1) + i]);
                await client.query("delete from cdc.busy where id = $1", [at + 7]);
                await client.query("update cdc.busy set id = -id where id = $1", [at + 9]);
                // The changes of a rollback reach no topic
                await client.query(i % 3 === 0 ? "rollback" : "commit");
                transactions += 1;
            }
            await client.end();
        };
        const writing = writers.map((client, i) => write(client, i).catch((error: Error) => error));
        try {
            for (let i = 0; i < 2; i++) {
                const report = await run("busy", { chunkRows: 500, rowsPerSecond: 20_000 });
                expect(report.problem).toBeUndefined();
                expect(report.differences).toEqual([]);
                expect(report.completeUpTo).toBeDefined();
            }
        } finally {
            isOver = true;
        }
        await Promise.all(writing);
        expect(transactions).toBeGreaterThan(100);
        expect((await run("busy")).counts).toMatchObject({ missing: 0, superfluous: 0, different: 0, newer: 0 });
    });
});

describe("a table", () => {
    it("with large values that events do not repeat is compared by the other columns", async () => {
        await makeSource(
            "toasted",
            "create table cdc.toasted (id int primary key, n int, large text, bytes bytea)",
            "alter table cdc.toasted alter large set storage external, alter bytes set storage external",
            "insert into cdc.toasted select g, 0, repeat('x', 20000), decode(repeat('ab', 9000), 'hex')" +
                " from generate_series(1, 10) g",
        );
        await postgres.query("update cdc.toasted set n = 1 where id <= 3");
        expect(await run("toasted")).toMatchObject({
            completeUpTo: expect.any(String),
            uncompared: [
                { column: "large", reason: "the last event of 3 rows does not have it" },
                { column: "bytes", reason: "the last event of 3 rows does not have it" },
            ],
        });
    });

    it("with a new column is compared by the columns that its events have", async () => {
        await makeSource(
            "grown",
            "create table cdc.grown (id int primary key, gone int)",
            "insert into cdc.grown select g, g from generate_series(1, 10) g",
        );
        await postgres.query("alter table cdc.grown add note text default 'x', drop gone");
        await postgres.query("insert into cdc.grown values (11, 'y')");
        expect(await run("grown")).toMatchObject({
            counts: { rows: 11, different: 0 },
            uncompared: [{ column: "note", reason: "the last event of 10 rows does not have it" }],
            completeUpTo: expect.any(String),
        });
    });

    it("with partitions, a key of several columns and a name that topics cannot have is compared", async () => {
        await postgres.query(
            'create table cdc."Größe 1" (a text, "B c" date, v numeric(10,2)' +
                ', primary key (a, "B c")) partition by range ("B c")',
        );
        for (const year of [2025, 2026]) {
            await postgres.query(
                `create table cdc.parted_${year} partition of cdc."Größe 1" for values from ('${year}-01-01') to ('${year + 1}-01-01')`,
            );
        }
        await postgres.query(
            `insert into cdc."Größe 1" select 'a' || g % 9, date '2025-06-01' + g, g from generate_series(1, 400) g`,
        );
        await postgres.query('create publication parted for table cdc."Größe 1" with (publish_via_partition_root)');
        await capture("parted", "cdc.Größe 1");
        expect(await run("parted")).toMatchObject({
            topic: "parted.cdc.Gr__e_1",
            counts: { rows: 400 },
            completeUpTo: expect.any(String),
        });
        await postgres.query('alter publication parted drop table cdc."Größe 1"');
        await postgres.query(`update cdc."Größe 1" set v = v + 1 where a = 'a3' and "B c" = '2025-06-04'`);
        await postgres.query('alter publication parted add table cdc."Größe 1"');
        expect((await run("parted")).differences).toEqual([
            { kind: "different", key: "a=a3,B c=2025-06-04", columns: ["v"] },
        ]);
    });

    it("without a key cannot be compared, which is no problem of its rows", async () => {
        await postgres.query("create table cdc.keyless (note text)");
        await postgres.query("insert into cdc.keyless values ('a'), ('a')");
        await postgres.query("create publication keyless for table cdc.keyless");
        await capture("keyless", "cdc.keyless");
        const report = await run("keyless");
        expect(report).toMatchObject({ isUnsupported: true, problem: expect.stringContaining("key") });
        expect(isWrong(report)).toBe(false);
    });

    it("whose topic has lost its oldest records tells rows that may have been in them", async () => {
        await makeSource(
            "old",
            "create table cdc.old (id int primary key)",
            "insert into cdc.old select generate_series(1, 10)",
        );
        const admin = new Admin({ clientId: "connect-cdc-test", bootstrapBrokers: [connect.bootstrapServers] });
        await admin.deleteRecords({ topics: [{ name: "old.cdc.old", partitions: [{ partition: 0, offset: 4n }] }] });
        await admin.close();
        expect(await run("old")).toMatchObject({ counts: { rows: 10, missing: 0, expired: 4 } });
    });

    it("of a source that does not run proves nothing, and the report says why", async () => {
        await makeSource("stopped", "create table cdc.stopped (id int primary key)");
        await axios.put(`${connect.clusters[0]!.restUrls[0]}/connectors/stopped/stop`, {});
        const isFree = async () => {
            const slots = await postgres.query(
                "select from pg_replication_slots where slot_name = 'stopped' and not active",
            );
            return slots.length > 0 ? done() : pending("it has a reader");
        };
        await waitFor(isFree, { what: "slot stopped to be free", timeoutSeconds: 60, intervalSeconds: 0.1 });
        await postgres.query("insert into cdc.stopped values (1)");
        const report = await run("stopped", { waitSeconds: 3 });
        expect(report.problem).toMatch(
            /to be confirmed by stopped: not ready after 3 s\. Last seen: it has confirmed /,
        );
        expect(isWrong(report)).toBe(true);
    });
});
