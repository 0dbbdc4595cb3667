import { describe, expect, it, vi } from "vitest";
import { parse } from "yaml";
import { defaults } from "../../../config/defaults";
import { parseConfig } from "../../../config/load";
import { completeConnector, type PlatformEndpoints } from "../../../connectors/completeConnector";
import { runCommand } from "../../support/stack/runCommand";
import { WorkerUnderTest } from "./workerUnderTest";

export function adopting(worker: WorkerUnderTest): void {
    describe.concurrent("npm run adopt", () => {
        it("prints stack config of connectors that others made, which takes them over without a write", async () => {
            worker.writeSecret("adopted-topic", "lines");
            const theirs = [
                worker.source({ "batch.size": "7" }),
                worker.sink(),
                worker.source({ topic: `\${directory:${worker.secretsFolder}:adopted-topic}` }),
            ];
            for (const { name, class: connectorClass, config } of theirs) {
                await worker.put(name, { "connector.class": connectorClass, ...config });
                await vi.waitFor(
                    async () => expect(await worker.states(name)).toEqual(["RUNNING", "RUNNING"]),
                    PATIENCE,
                );
            }
            await worker.pause(theirs[1]!["name"]);
            const before = await Promise.all(theirs.map(({ name }) => worker.config(name)));

            const names = theirs.map(({ name }) => name);
            const { stdout } = await runCommand("adopt", [worker.workerUrl, "--only", names.join()]);
            const printed = parse(stdout).config["connect-cdc:connectors"];
            expect(Object.keys(printed)).toEqual([...names].sort());
            const { connectors } = parseConfig({ connectors: printed });

            for (const args of theirs) {
                const { name, cluster, restUrls } = args;
                const {
                    entry: { addDefaults, ...entry },
                    config,
                } = completeConnector(name, connectors[name]!, PLATFORM);
                const engine = worker.engine();
                await engine.up({ ...entry, config, adopt: "equal", name, cluster, restUrls });
                expect(engine.outputs!["state"]).toBe(args === theirs[1] ? "paused" : "running");
                expect(worker.writes(args).filter((write) => !write.endsWith("/validate"))).toEqual([]);
            }
            expect(await Promise.all(theirs.map(({ name }) => worker.config(name)))).toEqual(before);
        });
    });
}

const PATIENCE = { timeout: 30_000, interval: 200 };
const PLATFORM: PlatformEndpoints = {
    secretsFolder: "/run/secrets/connect-cdc",
    format: "json",
    jsonConverters: defaults.connect,
    registryUrls: [],
    keyConverter: "org.apache.kafka.connect.storage.StringConverter",
    valuesHaveSchemas: false,
    brokers: 1,
    offsetStorageTopic: "connect-offsets",
    heapMb: 384,
};
