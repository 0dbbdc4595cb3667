import axios from "axios";
import { afterAll, beforeAll, beforeEach, expect, it, vi } from "vitest";
import * as capturedTables from "../../packages/connector/src/capturedTablesProvider";
import { requestSnapshot } from "../../packages/connector/src/postgres/tableSnapshots";
import * as tableSnapshots from "../../packages/connector/src/tableSnapshotsProvider";
import { done, pending, waitFor } from "../../servers/wait";
import { TopicReader } from "../support/rows/topics";
import { type ConnectProcesses, startConnectClusters } from "../support/workers/connectProcess";
import { debeziumConfig, debeziumWorkers } from "../support/workers/debeziumSource";
import { Engine } from "../support/workers/engine";
import { PostgresProcess } from "../support/workers/postgresProcess";

type Tables = Record<string, { snapshot?: string }>;

const ROWS = 20_000;
const SIGNAL_TABLE = "cdc.debezium_signal";
const lines: string[] = [];
const readers: TopicReader[] = [];
let postgres: PostgresProcess;
let connect: ConnectProcesses;
let publication: Engine;
let snapshots: Engine;

beforeAll(async () => {
    const start = async () => startConnectClusters([{ version: "3.9.2", workers: 1, ...(await debeziumWorkers()) }]);
    [postgres, connect] = await Promise.all([PostgresProcess.start(), start()]);
    publication = new Engine(capturedTables, { manage: true, lockSeconds: 5 });
    snapshots = new Engine(tableSnapshots, { timeoutSeconds: 90 });
    await postgres.query("create schema cdc; create table cdc.customers (id int primary key)");
    await postgres.query("insert into cdc.customers values (1)");
});

afterAll(async () => {
    await Promise.all(readers.map((reader) => reader.close()));
    await connect?.stop();
    await postgres?.close();
});

beforeEach(() => {
    lines.length = 0;
    vi.spyOn(console, "log").mockImplementation((line: string) => void lines.push(line));
});

const restUrl = () => connect.clusters[0]!.restUrls[0]!;
const target = () => ({
    url: postgres.url,
    signalTable: SIGNAL_TABLE,
    connector: { name: "source", restUrls: [restUrl()] },
});

/** Publishes the tables, lets the source capture them, and declares their snapshots. */
async function up(tables: Tables, more: Record<string, unknown> = {}) {
    const captured = Object.fromEntries(Object.keys(tables).map((name) => [name, { replicaIdentity: "full" }]));
    await publication.up({ url: postgres.url, publication: "dbz", tables: captured, signalTable: SIGNAL_TABLE });
    const config = {
        ...debeziumConfig({
            postgres,
            cluster: connect.clusters[0]!,
            publication: "dbz",
            slot: "dbz",
            prefix: "t",
            tables: Object.keys(tables)
                .map((name) => name.replaceAll("$", "\\$"))
                .join(","),
        }),
        "signal.data.collection": SIGNAL_TABLE,
        "incremental.snapshot.watermarking.strategy": "insert_delete",
        "incremental.snapshot.chunk.size": "500",
    };
    await axios.put(`${restUrl()}/connectors/source/config`, config);
    return snapshots.up({ ...target(), tables, ...more });
}

/** Counts the events of a topic by id; a row that was read has the operation `r`. */
async function reads(topic: string): Promise<Map<number, number>> {
    const counts = new Map<number, number>();
    const onRecord = ({ value }: { value: string | undefined }) => {
        const event = JSON.parse(value ?? "{}") as { op?: string; after?: { id: number } };
        if (event.op === "r") counts.set(event.after!.id, (counts.get(event.after!.id) ?? 0) + 1);
    };
    readers.push(await TopicReader.open([connect.bootstrapServers], topic, onRecord));
    return counts;
}

async function until(what: string, isSo: () => boolean): Promise<void> {
    await waitFor(async () => (isSo() ? done() : pending("not yet")), {
        what,
        timeoutSeconds: 60,
        intervalSeconds: 0.2,
    });
}

async function makeTable(name: string, rows = ROWS, key = "primary key"): Promise<void> {
    await postgres.query(`create table ${name} (id int ${key}, item text)`);
    await postgres.query(`insert into ${name} select i, 'old' from generate_series(1, ${rows}) i`);
}

/** Rows of signals. A killed worker leaves the row of its open window. */
const signals = () => postgres.query<{ id: string }>(`select id from ${SIGNAL_TABLE} where id not like '%-open'`);

it("a new source gets no signal: its initial snapshot has the rows", async () => {
    expect(await up({ "cdc.customers": {} })).toBe("created");
    const customers = await reads("t.cdc.customers");
    await until("the initial snapshot", () => customers.size === 1);
    expect(await signals()).toEqual([]);
    expect(await up({ "cdc.customers": {} })).toBe("unchanged");
});

