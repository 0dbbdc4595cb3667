import { reconcile } from "../reconcile/reconcile";
import { sourceOf } from "../reconcile/sources";
import { startConnectClusters } from "../test/support/workers/connectProcess";
import { debeziumConfig, debeziumWorkers, startSource } from "../test/support/workers/debeziumSource";
import { PostgresProcess } from "../test/support/workers/postgresProcess";
import { logToStderr } from "../tools/log";
import type { Figure } from "./figure";
import { median } from "./statistics";

const ROWS = 1_000_000;
/** Rows per second to reach. */
const WANTED = 20_000;
const ROUNDS = 3;
const NAME = "reconcile";

/** Time to compare a table of a million rows with its topic, on plain processes, against 20,000 rows per second. */
export async function measureReconcile(): Promise<Figure[]> {
    const postgres = await PostgresProcess.start();
    try {
        const connect = await startConnectClusters([{ version: "3.9.2", workers: 1, ...(await debeziumWorkers()) }]);
        try {
            return [await measureOn(postgres, connect.bootstrapServers, connect.clusters[0]!)];
        } finally {
            await connect.stop();
        }
    } finally {
        await postgres.close();
    }
}

async function measureOn(
    postgres: PostgresProcess,
    broker: string,
    cluster: { groupId: string; restUrls: string[] },
): Promise<Figure> {
    await postgres.query(
        "create table customers (id bigint primary key, name text, email text, balance numeric(12,2)," +
            " active boolean, created timestamptz default now())",
    );
    await postgres.query(
        "insert into customers select g, 'Customer ' || g, 'c' || g || '@example.org', g / 100.0, g % 2 = 0" +
            ` from generate_series(1, ${ROWS}) g`,
    );
    await postgres.query(`create publication ${NAME} for table customers`);
    const identity = { publication: NAME, slot: NAME, prefix: NAME, tables: "public.customers" };
    const config = debeziumConfig({ postgres, cluster, ...identity });
    const source = sourceOf(NAME, config)!;
    await startSource(NAME, config, { postgres, cluster });
    const compare = async () => {
        const [report] = await reconcile({
            brokers: [broker],
            url: postgres.url,
            sources: [source],
            isWanted: () => true,
            waitSeconds: 600,
            onProgress: () => undefined,
        });
        return report!;
    };
    logToStderr(`${NAME}: ${ROWS} rows are written to the topic`);
    // It waits for the source's snapshot
    await compare();
    const seconds: number[] = [];
    const before = process.cpuUsage();
    for (let round = 0; round < ROUNDS; round++) {
        const report = await compare();
        if (report.completeUpTo === undefined || report.counts.rows !== ROWS) throw new Error(JSON.stringify(report));
        seconds.push(report.seconds);
    }
    const { user, system } = process.cpuUsage(before);
    const cpu = (user + system) / 1e6 / ROUNDS;
    const rate = ROWS / median(seconds);
    return {
        name: `seconds to compare ${ROWS} rows with their topic, against ${WANTED} rows/s`,
        ratio: WANTED / rate,
        aim: 1,
        details: `${seconds.map((one) => one.toFixed(1)).join(", ")} s, median ${Math.round(rate)} rows/s; ${cpu.toFixed(1)} s of CPU in each; the wait for the source is in it`,
    };
}
