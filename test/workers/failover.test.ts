import * as pulumi from "@pulumi/pulumi";
import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { parseConfig } from "../../config/load";
import { Deadline, systemClock } from "../../packages/connector/src/client/clock";
import { findFailoverProblems } from "../../packages/connector/src/postgres/failoverSlot";
import { warnOfFailoverSlots } from "../../preflight/failoverSlots";
import { done, pending, waitFor } from "../../servers/wait";
import { TopicReader } from "../support/rows/topics";
import { BROKER_VERSION } from "../support/workers/brokerProcess";
import { type ConnectProcesses, startConnectClusters } from "../support/workers/connectProcess";
import { debeziumConfig, debeziumWorkers } from "../support/workers/debeziumSource";
import { Engine } from "../support/workers/engine";
import { POSTGRES_VERSIONS, type PostgresVersion } from "../support/workers/postgresBinaries";
import { DATABASE, PostgresProcess } from "../support/workers/postgresProcess";

const [V15, V17, V18] = POSTGRES_VERSIONS;
const versions = process.env.SOAK ? [V17, V18] : [V18];
const SLOT = "failing_over";
const FAILOVER = { "slot.name": SLOT, "slot.failover": "true" };
/** The primary ends when so many rows have arrived. */
const ROWS = 500;
/** Id of the first row that the new primary gets. */
const NEXT = 1_000_000;

let connect: ConnectProcesses;

beforeAll(async () => {
    connect = await startConnectClusters([{ version: BROKER_VERSION, workers: 1, ...(await debeziumWorkers()) }]);
    connect.writeSecret("database", DATABASE.password);
});

afterAll(async () => {
    await connect?.stop();
});

async function problemsOf(postgres: PostgresProcess, config: Record<string, string> = FAILOVER): Promise<string[]> {
    const found = await findFailoverProblems(config, postgres.url, new Deadline(systemClock, 10));
    return found.map(({ text }) => text);
}

/** A primary that sends a row to logical slots when its standby has it, and a standby that keeps these slots. */
async function startPair(version: PostgresVersion): Promise<[PostgresProcess, PostgresProcess]> {
    const primary = await PostgresProcess.start({ version, settings: { synchronized_standby_slots: "standby" } });
    const standby = await primary.startStandby({ sync_replication_slots: "on" });
    return [primary, standby];
}

describe.each(versions)("PostgreSQL %s: when the primary is lost and its standby is promoted", (version) => {
    const prefix = `failover_${version.replaceAll(".", "_")}`;
    const engine = new Engine();
    const arrived: { op: string; id: number }[] = [];
    let servers: PostgresProcess[] = [];
    let reader: TopicReader | undefined;

    afterAll(async () => {
        await reader?.close();
        if (engine.outputs) await engine.destroy();
        for (const server of servers) await server.close();
    });

    function argsFor(postgres: PostgresProcess) {
        const [cluster] = connect.clusters;
        const { "connector.class": connectorClass, ...config } = debeziumConfig({
            postgres,
            cluster: cluster!,
            publication: "notes",
            slot: SLOT,
            prefix,
            tables: "public.notes",
        });
        return {
            name: prefix,
            cluster: "failover",
            restUrls: cluster!.restUrls,
            class: connectorClass,
            config: {
                ...config,
                "slot.failover": "true",
                "database.password": `\${directory:${connect.secretsFolder}:database}`,
            },
            onDelete: { offsets: "reset", database: { url: postgres.url } },
        };
    }

    async function untilRow(id: number): Promise<void> {
        const check = async () => (arrived.some((row) => row.id === id) ? done() : pending(`${arrived.length} rows`));
        await waitFor(check, { what: `row ${id}`, timeoutSeconds: 60, intervalSeconds: 0.1 });
    }

    it("the source goes on from the standby without a lost row and without a snapshot", async () => {
        servers = await startPair(version);
        const [primary, standby] = servers as [PostgresProcess, PostgresProcess];
        await primary.query("create table notes (id int primary key, note text)");
        await primary.query("create publication notes for table notes");
        await primary.query("insert into notes values (0, 'old')");
        expect(await engine.up(argsFor(primary))).toBe("created");
        reader = await TopicReader.open([connect.bootstrapServers], `${prefix}.public.notes`, ({ value }) => {
            const { op, after } = JSON.parse(value!) as { op: string; after: { id: number } };
            arrived.push({ op, id: after.id });
        });
        await untilRow(0);
        const synced = async () => {
            const sql = "select synced and not temporary as ready from pg_replication_slots where slot_name = $1";
            const [slot] = await standby.query<{ ready: boolean }>(sql, [SLOT]);
            return slot?.ready ? done() : pending(JSON.stringify(slot));
        };
        await waitFor(synced, { what: "the slot on the standby", timeoutSeconds: 100 });
        expect(await problemsOf(primary)).toEqual([]);

        // The primary ends while rows are written and sent
        const writing = insertUntilFailure(primary);
        await untilRow(ROWS);
        await primary.kill();
        const written = await writing;
        await standby.promote();
        await standby.query(`insert into notes select i, 'new' from generate_series(${NEXT}, ${NEXT + ROWS}) i`);
        const messages: string[] = [];
        vi.spyOn(console, "log").mockImplementation((line: string) => void messages.push(line));
        expect(await engine.up(argsFor(standby))).toBe("updated");
        vi.restoreAllMocks();
        await untilRow(NEXT + ROWS);

        const table = await standby.query<{ id: number }>("select id from notes order by id");
        const topic = new Set(arrived.map(({ id }) => id));
        expect(table.filter(({ id }) => !topic.has(id))).toEqual([]);
        expect([...topic].filter((id) => !table.some((row) => row.id === id))).toEqual([]);
        expect(arrived.filter(({ op }) => op === "r").map(({ id }) => id)).toEqual([0]);
        // The new primary has no standby yet
        expect(messages.join()).toContain("synchronized_standby_slots is empty");
        console.log(
            `PostgreSQL ${version}: ${written} rows written, ${table.length} on the new primary, ` +
                `${arrived.length - topic.size} records sent again`,
        );
    });
});