it("the old rows of new tables arrive once by an incremental snapshot", async () => {
    await makeTable("cdc.orders");
    await makeTable('cdc."größe$"', 100);
    await up({ "cdc.customers": {}, "cdc.orders": {}, "cdc.größe$": {} });
    const orders = await reads("t.cdc.orders");
    await until("all rows", () => orders.size === ROWS);
    expect([...orders.values()].filter((times) => times > 1)).toEqual([]);
    const odd = await reads("t.cdc.gr__e_");
    await until("rows of the odd name", () => odd.size === 100);
    expect(lines.at(-1)).toMatch(/^incremental snapshot of .* is complete$/);
    expect(await signals()).toEqual([]);
});

it("an interrupted up is continued by the next one, without a second snapshot", async () => {
    await makeTable("cdc.items");
    const tables = { "cdc.customers": {}, "cdc.orders": {}, "cdc.größe$": {}, "cdc.items": {} };
    const interrupted = up(tables, { timeoutSeconds: 1.5 });
    await expect(interrupted).rejects.toThrow(/snapshot by connector "source": not complete after 1.5 s: /);
    expect(await signals()).not.toEqual([]);
    await up(tables);
    const items = await reads("t.cdc.items");
    await until("all rows", () => items.size === ROWS);
    expect([...items.values()].filter((times) => times > 1)).toEqual([]);
    expect(await signals()).toEqual([]);
});

it("a worker that is killed in the middle continues, and each row arrives", async () => {
    await makeTable("cdc.killed", 4 * ROWS);
    const running = up({ "cdc.customers": {}, "cdc.orders": {}, "cdc.größe$": {}, "cdc.items": {}, "cdc.killed": {} });
    const killed = await reads("t.cdc.killed");
    await until("the first rows", () => killed.size > 1000);
    const [worker] = connect.clusters[0]!.workers;
    await worker!.kill();
    worker!.start();
    await running;
    await until("all rows", () => killed.size === 4 * ROWS);
});

it("a table without a key is a problem for an incremental snapshot, and is read by a blocking one", async () => {
    await makeTable("cdc.keyless", 1000, "");
    await makeTable('cdc."Order Items"', 10);
    const before = { "cdc.customers": {}, "cdc.orders": {}, "cdc.größe$": {}, "cdc.items": {}, "cdc.killed": {} };
    const both = { ...before, "cdc.keyless": {}, "cdc.Order Items": {} };
    await expect(up(both)).rejects.toThrow(
        /cdc."Order Items" after a restart because of its name. Set snapshot: blocking, or none; cdc.keyless has no primary key.* Set snapshot: blocking, or none/,
    );
    await up({ ...before, "cdc.keyless": { snapshot: "blocking" }, "cdc.Order Items": { snapshot: "blocking" } });
    const keyless = await reads("t.cdc.keyless");
    const spaced = await reads("t.cdc.Order_Items");
    await until("all rows", () => keyless.size === 1000 && spaced.size === 10);
    expect(await signals()).toEqual([]);
});

it("a table is read again on request, and a request that the source cannot follow is refused", async () => {
    const request = { ...target(), tables: ["cdc.orders"], kind: "incremental" as const, timeoutSeconds: 90 };
    const report = (line: string) => void lines.push(line);
    const change = async (action: string, state: string) => {
        const headers = { "content-type": "application/json" };
        await axios.put(`${restUrl()}/connectors/source/${action}`, undefined, { headers });
        const check = async () => {
            const { data } = await axios.get(`${restUrl()}/connectors/source/status`);
            return data.connector.state === state ? done() : pending(data.connector.state);
        };
        await waitFor(check, { what: `the source to be ${state}`, timeoutSeconds: 60, intervalSeconds: 0.2 });
    };
    await change("pause", "PAUSED");
    await expect(requestSnapshot(request, report)).rejects.toThrow('connector "source" is PAUSED, and reads no signal');
    await change("resume", "RUNNING");
    await requestSnapshot(request, report);
    const orders = await reads("t.cdc.orders");
    await until("all rows twice", () => [...orders.values()].every((times) => times === 2));
    await postgres.query("create table cdc.theirs (id int primary key)");
    await expect(requestSnapshot({ ...request, tables: ["cdc.theirs"] }, report)).rejects.toThrow(
        'connector "source" does not capture cdc.theirs. Add it to table.include.list',
    );
    await expect(requestSnapshot({ ...request, signalTable: "cdc.other" }, report)).rejects.toThrow(
        'connector "source" does not read signals from cdc.other',
    );
    expect(await signals()).toEqual([]);
});
