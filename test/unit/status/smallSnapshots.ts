import type { ServerMode } from "../../../servers/zookeeper";
import type { Finding } from "../../../status/finding";
import type { ConnectorFacts, PlatformSnapshot } from "../../../status/snapshot";

/** A time to begin with, ms since 1970. */
export const start = Date.UTC(2026, 0, 1);

/** A snapshot of a healthy platform with `count` members of each role, and with the changes of a test. */
export function snapshotAt(seconds: number, changes: Partial<PlatformSnapshot> = {}, count = 3): PlatformSnapshot {
    const ids = Array.from({ length: count }, (_, i) => i);
    const modeOf = (i: number): ServerMode => (i === 1 ? "leader" : "follower");
    const members = <T>(role: string, port: number, value: (i: number) => T) =>
        ids.map((i) => ({
            name: `${role}-${i}`,
            address: `${role === "connect" ? "http://" : ""}127.0.0.1:${port + i}`,
            answer: { ok: true as const, value: value(i) },
        }));
    return {
        stack: "test",
        takenAt: start + seconds * 1000,
        containers: { ok: true, value: [] },
        engines: [],
        zookeeper: members("zookeeper", 2180, (i) => ({
            mode: count === 1 ? ("standalone" as const) : modeOf(i),
            version: "3.8.6",
            connections: 1,
            registeredBrokers: ids,
        })),
        kafka: members("kafka", 9090, () => ({ brokersSeen: ids, clusterId: "c" })),
        connect: members("connect", 7070, () => ({ version: "3.9.2", kafkaClusterId: "c", plugins: [] })),
        registry: [],
        kafkaCluster: {
            ok: true,
            value: { clusterId: "c", controllerId: 0, brokers: ids, topics: [], underReplicated: [] },
        },
        connectors: { ok: true, value: [connector("sink")] },
        missingConnectors: [],
        ...changes,
    };
}

/** A connector whose tasks are in these states; that of a FAILED one has a cause. */
export function connector(
    name: string,
    tasks: string[] = ["RUNNING"],
    changes: Partial<ConnectorFacts> = {},
): ConnectorFacts {
    const causeOf = (state: string) => (state === "FAILED" ? "PSQLException: no such slot" : undefined);
    const { state = "RUNNING" } = changes;
    return {
        name,
        type: "sink",
        state,
        worker: "connect-0:8083",
        trace: causeOf(state),
        cause: causeOf(state),
        managed: true,
        declaredState: "running",
        lag: 0,
        retentionRisks: [],
        topics: [],
        tasks: tasks.map((taskState, task) => ({
            connector: name,
            connectorState: state,
            task,
            state: taskState,
            worker: "connect-0:8083",
            trace: causeOf(taskState),
            cause: causeOf(taskState),
        })),
        ...changes,
    };
}

/** A snapshot in which no worker answers. */
export const silentWorkers: Partial<PlatformSnapshot> = {
    connect: [{ name: "connect-0", address: "127.0.0.1:7070", answer: { ok: false, error: "refused" } }],
    connectors: { ok: false, error: "no worker answers" },
};

export function finding(key: string, changes: Partial<Finding> = {}): Finding {
    return { key, level: "wrong", subject: key, text: `${key} is bad`, remedy: "repair it", ...changes };
}
