import { describe, expect, it } from "vitest";
import type { RepeatedRestarts } from "../../../docker/repeatedRestarts";
import type { Finding } from "../../../status/finding";
import { findingsOf } from "../../../status/findings/findings";
import { WAL_WARNING_BYTES } from "../../../status/findings/storeFindings";
import type { PlatformSnapshot } from "../../../status/snapshot";
import { connector } from "./smallSnapshots";
import { healthyPlatform, no, ok, silentPlatform } from "./snapshots";

/** A well platform with an engine and plugins. */
function wellPlatform(members = 3): PlatformSnapshot {
    const snapshot = structuredClone(healthyPlatform(members));
    const names = ["postgres", "artemis"];
    const others = names.map((name) => ({ host: "local", name, state: "running", health: "healthy", status: "Up" }));
    snapshot.containers = ok([...valueOf(snapshot.containers), ...others]);
    snapshot.engines = [{ name: "local", address: "unix:///docker.sock", answer: ok({ containers: 3 * members + 2 }) }];
    snapshot.zookeeper.forEach(({ answer }, i) => (valueOf(answer).mode = i === members - 1 ? "leader" : "follower"));
    for (const { answer } of snapshot.connect) {
        valueOf(answer).plugins = [
            { class: "io.debezium.connector.postgresql.PostgresConnector", type: "source", version: "3.7.0.Final" },
            { class: "dev.connectcdc.jms.JmsSinkConnector", type: "sink", version: "0.1.0" },
        ];
    }
    return snapshot;
}

/** A well platform with something else in it. */
function platform(change: (snapshot: PlatformSnapshot) => void): PlatformSnapshot {
    const snapshot = wellPlatform();
    change(snapshot);
    return snapshot;
}

/** What an answer holds, to be changed. */
function valueOf<T>(answer: { ok: true; value: T } | { ok: false } | undefined): T {
    if (!answer?.ok) throw new Error("no value");
    return answer.value;
}

function setContainer(
    snapshot: PlatformSnapshot,
    name: string,
    facts: { state: string; status: string; health?: string; restarts?: RepeatedRestarts },
) {
    const containers = valueOf(snapshot.containers);
    const others = containers.filter((container) => container.name !== name);
    snapshot.containers = ok([...others, { host: "local", name, health: undefined, ...facts }]);
}

const refused = no("broker 127.0.0.1:9091 does not answer (connect ECONNREFUSED)");
const sinkOf = (snapshot: PlatformSnapshot) => valueOf(snapshot.connectors)[1]!;
const setTask = (snapshot: PlatformSnapshot, state: string) =>
    Object.assign(sinkOf(snapshot), connector("json-jms-sink", [state]));
const setState = (snapshot: PlatformSnapshot, state: string, declaredState = "running") =>
    Object.assign(sinkOf(snapshot), connector("json-jms-sink", [state], { state, declaredState }));
const slotOf = (snapshot: PlatformSnapshot) => valueOf(snapshot.database?.answer).slots[0]!;

interface Case {
    what: string;
    change: (snapshot: PlatformSnapshot) => void;
    expected: [key: string, level: Finding["level"], text: RegExp][];
}