/** Writes rows, each in a transaction of its own, for as long as the server runs. @returns their number. */
async function insertUntilFailure(postgres: PostgresProcess): Promise<number> {
    const client = new Client({ connectionString: postgres.url });
    client.on("error", () => undefined);
    await client.connect();
    for (let id = 1; ; id++) {
        try {
            await client.query("insert into notes values ($1, 'new')", [id]);
        } catch {
            return id - 1;
        }
    }
}

describe("a server that makes no use of slot.failover is found", () => {
    async function withServer(version: PostgresVersion, work: (postgres: PostgresProcess) => Promise<void>) {
        const postgres = await PostgresProcess.start({ version });
        await work(postgres).finally(() => postgres.close());
    }

    it("before PostgreSQL 17", () =>
        withServer(V15, async (postgres) => {
            expect(await problemsOf(postgres)).toEqual([expect.stringContaining("the server is PostgreSQL 15")]);
            expect(await problemsOf(postgres, { "slot.name": SLOT })).toEqual([]);
        }));

    it("in the preview of a stack with the database of others", () =>
        withServer(V15, async (postgres) => {
            const warn = vi.spyOn(pulumi.log, "warn").mockResolvedValue();
            const database = { managed: false, host: "127.0.0.1", port: postgres.port };
            const connectors = { "dbz-source": { config: { "slot.failover": true } } };
            const config = parseConfig({ database, connectors, secrets: { "database-password": "unused" } });
            warnOfFailoverSlots(config, pulumi.output({ url: postgres.url }));
            await vi.waitFor(() => expect(warn).toHaveBeenCalledOnce(), { timeout: 10_000 });
            expect(warn.mock.calls.join()).toContain(
                "connectors.dbz-source.config.slot.failover = true: has no effect: the server is PostgreSQL 15",
            );
        }));

    it("with a slot that was made without it, until the remedy is done, and without a list of standbys", () =>
        withServer(V18, async (postgres) => {
            await postgres.query("select pg_create_logical_replication_slot($1, 'pgoutput')", [SLOT]);
            expect(await problemsOf(postgres, { "slot.name": SLOT })).toEqual([]);
            const standbys = expect.stringContaining("synchronized_standby_slots is empty");
            expect(await problemsOf(postgres)).toEqual([expect.stringContaining(`slot "${SLOT}" exists`), standbys]);
            const session = { connectionString: postgres.url, replication: "database" };
            const client = new Client(session);
            await client.connect();
            await client.query(`ALTER_REPLICATION_SLOT "${SLOT}" (FAILOVER true)`);
            await client.end();
            expect(await problemsOf(postgres)).toEqual([standbys]);
        }));
});
