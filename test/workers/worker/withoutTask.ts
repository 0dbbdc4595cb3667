import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { WorkerUnderTest } from "./workerUnderTest";

/** Connectors that have nothing to do. */
export function withoutTask(worker: WorkerUnderTest): void {
    describe.concurrent("a connector that runs without a task", () => {
        const mirror = (connectorClass: string, more: object = {}): Record<string, any> => ({
            name: `mirror-${randomUUID().slice(0, 8)}`,
            cluster: "test",
            restUrls: [worker.workerUrl],
            class: `org.apache.kafka.connect.mirror.${connectorClass}`,
            config: {
                "source.cluster.alias": "a",
                "target.cluster.alias": "b",
                "source.cluster.bootstrap.servers": worker.bootstrapServers,
                "target.cluster.bootstrap.servers": worker.bootstrapServers,
                "replication.factor": 1,
                "offset-syncs.topic.replication.factor": 1,
                "checkpoints.topic.replication.factor": 1,
            },
            ...more,
        });

        it("is done where its class may have none", async () => {
            const args = mirror("MirrorSourceConnector");
            const topics = { ...args["config"], topics: "no-such-topic.*" };
            const engine = worker.engine();
            await engine.up({ ...args, config: topics });
            expect(engine.outputs).toMatchObject({ state: "running", tasks: [], type: "source", topics: [] });
            await engine.destroy();
        });

        it("gets a remedy where tasks were expected", async () => {
            const args = mirror("MirrorCheckpointConnector", { minTasks: 1, timeoutSeconds: 15 });
            const engine = worker.engine();
            const config = { ...args["config"], groups: "no-such-group" };
            await expect(engine.up({ ...args, config })).rejects.toThrow(/no tasks.*set minTasks: 0/);
            expect(await engine.up({ ...args, config, minTasks: 0 })).toBe("updated");
            await engine.destroy();
        });
    });
}