const members: Case[] = [
    {
        what: "an exited container has its exit code",
        change: (snapshot) => {
            snapshot.kafka[1]!.answer = refused;
            setContainer(snapshot, "kafka-1", { state: "exited", status: "Exited (143) 2 minutes ago" });
        },
        expected: [["member:kafka-1", "wrong", /has exited \(exit code 143\)/]],
    },
    {
        what: "exit code 137 is explained",
        change: (snapshot) => {
            snapshot.kafka[1]!.answer = refused;
            setContainer(snapshot, "kafka-1", { state: "exited", status: "Exited (137) 2 minutes ago" });
        },
        expected: [["member:kafka-1", "wrong", /137: killed/]],
    },
    {
        what: "a worker that runs out of memory again and again is a finding although it answers, and the remedy names the heap",
        change: (snapshot) =>
            setContainer(snapshot, "connect-0", {
                state: "running",
                status: "Up 10 seconds (health: starting)",
                restarts: {
                    count: 6,
                    madeAt: snapshot.takenAt - 100_000,
                    lastAt: snapshot.takenAt - 10_000,
                    lastError:
                        "The last error in its log: Terminating due to java.lang.OutOfMemoryError: Java heap space",
                },
            }),
        expected: [
            [
                "member:connect-0",
                "wrong",
                /^restarted 6 times since it was made 100 s ago, the last time 10 s ago\. The last error .* Java heap space$/,
            ],
        ],
    },
    {
        what: "a container that restarts",
        change: (snapshot) => {
            snapshot.kafka[1]!.answer = refused;
            setContainer(snapshot, "kafka-1", { state: "restarting", status: "Restarting (1) 5 seconds ago" });
        },
        expected: [["member:kafka-1", "wrong", /again and again \(exit code 1\)/]],
    },
    {
        what: "a member that runs and hangs",
        change: (snapshot) => (snapshot.kafka[1]!.answer = no("no answer within 5 s")),
        expected: [["member:kafka-1", "wrong", /runs, but no answer within 5 s/]],
    },
    {
        what: "a missing container",
        change: (snapshot) => {
            snapshot.kafka[1]!.answer = refused;
            snapshot.containers = ok(valueOf(snapshot.containers).filter(({ name }) => name !== "kafka-1"));
        },
        expected: [["member:kafka-1", "wrong", /container does not exist/]],
    },
    {
        what: "a container that cannot be known, since an engine is silent",
        change: (snapshot) => {
            snapshot.kafka[1]!.answer = refused;
            snapshot.engines[0]!.answer = no("Docker engine does not answer");
            snapshot.containers = no("Docker engine does not answer");
        },
        expected: [
            ["engine:local", "wrong", /Docker engine does not answer/],
            ["member:kafka-1", "wrong", /^broker 127.0.0.1:9091 does not answer/],
        ],
    },
    {
        what: "a member that is silent where no engine is asked",
        change: (snapshot) => {
            snapshot.kafka[1]!.answer = refused;
            snapshot.engines = [];
            snapshot.containers = no("no Docker engine is asked from here");
        },
        expected: [["member:kafka-1", "wrong", /^broker 127.0.0.1:9091 does not answer/]],
    },
    {
        what: "a member that answers with a failing health check is a warning",
        change: (snapshot) =>
            setContainer(snapshot, "connect-0", { state: "running", health: "unhealthy", status: "Up (unhealthy)" }),
        expected: [["member:connect-0", "warning", /health check fails/]],
    },
    {
        what: "a container beside the members that restarts",
        change: (snapshot) =>
            setContainer(snapshot, "watch", { state: "restarting", status: "Restarting (1) 1 second ago" }),
        expected: [["container:watch", "warning", /Restarting \(1\)/]],
    },
    {
        what: "a container that has done its work is healthy",
        change: (snapshot) =>
            setContainer(snapshot, "secrets-writer", { state: "exited", status: "Exited (0) 1 hour ago" }),
        expected: [],
    },
    {
        what: "a server outside the quorum, and no leader",
        change: (snapshot) => {
            for (const { answer } of snapshot.zookeeper) valueOf(answer).mode = undefined;
        },
        expected: [
            ["member:zookeeper-0", "wrong", /not in the quorum/],
            ["member:zookeeper-1", "wrong", /not in the quorum/],
            ["member:zookeeper-2", "wrong", /not in the quorum/],
            ["zookeeper:leader", "wrong", /no server leads/],
        ],
    },
    {
        what: "two leaders",
        change: (snapshot) => {
            for (const { answer } of snapshot.zookeeper.slice(1)) valueOf(answer).mode = "leader";
        },
        expected: [["zookeeper:leader", "wrong", /^2 servers/]],
    },
    {
        what: "a database that is down",
        change: (snapshot) => (snapshot.database!.answer = no("connect ECONNREFUSED")),
        expected: [["member:postgres", "wrong", /runs, but connect ECONNREFUSED/]],
    },
];

const kafka: Case[] = [
    {
        what: "a broker without a registration in ZooKeeper",
        change: (snapshot) => {
            for (const { answer } of snapshot.zookeeper) valueOf(answer).registeredBrokers = [0, 2];
        },
        expected: [["registration:kafka-1", "wrong", /not registered in ZooKeeper/]],
    },
    {
        what: "a broker that one server has not heard of yet",
        change: (snapshot) => (valueOf(snapshot.zookeeper[0]!.answer).registeredBrokers = [0, 2]),
        expected: [],
    },
    {
        what: "a broker that does not see one that answers",
        change: (snapshot) => (valueOf(snapshot.kafka[0]!.answer).brokersSeen = [0, 2]),
        expected: [["view:kafka-0", "wrong", /does not see broker 1/]],
    },
    {
        what: "partitions that miss replicas, one of them without a leader",
        change: (snapshot) => {
            const replicas = { replicas: [0, 1, 2], inSync: [0] };
            valueOf(snapshot.kafkaCluster).underReplicated = [
                { topic: "__consumer_offsets", partition: 7, leader: 0, ...replicas },
                { topic: "localhost.cdc.customers", partition: 0, leader: -1, ...replicas },
            ];
        },
        expected: [
            ["kafka:replicas", "wrong", /^2 of 52 partitions .* __consumer_offsets-7 \(1 of 3\)$/],
            ["topic:localhost.cdc.customers", "wrong", /^1 partition without a leader/],
        ],
    },
    {
        what: "no controller",
        change: (snapshot) => (valueOf(snapshot.kafkaCluster).controllerId = -1),
        expected: [["kafka:controller", "wrong", /no broker is the controller/]],
    },
    {
        what: "a topic with one replica on three brokers",
        change: (snapshot) => (valueOf(snapshot.kafkaCluster).topics[1]!.replicationFactor = 1),
        expected: [["replication:localhost.cdc.customers", "warning", /one replica on a cluster of 3/]],
    },
];

