import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { firstSeed, soakLimitMs, soakRounds } from "../support/soakOptions";
import { CONNECT_VERSIONS, ConnectProcesses, startConnectClusters } from "../support/workers/connectProcess";
import { runSequence } from "../support/workers/randomSequence";
import { RealCluster } from "../support/workers/realCluster";

const SOAK = process.env["SOAK"] !== undefined;
const VERSIONS = SOAK ? CONNECT_VERSIONS : ["3.9.2"];
/** Of all versions together. */
const SEQUENCES = SOAK ? 500 : 8;
/** How often a worker is killed. */
const DEATHS = SOAK ? 30 : 2;
/** Sequences that run at the same time. */
const AT_ONCE = SOAK ? 13 : 8;
const MINUTE = 60_000;
/** Longest time that a sequence takes. */
const SEQUENCE_SECONDS = 90;
/** Limit of each version. */
const LIMIT_MS = SOAK ? soakLimitMs() / VERSIONS.length : 15 * MINUTE;

describe.each(VERSIONS.map((version, index) => [version, index] as const))(
    "workers of %s that are killed",
    (version, index) => {
        let processes: ConnectProcesses;
        let cluster: RealCluster;

        beforeAll(async () => {
            vi.spyOn(console, "log").mockImplementation(() => undefined);
            processes = await startConnectClusters([{ version, workers: 2 }]);
            cluster = await RealCluster.start(processes, processes.clusters[0]!, DEATHS);
        });

        afterAll(async () => {
            vi.restoreAllMocks();
            await cluster?.stop();
            await processes?.stop();
        });

        const count = Math.ceil((SEQUENCES - index) / VERSIONS.length);
        const seeds = Array.from({ length: count }, (_, i) => firstSeed() + index + i * VERSIONS.length);
        it(
            `${count} random sequences of runs and faults end well, from seed ${seeds[0]} on`,
            async () => {
                const failures: string[] = [];
                let passed = 0;
                const isTimeLeft = SOAK ? soakRounds(SEQUENCE_SECONDS, LIMIT_MS) : () => true;
                const runner = async () => {
                    while (seeds.length > 0 && failures.length < 5 && isTimeLeft()) {
                        const seed = seeds.shift()!;
                        await runSequence(seed, `source-${seed}`, cluster.forSequences()).then(
                            () => ++passed % 10 === 0 && process.stdout.write(`${version}: ${passed} passed\n`),
                            (error: Error) => failures.push(error.message),
                        );
                    }
                };
                await Promise.all(Array.from({ length: AT_ONCE }, runner));
                expect(failures.join("\n\n"), `${passed} of ${count} passed`).toBe("");
                expect(JSON.stringify(vi.mocked(console.log).mock.calls)).not.toContain("hunter-");
                if (passed >= AT_ONCE) {
                    expect(cluster.deaths, "killed workers").toBeGreaterThan(0);
                }
                expect(await cluster.names()).toEqual([]);
            },
            LIMIT_MS,
        );
    },
);
