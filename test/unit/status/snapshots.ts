import type { PlatformSnapshot, TopicFacts } from "../../../status/snapshot";
import { connector, snapshotAt } from "./smallSnapshots";

/** The pipeline of the dev stack, healthy, with `members` of each role. */
export function healthyPlatform(members = 3): PlatformSnapshot {
    const snapshot = snapshotAt(0, {}, members);
    const { zookeeper, kafka, connect } = snapshot;
    const containers = [...zookeeper, ...kafka, ...connect].map(({ name }) => ({
        host: "local",
        name,
        state: "running",
        health: "healthy",
        status: "Up 2 hours (healthy)",
    }));
    const topics = ["localhost.cdc.customers"];
    return {
        ...snapshot,
        stack: "dev",
        containers: ok(containers),
        kafkaCluster: ok({
            clusterId: "c",
            controllerId: 0,
            brokers: kafka.map((_, i) => i),
            topics: [
                topic("__consumer_offsets", 50, members, "compact", 812),
                topic("localhost.cdc.customers", 1, members, "delete", 12_345),
                topic("my-connect-configs", 1, members, "compact", 9),
            ],
            underReplicated: [],
        }),
        connectors: ok([
            connector("dbz-source", ["RUNNING"], { type: "source", topicPrefix: "localhost", slot: "dbz_source" }),
            connector("json-jms-sink", ["RUNNING"], { topics, queue: "CustomersJSON" }),
            connector("xml-jms-sink", ["RUNNING"], { topics, queue: "CustomersXML", lag: 3 }),
        ]),
        database: { address: "127.0.0.1:15432", answer: ok({ slots: [slot("dbz_source")] }) },
        jmsBroker: {
            address: "127.0.0.1:61616",
            answer: ok({ queues: [queue("CustomersJSON"), queue("CustomersXML")], missingQueues: [] }),
        },
    };
}

/** A platform of which nothing gives an answer. */
export function silentPlatform(): PlatformSnapshot {
    const snapshot = healthyPlatform();
    const silent = (parts: { name: string; address: string }[]) =>
        parts.map(({ name, address }) => ({ name, address, answer: no(`${address} refused the connection`) }));
    return {
        ...snapshot,
        containers: no("no Docker engine answers"),
        zookeeper: silent(snapshot.zookeeper),
        kafka: silent(snapshot.kafka),
        connect: silent(snapshot.connect),
        kafkaCluster: no("no broker answers"),
        connectors: no("no worker answers"),
        database: { address: "127.0.0.1:15432", answer: no("the database refused the connection") },
        jmsBroker: { address: "127.0.0.1:61616", answer: no("the console refused the connection") },
    };
}

export function topic(
    name: string,
    partitions: number,
    replicationFactor: number,
    cleanupPolicy: string,
    endOffsets: number | undefined,
): TopicFacts {
    return { name, partitions, replicationFactor, cleanupPolicy, minInsyncReplicas: 1, endOffsets };
}

function slot(name: string) {
    return {
        name,
        active: true,
        lagBytes: 56,
        walHeldBytes: 16_777_216,
        walStatus: "reserved",
        safeWalBytes: undefined,
    };
}

export function queue(name: string, added = 12_345) {
    return { name, depth: 345, added, consumers: 0 };
}

export function ok<T>(value: T): { ok: true; value: T } {
    return { ok: true, value };
}

export function no(error: string): { ok: false; error: string } {
    return { ok: false, error };
}
