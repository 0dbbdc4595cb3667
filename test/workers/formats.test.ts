import axios from "axios";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { defaults } from "../../config/defaults";
import { convertersOf, FORMAT_PLUGINS } from "../../connectors/formats";
import { secretReference } from "../../connectors/secretReference";
import { done, pending, waitFor } from "../../servers/wait";
import { registryClient, type RowEvent, rowEvents } from "../support/rows/registryRows";
import { ByteReader } from "../support/rows/topics";
import { type ConnectProcesses, startConnectClusters } from "../support/workers/connectProcess";
import { debeziumConfig, debeziumWorkers, startSource } from "../support/workers/debeziumSource";
import { PasswordProxy } from "../support/workers/passwordProxy";
import { PostgresProcess } from "../support/workers/postgresProcess";
import { allowEveryChange, type RegistryProcess, startRegistry } from "../support/workers/registryProcess";

const FORMATS = ["avro", "protobuf"] as const;
type Format = (typeof FORMATS)[number];

/** Each source writes the same table; its name and the prefix of its topics are its format. */
const topicOf = (format: Format) => `${format}.shop.customers`;

const readers = new Map<Format, ByteReader>();
let registry: RegistryProcess;
let postgres: PostgresProcess;
let connect: ConnectProcesses;

beforeAll(async () => {
    registry = await startRegistry();
    postgres = await PostgresProcess.start();
    const workers = await debeziumWorkers({ ...FORMAT_PLUGINS.avro, ...FORMAT_PLUGINS.protobuf });
    connect = await startConnectClusters([{ version: "3.9.2", workers: 1, ...workers }]);
    await postgres.query("create schema shop");
    await postgres.query(
        "create table shop.customers (id int primary key, name text not null, state text default 'new', since date, " +
            "at timestamptz, paid numeric(10, 2), flags boolean[], body jsonb)",
    );
    await postgres.query("create publication shop for table shop.customers");
});

afterAll(async () => {
    await Promise.all([...readers.values()].map((reader) => reader.close()));
    await Promise.all([connect?.stop(), postgres?.close(), registry?.stop()]);
});

async function start(format: Format, settings: Record<string, string> = {}): Promise<void> {
    const cluster = connect.clusters[0]!;
    const source = { postgres, cluster, publication: "shop", slot: format, prefix: format, tables: "shop.customers" };
    const config = {
        ...debeziumConfig(source),
        ...convertersOf(format, defaults.connect, [registry.url]),
        // Connect skips records whose conversion throws an exception
        "errors.tolerance": "all",
        ...settings,
    };
    await startSource(format, config, source);
}

/** Decodes by a client that knows nothing of this project. */
async function rows(format: Format, count: number): Promise<RowEvent[]> {
    const reader = readers.get(format) ?? (await ByteReader.open([connect.bootstrapServers], topicOf(format)));
    readers.set(format, reader);
    return rowEvents(registryClient(registry.url), reader, count);
}

async function taskState(format: Format): Promise<{ state: string; trace?: string }> {
    const { data } = await axios.get<{ tasks: { state: string; trace?: string }[] }>(`${urlOf(format)}/status`);
    return data.tasks[0] ?? { state: "none" };
}

/** Waits until the task has failed. @returns why. */
function failure(format: Format): Promise<string> {
    const check = async () => {
        const { state, trace } = await taskState(format);
        return state === "FAILED" ? done(trace!) : pending(state);
    };
    return waitFor(check, { what: `the task of ${format}`, timeoutSeconds: 60, intervalSeconds: 0.2 });
}

function urlOf(format: Format): string {
    return `${connect.clusters[0]!.restUrls[0]}/connectors/${format}`;
}

/** Waits for so many lines of a source in the worker's log that match. */
async function untilLogged(format: Format, pattern: RegExp, count = 1): Promise<void> {
    const check = async () => {
        const lines = connect.clusters[0]!.workers[0]!.log.split("\n");
        const found = lines.filter((line) => line.endsWith(`[task-thread-${format}-0]`) && pattern.test(line));
        return found.length >= count ? done() : pending(`${found.length} lines`);
    };
    await waitFor(check, { what: `${count} lines of ${format} like ${pattern}`, timeoutSeconds: 60 });
}

const WAITS =
    /WARN .*The schema registry at .* does not answer since .* \(ConnectException.*\)\. The task waits for it/;

