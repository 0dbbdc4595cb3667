import axios from "axios";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { defaults } from "../../config/defaults";
import { convertersOf, FORMAT_PLUGINS, REGISTRY_RETRIES } from "../../connectors/formats";
import { done, pending, waitFor } from "../../servers/wait";
import { avroClient } from "../support/rows/avro";
import { ByteReader } from "../support/rows/topics";
import { type ConnectProcesses, startConnectClusters } from "../support/workers/connectProcess";
import { debeziumConfig, debeziumWorkers, startSource } from "../support/workers/debeziumSource";
import { PostgresProcess } from "../support/workers/postgresProcess";
import { allowEveryChange, type RegistryProcess, startRegistry } from "../support/workers/registryProcess";

const PREFIX = "avro";
const TOPIC = `${PREFIX}.shop.customers`;

let registry: RegistryProcess;
let postgres: PostgresProcess;
let connect: ConnectProcesses;
let reader: ByteReader;

beforeAll(async () => {
    registry = await startRegistry();
    postgres = await PostgresProcess.start();
    const workers = await debeziumWorkers(FORMAT_PLUGINS.avro);
    connect = await startConnectClusters([{ version: "3.9.2", workers: 1, ...workers }]);
    await postgres.query("create schema shop");
    await postgres.query(
        "create table shop.customers (id int primary key, name text not null, state text default 'new', since date, " +
            "at timestamptz, paid numeric(10, 2), flags boolean[], body jsonb)",
    );
    await postgres.query("create publication shop for table shop.customers");
});

afterAll(async () => {
    await reader?.close();
    await Promise.all([connect?.stop(), postgres?.close(), registry?.stop()]);
});

function config(): Record<string, string> {
    const source = { postgres, cluster: connect.clusters[0]!, publication: "shop", slot: "shop", prefix: PREFIX };
    return {
        ...debeziumConfig({ ...source, tables: "shop.customers" }),
        ...convertersOf("avro", defaults.connect, registry.url),
        ...REGISTRY_RETRIES,
    };
}

/** Decodes by a client that knows nothing of this project. */
async function rows(count: number): Promise<{ key: unknown; op: string; row: Record<string, unknown> }[]> {
    const client = avroClient(registry.url);
    const records = await reader.untilRecords(count);
    return Promise.all(
        records.map(async ({ key, value }) => {
            const event = (await client.decode(value!)) as { op: string; after: Record<string, unknown> };
            return { key: { ...((await client.decode(key!)) as object) }, op: event.op, row: { ...event.after } };
        }),
    );
}

async function taskState(): Promise<{ state: string; trace?: string }> {
    const { data } = await axios.get<{ tasks: { state: string; trace?: string }[] }>(
        `${connect.clusters[0]!.restUrls[0]}/connectors/shop/status`,
    );
    return data.tasks[0] ?? { state: "none" };
}

describe("a source that writes Avro", () => {
    it("waits for a registry that does not run, and says so in the worker's log", async () => {
        await registry.kill();
        await postgres.query(
            "insert into shop.customers values (1, 'Ann', null, '2020-02-29', '2020-04-19T13:40:55.424Z', 12.5, '{t,null}', '{\"a\": 1}')",
        );
        await startSource("shop", config(), { postgres, cluster: connect.clusters[0]! });
        const { workers } = connect.clusters[0]!;
        const check = async () =>
            workers[0]!.log.includes("the schema registry does not give the schema of subject")
                ? done()
                : pending("no line");
        await waitFor(check, { what: "the line of the converter", timeoutSeconds: 60 });
        expect(await taskState()).toMatchObject({ state: "RUNNING" });
        await registry.start();
        reader = await ByteReader.open([connect.bootstrapServers], TOPIC);
        expect(await rows(1)).toEqual([
            {
                key: { id: 1 },
                op: "r",
                row: {
                    id: 1,
                    name: "Ann",
                    // The default of the column is not the value of the row
                    state: null,
                    since: 18321,
                    at: "2020-04-19T13:40:55.424000Z",
                    paid: "12.50",
                    flags: [true, null],
                    body: '{"a": 1}',
                },
            },
        ]);
    });

    it("names the subjects by the topic", async () => {
        const { data } = await axios.get<string[]>(`${registry.url}/subjects`);
        expect(data.sort()).toEqual(expect.arrayContaining([`${TOPIC}-key`, `${TOPIC}-value`]));
    });

    it("loses no row when the registry is killed and started again while rows flow", async () => {
        for (let id = 2; id <= 50; id++) {
            if (id === 20) await registry.kill();
            // A new schema, which the registry must get
            if (id === 25) await postgres.query("alter table shop.customers add city text");
            await postgres.query("insert into shop.customers (id, name) values ($1, 'x')", [id]);
        }
        await registry.start();
        const found = await rows(50);
        expect(found.map(({ key }) => key)).toEqual(Array.from({ length: 50 }, (_, i) => ({ id: i + 1 })));
        expect(found[49]!.row).toHaveProperty("city", null);
        expect(await taskState()).toMatchObject({ state: "RUNNING" });
    });

    it("stops at an incompatible change with its cause, and loses nothing after compatibility NONE", async () => {
        await postgres.query("alter table shop.customers alter paid type int using 1");
        await postgres.query("insert into shop.customers (id, name, paid) values (51, 'x', 7)");
        const failed = async () => {
            const { state, trace } = await taskState();
            return state === "FAILED" ? done(trace!) : pending(state);
        };
        const trace = await waitFor(failed, { what: "the task", timeoutSeconds: 60 });
        expect(trace).toContain(
            `the schema of subject ${TOPIC}-value is not compatible (compatibility BACKWARD): ` +
                'column "paid" has changed its type from STRING to INT',
        );
        await allowEveryChange(registry.url, `${TOPIC}-value`);
        await axios.post(
            `${connect.clusters[0]!.restUrls[0]}/connectors/shop/restart?includeTasks=true&onlyFailed=true`,
            {},
        );
        const found = await rows(51);
        expect(found[50]!.row).toMatchObject({ id: 51, paid: 7 });
    });
});
