import axios from "axios";
import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { StackOutputs } from "../../cli/stack/stackOutputs";
import { parseAddress } from "../../servers/address";
import { clusterView, topicNames } from "../../servers/kafka";
import { replicationSlots } from "../../servers/postgres";
import { killUp } from "../support/faults/killedUp";
import { crash, workerOf } from "../support/faults/serverFaults";
import { RowWriter } from "../support/rows/rowWriter";
import { readTopic } from "../support/rows/topics";
import { restartConnector, setState } from "../support/stack/connectorState";
import { Pipeline } from "../support/stack/pipeline";
import { sharedStack } from "../support/stack/sharedStack";
import { readStatus } from "../support/stack/statusRun";

const MIB = 2 ** 20;
const SOURCE = "dbz-source";
/** Log that each busy place writes. */
const FOREIGN_MIB = 2048;
const FOREIGN_ROWS =
    "insert into cdc.foreign_rows (text) select repeat(md5(g::text), 30) from generate_series(1, 70000) g";
const FOREIGN_MESSAGES =
    "select pg_logical_emit_message(false, 'foreign', repeat('x', 1000000)) from generate_series(1, 70)";
const stack = sharedStack();
const ownConfig = stack.config();
let outputs: StackOutputs;
let client: Client;

beforeAll(async () => {
    outputs = await stack.outputs();
    client = new Client(login());
    await client.connect();
});

afterAll(async () => {
    stack.configure({ connectors: undefined, ...ownConfig });
    await client.query('drop table if exists cdc.foreign_rows, cdc."New Orders", cdc.orders');
    await client.end();
});

function login() {
    const { address = "", name: database, user, password } = outputs.database;
    return { ...parseAddress(address), database, user, password };
}

async function ownSlot() {
    const [slot] = await replicationSlots(login());
    return slot!;
}

/** All log that the database has written. */
async function writtenMib(): Promise<number> {
    const { rows } = await client.query<{ bytes: string }>("select pg_current_wal_lsn() - '0/0'::pg_lsn as bytes");
    return Number(rows[0]!.bytes) / MIB;
}

describe.runIf(process.env.SOAK)("log that is not of captured tables", () => {
    const busy = [
        { where: "a table that is not published", database: undefined, write: FOREIGN_ROWS },
        // Any role may write to the log there
        { where: "another database of the server", database: "postgres", write: FOREIGN_MESSAGES },
    ];

    beforeAll(() => client.query("create table cdc.foreign_rows (id bigserial primary key, text text)"));

    it.each(busy)(
        "of $where is released within a minute, after kills and restarts, too",
        async ({ database, write }) => {
            const heldMib = async () => (await ownSlot()).walHeldBytes / MIB;
            const writer = new Client({ ...login(), ...(database === undefined ? {} : { database }) });
            await writer.connect();
            const before = await writtenMib();
            let written = 0;
            while (written < FOREIGN_MIB) {
                await writer.query(write);
                written = (await writtenMib()) - before;
                if (written > FOREIGN_MIB / 2) await killWorkerOnce();
            }
            await writer.end();
            const began = performance.now();
            await expect.poll(heldMib, { timeout: 60_000, interval: 1000 }).toBeLessThan(16);
            const seconds = Math.round((performance.now() - began) / 1000);
            console.log(`${Math.round(written)} MiB of log: released ${seconds} s after the last write`);

            const restUrl = outputs.restUrls[0]!;
            await restartConnector(restUrl, SOURCE);
            const pipeline = await Pipeline.open(stack);
            const ids = await pipeline.table.insertRandom(500);
            await restartConnector(restUrl, SOURCE);
            await pipeline.passMarker();
            await pipeline.untilArrived(ids);
            await pipeline.close();
            await setState(restUrl, SOURCE, "resume", "RUNNING");
        },
    );

    it("of a burst without a later row is released, too", async () => {
        const pipeline = await Pipeline.open(stack);
        await pipeline.untilArrived(await pipeline.table.insertRandom(2000));
        await pipeline.close();
        const position = await client.query<{ lsn: string }>("select pg_current_wal_lsn() as lsn");
        const confirmed = async () => {
            const { rows } = await client.query<{ done: boolean }>(
                "select confirmed_flush_lsn >= $1 as done from pg_replication_slots where slot_name = 'dbz_source'",
                [position.rows[0]!.lsn],
            );
            return rows[0]?.done;
        };
        await expect.poll(confirmed, { timeout: 60_000, interval: 1000 }).toBe(true);
    });

    let killed = false;
    async function killWorkerOnce(): Promise<void> {
        if (killed) return;
        killed = true;
        const victim = { stack: stack.handle.name, outputs };
        await crash(victim, await workerOf(victim, SOURCE));
    }
});