const connect: Case[] = [
    {
        what: "a worker with another version of a plugin",
        change: (snapshot) => (valueOf(snapshot.connect[2]!.answer).plugins[1]!.version = "0.0.9"),
        expected: [["plugins:connect-2", "wrong", /has JmsSinkConnector 0.0.9; has no JmsSinkConnector 0.1.0/]],
    },
    {
        what: "a worker of another version",
        change: (snapshot) => (valueOf(snapshot.connect[0]!.answer).version = "3.8.0"),
        expected: [["plugins:connect-0", "wrong", /has Kafka Connect 3.8.0/]],
    },
    {
        what: "a worker on another Kafka cluster",
        change: (snapshot) => (valueOf(snapshot.connect[1]!.answer).kafkaClusterId = "other"),
        expected: [["cluster:connect-1", "wrong", /another Kafka cluster.*other/]],
    },
    {
        what: "a sink that has lost records of two partitions, and loses more",
        change: (snapshot) =>
            (sinkOf(snapshot).retentionRisks = [
                { kind: "removed", partition: "t-0", records: 3 },
                { kind: "removed", partition: "t-1", records: 4 },
                { kind: "old", partition: "t-2", records: 1 },
            ]),
        expected: [
            ["retention:json-jms-sink/removed", "wrong", /^has lost 7 records of t-0 and 1 more: Kafka removed them/],
            ["retention:json-jms-sink/old", "warning", /^has not read 1 record of t-2 that Kafka removes soon/],
        ],
    },
    {
        what: "a sink whose group has no offset in a log that retention has cut",
        change: (snapshot) => (sinkOf(snapshot).retentionRisks = [{ kind: "noOffset", partition: "t-0", records: 40 }]),
        expected: [
            ["retention:json-jms-sink/noOffset", "warning", /^has no offset in t-0, whose first 40 records Kafka has/],
        ],
    },
    {
        what: "a failed task, with its cause",
        change: (snapshot) => setTask(snapshot, "FAILED"),
        expected: [["task:json-jms-sink/0", "wrong", /^FAILED on connect-0:8083: PSQLException: no such slot$/]],
    },
    {
        what: "a failed connector",
        change: (snapshot) =>
            Object.assign(sinkOf(snapshot), { state: "FAILED", cause: "ConfigException: no", tasks: [] }),
        expected: [["connector:json-jms-sink", "wrong", /^FAILED on .*ConfigException: no$/]],
    },
    {
        what: "a task that no worker runs",
        change: (snapshot) => setTask(snapshot, "UNASSIGNED"),
        expected: [["task:json-jms-sink/0", "wrong", /no worker runs it/]],
    },
    {
        what: "a task that is being restarted is a warning",
        change: (snapshot) => setTask(snapshot, "RESTARTING"),
        expected: [["task:json-jms-sink/0", "warning", /being restarted/]],
    },
    {
        what: "a connector paused by hand",
        change: (snapshot) => setState(snapshot, "PAUSED"),
        expected: [["connector:json-jms-sink", "wrong", /is PAUSED, but declared running/]],
    },
    {
        what: "a connector resumed by hand",
        change: (snapshot) => setState(snapshot, "RUNNING", "paused"),
        expected: [["connector:json-jms-sink", "wrong", /is RUNNING, but declared paused/]],
    },
    {
        what: "a connector that is declared paused",
        change: (snapshot) => setState(snapshot, "PAUSED", "paused"),
        expected: [],
    },
    {
        what: "a running connector without tasks",
        change: (snapshot) => (sinkOf(snapshot).tasks = []),
        expected: [["connector:json-jms-sink", "wrong", /has no task, expected 1/]],
    },
    {
        what: "fewer tasks than there were",
        change: (snapshot) => (sinkOf(snapshot).declaredTasks = 3),
        expected: [["connector:json-jms-sink", "wrong", /has 1 task, expected 3/]],
    },
    {
        what: "a missing declared connector",
        change: (snapshot) => snapshot.missingConnectors.push("gone"),
        expected: [["connector:gone", "wrong", /does not exist in the/]],
    },
    {
        what: "a connector of another user warns in any state",
        change: (snapshot) => {
            const foreign = connector("foreign", ["FAILED"], { managed: false, declaredState: undefined });
            valueOf(snapshot.connectors).push(foreign);
        },
        expected: [
            ["unmanaged:foreign", "warning", /not declared by this stack/],
            ["task:foreign/0", "warning", /FAILED/],
        ],
    },
    {
        what: "workers, none of which reports the connectors' status",
        change: (snapshot) => (snapshot.connectors = no("worker does not answer")),
        expected: [["connectors", "wrong", /no worker reports their state: worker does not answer/]],
    },
];

