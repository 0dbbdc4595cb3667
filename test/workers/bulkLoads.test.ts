import axios from "axios";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connectorStatuses } from "../../servers/connect";
import { done, pending, waitFor } from "../../servers/wait";
import { BulkLoads, type LoadSize } from "../support/rows/bulkLoads";
import { BROKER_VERSION } from "../support/workers/brokerProcess";
import { type ConnectProcesses, startConnectClusters } from "../support/workers/connectProcess";
import { debeziumConfig, debeziumWorkers } from "../support/workers/debeziumSource";
import { POSTGRES_VERSIONS } from "../support/workers/postgresBinaries";
import { PostgresProcess } from "../support/workers/postgresProcess";
import type { ConnectWorker } from "../support/workers/workerProcess";

const MINUTE = 60_000;
const versions = process.env.SOAK ? POSTGRES_VERSIONS : POSTGRES_VERSIONS.slice(-1);
const SIZE: LoadSize = { wide: 12_000, narrow: 120_000, inserted: 3000, interleaved: 2000 };
/** Rows of the large transaction: a million of them cost two minutes of CPU for each version. */
const TRANSACTION_ROWS = process.env.SOAK ? 1_000_000 : 100_000;

let connect: ConnectProcesses;

beforeAll(async () => {
    connect = await startConnectClusters([{ version: BROKER_VERSION, workers: 2, ...(await debeziumWorkers()) }]);
});

afterAll(() => connect?.stop());

describe.each(versions)("a source of PostgreSQL %s loses no row", (version) => {
    const connector = `bulk_${version.replaceAll(".", "_")}`;
    let postgres: PostgresProcess;
    let loads: BulkLoads;

    beforeAll(async () => {
        postgres = await PostgresProcess.start({ version });
        await postgres.query("create table notes (id serial primary key, note text)");
        await postgres.query("create publication notes for table notes");
        const config = debeziumConfig({
            postgres,
            cluster: connect.clusters[0]!,
            publication: "notes",
            slot: connector,
            prefix: connector,
            tables: "public.notes",
        });
        await axios.put(`${restUrl()}/connectors/${connector}/config`, config);
        const table = { url: postgres.url, table: "notes", topic: `${connector}.public.notes` };
        loads = await BulkLoads.open(table, [connect.bootstrapServers]);
    });

    afterAll(async () => {
        await loads?.close();
        await axios.delete(`${restUrl()}/connectors/${connector}`);
        await postgres?.close();
    });

    function workers(): ConnectWorker[] {
        return connect.clusters[0]!.workers;
    }

    function restUrl(): string {
        return workers().find(({ running }) => running)!.restUrl;
    }

    async function slotReader(): Promise<number | undefined> {
        const sql = "select active_pid from pg_replication_slots where slot_name = $1";
        const [slot] = await postgres.query<{ active_pid: number | null }>(sql, [connector]);
        return slot?.active_pid ?? undefined;
    }

    /** The worker that runs the source's task. */
    function workerOfSource(): Promise<ConnectWorker> {
        const check = async () => {
            const task = (await connectorStatuses(restUrl())).find(({ name }) => name === connector)?.tasks[0];
            const worker = workers().find((one) => one.running && one.restUrl.endsWith(`//${task?.worker_id}`));
            return worker && task?.state === "RUNNING" ? done(worker) : pending(JSON.stringify(task));
        };
        return waitFor(check, { what: `the task of ${connector}`, timeoutSeconds: 60, intervalSeconds: 0.1 });
    }

    const restartTask = () => axios.post(`${restUrl()}/connectors/${connector}/restart?includeTasks=true`, {});
    const endWorker = async (way: "kill" | "stop") => {
        const worker = await workerOfSource();
        await worker[way]();
        worker.start();
    };
    const kill = { name: "its worker is killed", inflict: () => endWorker("kill"), times: 1 };
    const ends = [
        { name: "its task is restarted", inflict: restartTask, times: 4 },
        { name: "its worker is stopped", inflict: () => endWorker("stop"), times: 1 },
        kill,
    ];

    /** Ends the source's task, and waits until another one reads the slot. @returns the rows that had arrived until then. */
    async function end(inflict: () => Promise<unknown>): Promise<number> {
        const before = await slotReader();
        const { arrived } = loads;
        await inflict();
        const check = async () => {
            const reader = await slotReader();
            return reader !== undefined && reader !== before ? done() : pending(`process ${reader}`);
        };
        await waitFor(check, { what: "a new reader of the slot", timeoutSeconds: 120, intervalSeconds: 0.05 });
        await Promise.all(workers().map((worker) => worker.untilReady()));
        return arrived;
    }

    /** Ends the source's task each time that a part of the rows has arrived, and accounts for all rows. */
    async function endWithin(count: number, before: number, inflictions: (() => Promise<unknown>)[]) {
        const endedAt: number[] = [];
        for (const [i, inflict] of inflictions.entries()) {
            await loads.untilArrived(before + Math.floor((0.7 * count * (i + 1)) / (inflictions.length + 1)));
            endedAt.push((await end(inflict)) - before);
        }
        const began = performance.now();
        const account = await loads.account();
        const seconds = Math.round((performance.now() - began) / 1000);
        console.log(
            `PostgreSQL ${version}, ended at ${endedAt.join(", ")} of ${count} rows: ${account.lost.length} of ` +
                `${account.rows} lost, ${account.duplicates} records more than once, ${seconds} s after the last end`,
        );
        expect(Math.max(...endedAt)).toBeLessThan(count);
        expect(account.lost).toEqual([]);
    }

    // The transaction below meets each of the ends, too
    it.runIf(process.env.SOAK).each(ends)("when $name in the middle of a bulk load", async ({ inflict, times }) => {
        const before = loads.arrived;
        const count = await loads.write(SIZE);
        await endWithin(count, before, Array(times).fill(inflict));
    });

    it(
        `of a transaction of ${TRANSACTION_ROWS} rows while its task and its workers end`,
        async () => {
            const before = loads.arrived;
            await loads.writeTransaction(TRANSACTION_ROWS);
            await endWithin(
                TRANSACTION_ROWS,
                before,
                ends.map(({ inflict }) => inflict),
            );
        },
        15 * MINUTE,
    );
});