describe("sources of each format with errors.tolerance=all", () => {
    it("fail and skip nothing when the registry does not answer for longer than their limit", async () => {
        await registry.kill();
        await postgres.query(
            "insert into shop.customers values (1, 'Ann', null, '2020-02-29', '2020-04-19T13:40:55.424Z', 12.5, '{t,null}', '{\"a\": 1}')",
        );
        const limit = {
            "key.converter.schema.registry.wait.ms": "1000",
            "value.converter.schema.registry.wait.ms": "1000",
        };
        await Promise.all(FORMATS.map((format) => start(format, limit)));
        for (const format of FORMATS) {
            const trace = await failure(format);
            expect(trace).toContain(`the schema registry at ${registry.url} does not answer since`);
            expect(trace).toContain("Start it, or correct schema.registry.url, then restart the task.");
        }
    });

    it("wait for a registry that does not run when they start, and say so in the worker's log", async () => {
        await Promise.all(FORMATS.map((format) => start(format)));
        for (const format of FORMATS) {
            // The first is of the task that failed
            await untilLogged(format, WAITS, 2);
            expect(await taskState(format)).toMatchObject({ state: "RUNNING" });
        }
        await registry.start();
        const row = {
            id: 1,
            name: "Ann",
            // No state: the default of the column is not the value of the row
            since: 18321,
            at: "2020-04-19T13:40:55.424000Z",
            paid: "12.50",
            body: '{"a": 1}',
        };
        const avro = { key: { id: 1 }, op: "r", row: { ...row, flags: [true, null] } };
        expect(await rows("avro", 1)).toEqual([avro]);
        const protobuf = { ...avro, row: { ...row, flags: { items: [{ value: true }, {}] } } };
        expect(await rows("protobuf", 1)).toEqual([protobuf]);
    });

    it("lose no row when the registry is killed and started again while rows flow", async () => {
        for (let id = 2; id <= 50; id++) {
            if (id === 20) await registry.kill();
            // A new schema, which the registry must get
            if (id === 25) await postgres.query("alter table shop.customers add city text");
            await postgres.query("insert into shop.customers (id, name) values ($1, 'x')", [id]);
        }
        await postgres.query("update shop.customers set city = 'Ulm' where id = 50");
        for (const format of FORMATS) {
            await untilLogged(format, WAITS, 3);
        }
        await registry.start();
        const ids = [...Array.from({ length: 50 }, (_, i) => i + 1), 50];
        for (const format of FORMATS) {
            const found = await rows(format, 51);
            expect(found.map(({ key }) => key)).toEqual(ids.map((id) => ({ id })));
            expect(found[50]!.row).toMatchObject({ id: 50, city: "Ulm" });
            expect(await taskState(format)).toMatchObject({ state: "RUNNING" });
        }
    });

    it("stop at an incompatible change with its cause, and lose nothing after compatibility NONE", async () => {
        await postgres.query("alter table shop.customers alter paid type int using 1");
        await postgres.query("insert into shop.customers (id, name, paid) values (51, 'x', 7)");
        const types = { avro: ["STRING", "INT"], protobuf: ["string", "int32"] };
        for (const format of FORMATS) {
            const [before, after] = types[format];
            expect(await failure(format)).toContain(
                `the schema of subject ${topicOf(format)}-value is not compatible (compatibility BACKWARD): ` +
                    `column "paid" has changed its type from ${before} to ${after}`,
            );
            await allowEveryChange(registry.url, `${topicOf(format)}-value`);
            await axios.post(`${urlOf(format)}/restart?includeTasks=true&onlyFailed=true`, {});
            const found = await rows(format, 52);
            expect(found[51]!.row).toMatchObject({ id: 51, paid: 7 });
        }
    });

    it("name the subjects by the topic", async () => {
        const { data } = await axios.get<string[]>(`${registry.url}/subjects`);
        const expected = FORMATS.flatMap((format) => [`${topicOf(format)}-key`, `${topicOf(format)}-value`]);
        expect(data).toEqual(expect.arrayContaining(expected));
    });
});

describe("sources with a registry that has a login", () => {
    const password = "hunter2 of the registry";
    let proxy: PasswordProxy;

    beforeAll(async () => {
        proxy = await PasswordProxy.start(registry.url, "cdc", password);
    });

    afterAll(() => proxy?.close());

    it.each(FORMATS)("take the password from the worker's files only: %s", async (format) => {
        const { secretsFolder, writeSecret } = connect;
        const url = `${proxy.origin}${new URL(registry.url).pathname}`;
        const userInfo = `cdc:${secretReference(`${format}-login`, secretsFolder)}`;
        const settings = convertersOf(format, defaults.connect, [url], userInfo);
        const before = (await rows(format, 52)).length;
        await postgres.query("insert into shop.customers (id, name) values ($1, 'x')", [60 + before]);
        await rows(format, before + 1);

        writeSecret(`${format}-login`, "wrong");
        await start(format, settings);
        await postgres.query("insert into shop.customers (id, name) values ($1, 'x')", [61 + before]);
        const trace = await failure(format);
        expect(trace).toContain("401");
        expect(trace).toContain("basic.auth.user.info");
        expect(trace).not.toContain("wrong");

        writeSecret(`${format}-login`, password);
        await axios.post(`${urlOf(format)}/restart?includeTasks=true&onlyFailed=true`, {});
        const found = await rows(format, before + 2);
        expect(found.at(-1)!.row).toMatchObject({ id: 61 + before });

        const { data } = await axios.get<object>(`${urlOf(format)}/config`);
        expect(data).toMatchObject({ "value.converter.basic.auth.user.info": userInfo });
        expect(connect.clusters[0]!.workers[0]!.log).not.toContain(password);
    });
});
