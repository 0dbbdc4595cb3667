import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { CONNECT_VERSIONS, ConnectProcesses, startConnectClusters } from "../support/connectProcess";
import { RealCluster } from "../support/realCluster";
import { runSequence } from "../support/randomSequence";
import { firstSeed } from "../support/soakOptions";

const SOAK = process.env["SOAK"] !== undefined;
const VERSIONS = SOAK ? CONNECT_VERSIONS : ["3.9.2"];
const SEQUENCES = SOAK ? 500 : 25;
const DEATHS = SOAK ? 40 : 3;
/** Sequences that run at the same time on one cluster. */
const AT_ONCE = SOAK ? 5 : 13;
const MINUTE = 60_000;

let processes: ConnectProcesses;
const clusters: RealCluster[] = [];

beforeAll(async () => {
    vi.spyOn(console, "log").mockImplementation(() => undefined);
    process.stdout.write(`first seed of the random sequences: ${firstSeed()}\n`);
    processes = await startConnectClusters(VERSIONS.map((version) => ({ version, workers: 2 })));
    for (const cluster of processes.clusters) {
        clusters.push(await RealCluster.start(processes, cluster, DEATHS));
    }
});

afterAll(async () => {
    vi.restoreAllMocks();
    await Promise.all(clusters.map((cluster) => cluster.stop()));
    await processes?.stop();
});

it(
    `${SEQUENCES} random sequences of runs and faults end well on workers of ${VERSIONS.join(", ")} that are killed`,
    async () => {
        const failures: string[] = [];
        let passed = 0;
        const seeds = Array.from({ length: SEQUENCES }, (_, i) => firstSeed() + i);
        const runner = async (cluster: RealCluster) => {
            for (let seed = seeds.shift(); seed !== undefined && failures.length < 5; seed = seeds.shift()) {
                await runSequence(seed, `source-${seed}`, cluster.forSequences()).then(
                    () => ++passed % 25 === 0 && process.stdout.write(`${passed} sequences passed\n`),
                    (error: Error) => failures.push(error.message),
                );
            }
        };
        await Promise.all(clusters.flatMap((cluster) => Array.from({ length: AT_ONCE }, () => runner(cluster))));
        expect(failures.join("\n\n"), `${passed} of ${SEQUENCES} passed`).toBe("");
        expect(JSON.stringify(vi.mocked(console.log).mock.calls)).not.toContain("hunter-");
        for (const cluster of clusters) {
            expect(cluster.deaths, "killed workers").toBeGreaterThan(0);
            expect(await cluster.names()).toEqual([]);
        }
    },
    SOAK ? 240 * MINUTE : 15 * MINUTE,
);
