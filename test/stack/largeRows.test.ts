import { join } from "node:path";
import axios from "axios";
import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { StackOutputs } from "../../cli/stack/stackOutputs";
import { connectorStatuses } from "../../servers/connect";
import { deleteTopic, TopicReader } from "../support/rows/topics";
import { restartConnector } from "../support/stack/connectorState";
import { containerName, docker } from "../support/stack/docker";
import { Pipeline } from "../support/stack/pipeline";
import { SecondSource } from "../support/stack/secondSource";
import { sharedStack } from "../support/stack/sharedStack";
import { readStatus } from "../support/stack/statusRun";
import { Engine } from "../support/workers/engine";

const MIB = 2 ** 20;
const CONNECTOR = "large-source";
const MEMBERS = ["connect-0", "connect-1", "connect-2", "kafka-0", "kafka-1", "kafka-2", "artemis"];
/** 10,000 of them are 600 MB; a worker's heap is 384 MiB. */
const WIDE_ROWS = process.env.SOAK ? 10_000 : 500;
/** 400 MB: with a fixed page of 192 rows, all of them in one fetch. */
const LARGE_ROWS = 40;
const SOAK_MS = 10 * 60_000;

const stack = sharedStack();
let outputs: StackOutputs;
let pipeline: Pipeline;
let client: Client;

beforeAll(async () => {
    outputs = await stack.outputs();
    const { address, name, user, password } = outputs.database;
    const login = `${user}:${encodeURIComponent(password)}`;
    client = new Client({ connectionString: `postgresql://${login}@${address}/${name}` });
    await client.connect();
    pipeline = await Pipeline.connect(outputs);
});

afterAll(async () => {
    await pipeline?.close();
    await client?.end();
});

/** How often the engine has started each server again: a server without memory ends. */
async function restartCounts(): Promise<number[]> {
    const containers = MEMBERS.map((member) => docker.getContainer(containerName(stack.handle.name, member)));
    return Promise.all(containers.map(async (container) => (await container.inspect()).RestartCount));
}

async function insert(rows: number, bytes: number): Promise<number[]> {
    const { rows: inserted } = await client.query<{ id: string }>(
        "insert into cdc.customers (first_name) select repeat('x', $1) from generate_series(1, $2) returning id",
        [bytes, rows],
    );
    return inserted.map(({ id }) => Number(id));
}

describe("a row of 10 MiB", () => {
    it("arrives in both queues, and so does its update, which has it twice", async () => {
        const before = await restartCounts();
        const ids = await insert(1, 10 * MIB);
        await client.query("update cdc.customers set last_name = 'changed' where id = $1", [ids[0]]);
        await pipeline.passMarker();
        const rows = pipeline.jsonRows(ids);
        expect(rows.map(({ first_name }) => first_name?.length)).toEqual([10 * MIB, 10 * MIB]);
        expect(rows.map(({ last_name }) => last_name)).toEqual([null, "changed"]);
        expect(pipeline.xmlRows(ids).map(({ first_name }) => first_name?.length)).toEqual([10 * MIB, 10 * MIB]);
        await client.query("delete from cdc.customers where id = $1", [ids[0]]);
        await pipeline.passMarker();
        expect(await restartCounts()).toEqual(before);
    });
});

describe("rows of 60 kB through source and sinks", () => {
    it("all arrive in both queues, and no server ends", { timeout: SOAK_MS }, async () => {
        const before = await restartCounts();
        const began = performance.now();
        const ids = await insert(WIDE_ROWS, 60_000);
        await pipeline.untilArrived(ids, SOAK_MS / 1000);
        console.log(`${WIDE_ROWS} rows of 60 kB: ${Math.round((performance.now() - began) / 1000)} s`);
        expect(await restartCounts()).toEqual(before);
        await client.query("delete from cdc.customers where length(first_name) = 60000");
        await pipeline.passMarker(SOAK_MS / 1000);
    });
});

describe.runIf(process.env.SOAK)("a source of its own", () => {
    const engine = new Engine();
    /** Keys of the topic's records: end offsets count the ends of transactions, too. */
    const arrived = new Set<string>();
    let source: SecondSource;
    let reader: TopicReader | undefined;
    const url = () => `${outputs.restUrls[0]}/connectors/${CONNECTOR}`;

    beforeAll(async () => {
        vi.stubEnv("XDG_STATE_HOME", join(stack.handle.folder, "large"));
        source = await SecondSource.open(outputs);
    });

    afterAll(async () => {
        await reader?.close();
        if (engine.outputs) await engine.destroy();
        await source?.close();
        await deleteTopic(outputs.addresses.kafka, source.topic);
        vi.unstubAllEnvs();
    });

    async function taskState(): Promise<string | undefined> {
        const statuses = await connectorStatuses(outputs.restUrls[0]!);
        return statuses.find(({ name }) => name === CONNECTOR)?.tasks[0]?.state;
    }

    async function untilTask(state: string): Promise<void> {
        await expect.poll(taskState, { timeout: 120_000, interval: 500 }).toBe(state);
    }

    it("takes a snapshot of rows of 10 MiB, more than a worker's heap has room for, and no worker ends", async () => {
        const before = await restartCounts();
        await client.query(`insert into ${source.table} (note) select repeat('x', $1) from generate_series(1, $2)`, [
            10 * MIB,
            LARGE_ROWS,
        ]);
        await engine.up({ ...(await source.args(CONNECTOR)), onDelete: { offsets: "reset" } });
        reader = await TopicReader.open(outputs.addresses.kafka, source.topic, ({ key }) => arrived.add(key!));
        await expect.poll(() => arrived.size, { timeout: 180_000, interval: 2000 }).toBe(LARGE_ROWS);
        expect(await restartCounts()).toEqual(before);
    });

    it("fails on a row above kafka.maxMessageBytes with every limit named, and continues when corrected", async () => {
        await source.insert("x".repeat(34 * MIB));
        await untilTask("FAILED");
        const { findings } = await readStatus(stack);
        const found = findings.find(({ key }) => key === `task:${CONNECTOR}/0`);
        expect(found?.text).toMatch(/RecordTooLargeException: .*larger than 33554432.* max\.request\.size/);
        expect(found?.remedy).toMatch(/^raise kafka\.maxMessageBytes and run npm start -- --stack /);
        for (const limit of ["max.request.size", "buffer.memory", "message.max.bytes", "max.message.bytes"]) {
            expect(found?.remedy).toContain(limit);
        }

        const { data: own } = await axios.get<Record<string, string>>(`${url()}/config`);
        await axios.put(`${url()}/config`, { ...own, "column.truncate.to.10.chars": `${source.table}.note` });
        await restartConnector(outputs.restUrls[0]!, CONNECTOR);
        await untilTask("RUNNING");
        await expect.poll(() => arrived.size, { timeout: 60_000, interval: 2000 }).toBe(LARGE_ROWS + 1);
    });
});