describe("a captured table that is not published", () => {
    const list = "cdc.customers,cdc.orders,cdc.new orders";
    const found =
        /captures cdc\."New Orders", cdc\.orders, which publication dbz_publication does not contain: no change of them arrives/;
    const sql = 'ALTER PUBLICATION dbz_publication ADD TABLE cdc."New Orders", cdc.orders';

    it("is a warning of preview and status, with the SQL that corrects it", async () => {
        await client.query(
            'create table cdc.orders (id int primary key); create table cdc."New Orders" (id int primary key)',
        );
        stack.configure({ connectors: { "dbz-source": { config: { "table.include.list": list } } } });
        const config = `${outputs.restUrls[0]}/connectors/dbz-source/config`;
        const { data: own } = await axios.get<Record<string, string>>(config);
        try {
            await axios.put(config, { ...own, "table.include.list": list });
            const warned = await stack.tryPreview();
            expect(warned.output).toMatch(found);
            expect(warned.output).toContain(
                `warning: connectors.dbz-source.config.table.include.list = "${list}": captures`,
            );
            expect(warned.output).toContain(`run: ${sql}`);
            expect(warned.code).toBe(0);
            expect(await captureFindings()).toEqual([
                {
                    key: "capture:dbz-source/publication",
                    level: "warning",
                    subject: "dbz-source",
                    text: expect.stringMatching(found),
                    remedy: `run: ${sql}`,
                },
            ]);

            await client.query(sql);
            const silent = await stack.tryPreview();
            expect(silent.output).not.toMatch(found);
            expect(silent.code).toBe(0);
            expect(await captureFindings()).toEqual([]);
        } finally {
            await axios.put(config, own);
        }
    });

    async function captureFindings() {
        const { findings } = await readStatus(stack);
        return findings.filter(({ key }) => key.startsWith("capture:"));
    }
});

describe("a table that is declared while rows flow", () => {
    const table = "cdc.orders";
    const topic = `localhost.${table}`;
    const isPublished = async () =>
        (await client.query("select from pg_publication_tables where schemaname || '.' || tablename = $1", [table]))
            .rowCount === 1;
    const included = async () => {
        const url = `${outputs.restUrls[0]}/connectors/dbz-source/config`;
        return (await axios.get<Record<string, string>>(url)).data["table.include.list"];
    };

    beforeAll(async () => {
        await client.query(
            `drop table if exists ${table}; create table ${table} (id bigserial primary key, item text)`,
        );
        await client.query(`insert into ${table} (item) select 'old ' || g from generate_series(1, 2000) g`);
    });

    it("is shown by preview, and brings its old and new rows, also after an up that was killed", async () => {
        stack.configure({ connectors: undefined, ...ownConfig, database: declaring({ [table]: {} }) });
        const { code, output } = await stack.tryPreview();
        expect(code, output).toBe(0);
        expect(output).toContain(`+ ${table}`);
        expect(output).toContain(`incremental snapshot of ${table}`);
        expect(output).not.toContain("warning:");
        expect(await isPublished()).toBe(false);

        const rows = new RowWriter(login(), table);
        await killUp(stack, () => expect.poll(isPublished, { timeout: 300_000, interval: 100 }).toBe(true));
        const {
            code: startCode,
            stdout,
            stderr,
        } = await stack.npmRun("start", "--config-file", stack.target.configFile!);
        expect(startCode, stdout + stderr).toBe(0);
        expect(await included()).toBe("cdc\\.customers,cdc\\.orders");
        // up has waited for the old rows
        expect(await missingRows("id <= 2000")).toEqual([]);
        await rows.writeMore(50);
        await rows.stop();
        await expect.poll(() => missingRows("true"), { timeout: 60_000, interval: 1000 }).toEqual([]);
    });

    it.runIf(process.env.SOAK)(
        "is a warning of preview when its events will lack values, unless this up sets the replica identity",
        async () => {
            const large = "cdc.large_values";
            await client.query(
                `drop table if exists ${large}; create table ${large} (id int primary key, flags boolean[])`,
            );
            const lacking = `captures ${large}.flags: of a large value (TOAST) that an UPDATE leaves unchanged, Debezium sends NULL`;
            for (const [replicaIdentity, warns] of [
                ["default", true],
                ["full", false],
            ] as const) {
                stack.configure({ ...ownConfig, database: declaring({ [table]: {}, [large]: { replicaIdentity } }) });
                const { code, output } = await stack.tryPreview();
                expect(code, output).toBe(0);
                expect(output.includes(lacking), output).toBe(warns);
            }
            await client.query(`drop table ${large}`);
        },
    );

    it("is read again by npm run snapshot, whose signals no topic has", async () => {
        const before = (await readTopic(outputs.addresses.kafka, topic)).length;
        const { code, stdout, stderr } = await stack.npmRun("snapshot", table);
        expect(code, stdout + stderr).toBe(0);
        expect(stdout).toContain(`incremental snapshot of ${table} is complete`);
        const { rows } = await client.query<{ count: string }>(`select count(*) from ${table}`);
        const after = (await readTopic(outputs.addresses.kafka, topic)).length;
        expect(after - before).toBeGreaterThanOrEqual(Number(rows[0]!.count));
        const topics = topicNames(await clusterView(outputs.addresses.kafka[0]!));
        expect(topics.filter((name) => name.includes("signal"))).toEqual([]);
        expect((await client.query("select from cdc.debezium_signal")).rowCount).toBe(0);
    });

    it("leaves the publication and the source when it is removed", async () => {
        stack.configure({ ...ownConfig });
        const { output } = await stack.tryPreview();
        expect(output).toContain(`- ${table}`);
        await stack.up();
        expect(await isPublished()).toBe(false);
        expect(await included()).toBe("cdc\\.customers");
        expect(await stack.preview()).toEqual([]);
    });

    function declaring(tables: object) {
        return { ...ownConfig["database"], tables };
    }

    /** Ids of rows that the topic does not have. */
    async function missingRows(condition: string): Promise<number[]> {
        const { rows } = await client.query<{ id: string }>(`select id from ${table} where ${condition}`);
        const records = await readTopic(outputs.addresses.kafka, topic);
        const arrived = new Set(
            records.map(({ value }) => (JSON.parse(value!) as { after: { id: number } | null }).after?.id),
        );
        return rows.map(({ id }) => Number(id)).filter((id) => !arrived.has(id));
    }
});
