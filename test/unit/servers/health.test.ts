import { describe, expect, it } from "vitest";
import { brokerReturned, brokersAgree, clusterReady, serverReturned } from "../../../servers/health";
import type { ClusterView, PartitionState } from "../../../servers/kafka";
import { startEnsemble, startWorker } from "./servers";

const partition = (change: Partial<PartitionState>): PartitionState => ({
    topic: "localhost.cdc.customers",
    partition: 0,
    leader: 0,
    replicas: [0, 1, 2],
    inSync: [0, 1, 2],
    ...change,
});

const view = (brokerCount: number, partitions: PartitionState[] = []): ClusterView => ({
    clusterId: "c",
    controllerId: 0,
    brokers: Array.from({ length: brokerCount }, (_, id) => ({ id, host: "127.0.0.1", port: 9090 + id })),
    partitions,
});

describe("brokersAgree", () => {
    it("is ready with all brokers and no topic", () => {
        expect(brokersAgree(view(3), 3)).toEqual({ done: true });
    });

    it("waits for a missing broker", () => {
        expect(brokersAgree(view(2), 3)).toEqual({ done: false, reason: "2 of 3 brokers registered" });
    });

    it("waits for replicas that lag behind, and names one", () => {
        const lagging = [partition({}), partition({ partition: 1, inSync: [0, 2] })];
        expect(brokersAgree(view(3, lagging), 3)).toEqual({
            done: false,
            reason: "partitions that are not healthy: 1, such as localhost.cdc.customers-1 (2 of 3 replicas in sync)",
        });
    });

    it("waits for a partition without a leader, even with one replica", () => {
        const offline = [partition({ leader: -1, replicas: [1], inSync: [1] })];
        expect(brokersAgree(view(3, offline), 3).done).toBe(false);
    });
});

describe("brokerReturned", () => {
    it("is so with every replica in sync, whatever other brokers are still to come", () => {
        const { attempt, missing } = brokerReturned(view(3, [partition({})]), 0);
        expect(attempt.done).toBe(true);
        expect(missing).toEqual([]);
    });

    it("is not so before it is registered", () => {
        const { attempt } = brokerReturned(view(2), 2);
        expect(attempt).toEqual({ done: false, reason: "broker 2 is not registered" });
    });

    it("names brokers that are gone when nothing else is missing", () => {
        const gone = [partition({ inSync: [0, 1] }), partition({ leader: -1, replicas: [2], inSync: [2] })];
        const { attempt, missing } = brokerReturned(view(2, gone), 0);
        expect(attempt.done).toBe(false);
        expect(missing).toEqual([2]);
    });

    it("does not take for lagging what only a broker that is gone can bring back", () => {
        const held = [partition({ leader: -1, inSync: [2] })];
        expect(brokerReturned(view(2, held), 0).missing).toEqual([2]);
    });

    it.each([
        { why: "lags behind itself", change: { inSync: [1] } },
        { why: "has a partition without a leader", change: { leader: -1, inSync: [0, 1] } },
    ])("names none while a registered one $why", ({ change }) => {
        expect(brokerReturned(view(2, [partition(change)]), 0).missing).toEqual([]);
    });
});

describe("serverReturned", () => {
    it.each([
        { why: "it is in the quorum", modes: ["follower", undefined, undefined], done: true, missing: [] },
        { why: "others have a quorum without it", modes: [undefined, "leader", "follower"], done: false, missing: [] },
        { why: "no server is in a quorum", modes: [undefined, undefined, undefined], done: false, missing: [1, 2] },
    ])("when $why", async ({ modes, done, missing }) => {
        const returned = await serverReturned(await startEnsemble(modes), 0);
        expect(returned.attempt.done).toBe(done);
        expect(returned.missing).toEqual(missing);
        expect(returned.needed).toBe(done ? 0 : 1);
    });

    it("throws while the server itself does not answer", async () => {
        await expect(serverReturned(["127.0.0.1:9"], 0)).rejects.toThrow("does not answer");
    });
});

describe("clusterReady", () => {
    it.each([
        { modes: ["follower", "leader", "follower"], expected: 3, seen: undefined },
        { modes: ["standalone"], expected: 1, seen: undefined },
        { modes: ["follower", "follower", "follower"], expected: 3, seen: "0 leaders among 3 servers" },
        { modes: ["leader", "leader", "follower"], expected: 3, seen: "2 leaders among 3 servers" },
    ])("of ZooKeeper servers $modes: $seen", async ({ modes, expected, seen }) => {
        const targets = await startEnsemble(modes);
        const attempt = await clusterReady({ kind: "zookeeper", targets, expected });
        expect(attempt).toEqual(seen === undefined ? { done: true } : { done: false, reason: seen });
    });

    it("names a ZooKeeper server outside the quorum", async () => {
        const targets = await startEnsemble(["leader", undefined, "follower"]);
        expect(await clusterReady({ kind: "zookeeper", targets, expected: 3 })).toEqual({
            done: false,
            reason: `server ${targets[1]} runs, but is not in the quorum`,
        });
    });

    it("names one of several members that do not answer, and how many more there are", async () => {
        const targets = ["127.0.0.1:9", "127.0.0.1:9", "127.0.0.1:9"];
        expect(await clusterReady({ kind: "artemis", targets, expected: 3 })).toEqual({
            done: false,
            reason: "127.0.0.1:9 does not answer (connect ECONNREFUSED 127.0.0.1:9), and 2 more",
        });
    });

    it("is ready when all workers are healthy in one cluster", async () => {
        const targets = [await startWorker({}), await startWorker({})];
        expect(await clusterReady({ kind: "connect", targets, expected: 2 })).toEqual({ done: true });
    });

    it("sees workers of different Kafka clusters", async () => {
        const targets = [await startWorker({ clusterId: "a" }), await startWorker({ clusterId: "b" })];
        expect(await clusterReady({ kind: "connect", targets, expected: 2 })).toEqual({
            done: false,
            reason: "workers use different Kafka clusters: a, b",
        });
    });

    it("does not take Jetty's early HTML page for an answer", async () => {
        const target = await startWorker({ health: { status: 404, body: "<html>not found</html>" } });
        expect(await clusterReady({ kind: "connect", targets: [target], expected: 1 })).toEqual({
            done: false,
            reason: `worker ${target} does not serve its REST API yet (status 404 without JSON)`,
        });
    });

    it("repeats a worker's message on its health", async () => {
        const body = { status: "starting", message: "Worker is still starting up." };
        const target = await startWorker({ health: { status: 503, body } });
        expect(await clusterReady({ kind: "connect", targets: [target], expected: 1 })).toEqual({
            done: false,
            reason: `worker ${target} is not healthy (status 503: Worker is still starting up.)`,
        });
    });

    it("refuses fewer addresses than members", async () => {
        await expect(clusterReady({ kind: "kafka", targets: ["a:1"], expected: 3 })).rejects.toThrow(
            "3 members are expected, but only 1 addresses are known",
        );
    });
});