const ends: Case[] = [
    {
        what: "a slot without a reader",
        change: (snapshot) => Object.assign(slotOf(snapshot), { active: false, walHeldBytes: 5 * 2 ** 20 }),
        expected: [["slot:dbz_source", "wrong", /has no reader, .* holds 5.0 MiB/]],
    },
    {
        what: "the slot of a connector that is declared stopped",
        change: (snapshot) => {
            slotOf(snapshot).active = false;
            Object.assign(valueOf(snapshot.connectors)[0]!, { state: "STOPPED", declaredState: "stopped", tasks: [] });
        },
        expected: [["slot:dbz_source", "warning", /dbz-source is stopped/]],
    },
    {
        what: "a slot that no connector has",
        change: (snapshot) => {
            valueOf(snapshot.database?.answer).slots.push({ ...slotOf(snapshot), name: "old", active: false });
        },
        expected: [["slot:old", "warning", /no connector uses it/]],
    },
    {
        what: "much log held",
        change: (snapshot) => (slotOf(snapshot).walHeldBytes = WAL_WARNING_BYTES + 1),
        expected: [["wal:dbz_source", "warning", /holds 1.0 GiB/]],
    },
    {
        what: "a slot whose reader is behind",
        change: (snapshot) => Object.assign(slotOf(snapshot), { lagBytes: 2 ** 31, walHeldBytes: 2 ** 31 }),
        expected: [["wal:dbz_source", "warning", /holds 2.0 GiB/]],
    },
    {
        what: "not so much log held",
        change: (snapshot) => (slotOf(snapshot).walHeldBytes = WAL_WARNING_BYTES),
        expected: [],
    },
    {
        what: "a slot that is lost",
        change: (snapshot) => Object.assign(slotOf(snapshot), { active: false, walStatus: "lost", walHeldBytes: 0 }),
        expected: [["slot:dbz_source", "wrong", /has lost its position/]],
    },
    {
        what: "a slot about to be lost",
        change: (snapshot) => Object.assign(slotOf(snapshot), { walStatus: "unreserved", safeWalBytes: 2048 }),
        expected: [["slot:dbz_source", "wrong", /2.0 KiB left/]],
    },
    {
        what: "a slot that has nearly used up its limit",
        change: (snapshot) => Object.assign(slotOf(snapshot), { safeWalBytes: 2 ** 20, walHeldBytes: 5 * 2 ** 20 }),
        expected: [["slot:dbz_source", "wrong", /almost as much log as max_slot_wal_keep_size allows, 1\.0 MiB left/]],
    },
    {
        what: "a slot that has used up a part of its limit",
        change: (snapshot) => Object.assign(slotOf(snapshot), { safeWalBytes: 2 ** 20, walHeldBytes: 3 * 2 ** 20 }),
        expected: [],
    },
    {
        what: "a captured table that is not published",
        change: (snapshot) =>
            (snapshot.database!.captures = ok([
                {
                    connector: "dbz-source",
                    kind: "publication",
                    text: "captures cdc.orders, which …",
                    remedy: "run: …",
                },
            ])),
        expected: [["capture:dbz-source/publication", "warning", /^captures cdc.orders/]],
    },
    {
        what: "a missing queue",
        change: (snapshot) => valueOf(snapshot.jmsBroker?.answer).missingQueues.push("Orders"),
        expected: [["queue:Orders", "wrong", /does not exist in the/]],
    },
];

describe.each([
    { part: "members", cases: members },
    { part: "Kafka", cases: kafka },
    { part: "Connect", cases: connect },
    { part: "database and queues", cases: ends },
])("findings of $part", ({ cases }) => {
    it.each(cases)("$what", ({ change, expected }) => {
        const found = findingsOf(platform(change));
        expect(found.map(({ key, level }) => [key, level])).toEqual(expected.map(([key, level]) => [key, level]));
        expected.forEach(([, , text], i) => expect(found[i]?.text).toMatch(text));
    });
});

describe("findings", () => {
    it.each([1, 3])("are empty for a healthy platform with %i of each role", (members) => {
        expect(findingsOf(wellPlatform(members))).toEqual([]);
    });

    it("have unique keys, whatever does not answer", () => {
        const keys = findingsOf(silentPlatform()).map(({ key }) => key);
        expect(new Set(keys).size).toBe(keys.length);
        expect(keys).toEqual(expect.arrayContaining(["member:kafka-2", "member:postgres", "connectors"]));
    });

    it("have text and remedy of one line each", () => {
        const all = [members, kafka, connect, ends].flat().flatMap(({ change }) => findingsOf(platform(change)));
        for (const { text, remedy, subject } of all) {
            expect(`${subject} ${text} ${remedy}`).not.toContain("\n");
            expect(remedy).not.toBe("");
        }
    });

    it.each([
        { why: "has a heartbeat", heartbeat: true, remedy: /until dbz-source catches up; .*npm run logs -- connect/ },
        {
            why: "has no heartbeat",
            heartbeat: false,
            remedy: /until dbz-source catches up; .*set its heartbeat\.action/,
        },
        { why: "is not known", heartbeat: undefined, remedy: /until its reader catches up, or drop the slot/ },
        { why: "has caught up", lagBytes: 0, remedy: /end the oldest transaction/ },
    ])("name what holds the log of a slot whose reader $why", ({ heartbeat, lagBytes = 2 ** 31, remedy }) => {
        const held = platform((snapshot) => {
            Object.assign(slotOf(snapshot), { lagBytes, walHeldBytes: 2 ** 31 });
            const owner = valueOf(snapshot.connectors).find(({ slot }) => slot === "dbz_source")!;
            Object.assign(owner, heartbeat === undefined ? { slot: "other" } : { heartbeat });
        });
        expect(findingsOf(held)[0]?.remedy).toMatch(remedy);
    });

    it.each([
        [
            "RecordTooLargeException: The message is 2 bytes",
            /^raise kafka\.maxMessageBytes .*message\.max\.bytes.* restart/,
        ],
        ["DataException: from `StreamReadConstraints.getMaxStringLength()`", /^use another converter .* restart/],
        [
            'RegistryError: the schema of subject a.b-value is not compatible (compatibility BACKWARD): column "paid" was removed',
            /^set connect-cdc:registry\.subjects\.a\.b-value\.compatibility to NONE and run npm start$/,
        ],
        ["PSQLException: no such slot", /^remove the cause, then restart/],
    ])("tell how to correct the cause %s", (cause, remedy) => {
        const failed = platform((snapshot) => {
            Object.assign(sinkOf(snapshot).tasks[0]!, { state: "FAILED", cause });
        });
        expect(findingsOf(failed)[0]?.remedy).toMatch(remedy);
    });

    it.each([
        [
            "OutOfMemoryError: Cannot reserve 1 bytes of direct buffer memory",
            /^raise heapMb and memoryMb of connect-cdc:connect/,
        ],
        ["Its log has no error", /^raise memoryMb of connect-cdc:connect: it was killed/],
        ["ConfigException: no", /^find the cause/],
    ])("tell what ends a worker again and again: %s", (lastError, remedy) => {
        const ending = platform((snapshot) => {
            const [madeAt, lastAt] = [snapshot.takenAt - 100_000, snapshot.takenAt - 10_000];
            const restarts = { count: 6, madeAt, lastAt, lastError };
            setContainer(snapshot, "connect-0", { state: "running", status: "Up 10 seconds", restarts });
        });
        expect(findingsOf(ending)[0]?.remedy).toMatch(remedy);
    });

    it("name the stack in commands unless it is the usual one", () => {
        const down = platform((snapshot) => (snapshot.kafka[1]!.answer = no("hangs")));
        expect(findingsOf(down)[0]?.remedy).toContain("npm run logs -- kafka-1");
        expect(findingsOf({ ...down, stack: "prod" })[0]?.remedy).toContain("npm run logs -- kafka-1 --stack prod");
    });
});
