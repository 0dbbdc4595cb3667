import { describe, expect, it } from "vitest";
import { type Finding, findings } from "../../../status/findings/findings";
import { WAL_WARNING_BYTES } from "../../../status/findings/storeFindings";
import type { PlatformReport, RestartFacts } from "../../../status/platformReport";
import { connector } from "./looks";
import { healthyPlatform, no, ok, silentPlatform } from "./platforms";

/** A well platform with an engine and plugins. */
function wellPlatform(members = 3): PlatformReport {
    const report = structuredClone(healthyPlatform(members));
    const names = ["postgres", "artemis"];
    const others = names.map((name) => ({ host: "local", name, state: "running", health: "healthy", status: "Up" }));
    report.containers = ok([...valueOf(report.containers), ...others]);
    report.engines = [{ name: "local", address: "unix:///docker.sock", answer: ok({ containers: 3 * members + 2 }) }];
    report.zookeeper.forEach(({ answer }, i) => (valueOf(answer).mode = i === members - 1 ? "leader" : "follower"));
    for (const { answer } of report.connect) {
        valueOf(answer).plugins = [
            { class: "io.debezium.connector.postgresql.PostgresConnector", type: "source", version: "3.7.0.Final" },
            { class: "dev.connectcdc.jms.JmsSinkConnector", type: "sink", version: "0.1.0" },
        ];
    }
    return report;
}

/** A well platform with something else in it. */
function platform(change: (report: PlatformReport) => void): PlatformReport {
    const report = wellPlatform();
    change(report);
    return report;
}

/** What an answer holds, to be changed. */
function valueOf<T>(answer: { ok: true; value: T } | { ok: false } | undefined): T {
    if (!answer?.ok) throw new Error("no value");
    return answer.value;
}

function setContainer(
    report: PlatformReport,
    name: string,
    facts: { state: string; status: string; health?: string; restarts?: RestartFacts },
) {
    const containers = valueOf(report.containers);
    const others = containers.filter((container) => container.name !== name);
    report.containers = ok([...others, { host: "local", name, health: undefined, ...facts }]);
}

const refused = no("broker 127.0.0.1:9091 does not answer (connect ECONNREFUSED)");
const sinkOf = (report: PlatformReport) => valueOf(report.connectors)[1]!;
const setTask = (report: PlatformReport, state: string) =>
    Object.assign(sinkOf(report), connector("json-jms-sink", [state]));
const setState = (report: PlatformReport, state: string, declaredState = "running") =>
    Object.assign(sinkOf(report), connector("json-jms-sink", [state], { state, declaredState }));
const slotOf = (report: PlatformReport) => valueOf(report.database?.answer).slots[0]!;

interface Case {
    what: string;
    change: (report: PlatformReport) => void;
    expected: [key: string, level: Finding["level"], text: RegExp][];
}

const members: Case[] = [
    {
        what: "an exited container is told with its exit code",
        change: (report) => {
            report.kafka[1]!.answer = refused;
            setContainer(report, "kafka-1", { state: "exited", status: "Exited (143) 2 minutes ago" });
        },
        expected: [["member:kafka-1", "wrong", /has exited \(exit code 143\)/]],
    },
    {
        what: "exit code 137 is explained",
        change: (report) => {
            report.kafka[1]!.answer = refused;
            setContainer(report, "kafka-1", { state: "exited", status: "Exited (137) 2 minutes ago" });
        },
        expected: [["member:kafka-1", "wrong", /137: killed/]],
    },
    {
        what: "a worker that runs out of memory again and again is told although it answers, and the remedy names the heap",
        change: (report) =>
            setContainer(report, "connect-0", {
                state: "running",
                status: "Up 10 seconds (health: starting)",
                restarts: {
                    count: 6,
                    madeAt: report.takenAt - 100_000,
                    lastAt: report.takenAt - 10_000,
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
        what: "a container that restarts is told as such",
        change: (report) => {
            report.kafka[1]!.answer = refused;
            setContainer(report, "kafka-1", { state: "restarting", status: "Restarting (1) 5 seconds ago" });
        },
        expected: [["member:kafka-1", "wrong", /again and again \(exit code 1\)/]],
    },
    {
        what: "a member that runs and hangs",
        change: (report) => (report.kafka[1]!.answer = no("no answer within 5 s")),
        expected: [["member:kafka-1", "wrong", /runs, but no answer within 5 s/]],
    },
    {
        what: "a container that is not there",
        change: (report) => {
            report.kafka[1]!.answer = refused;
            report.containers = ok(valueOf(report.containers).filter(({ name }) => name !== "kafka-1"));
        },
        expected: [["member:kafka-1", "wrong", /container is gone/]],
    },
    {
        what: "a container that cannot be known, since an engine is silent",
        change: (report) => {
            report.kafka[1]!.answer = refused;
            report.engines[0]!.answer = no("Docker engine does not answer");
            report.containers = no("Docker engine does not answer");
        },
        expected: [
            ["engine:local", "wrong", /Docker engine does not answer/],
            ["member:kafka-1", "wrong", /^broker 127.0.0.1:9091 does not answer/],
        ],
    },
    {
        what: "a member that is silent where no engine is asked",
        change: (report) => {
            report.kafka[1]!.answer = refused;
            report.engines = [];
            report.containers = no("no Docker engine is asked from here");
        },
        expected: [["member:kafka-1", "wrong", /^broker 127.0.0.1:9091 does not answer/]],
    },
    {
        what: "a member that answers with a failing health check is worth a look only",
        change: (report) =>
            setContainer(report, "connect-0", { state: "running", health: "unhealthy", status: "Up (unhealthy)" }),
        expected: [["member:connect-0", "warning", /health check fails/]],
    },
    {
        what: "a container beside the members that restarts",
        change: (report) =>
            setContainer(report, "watch", { state: "restarting", status: "Restarting (1) 1 second ago" }),
        expected: [["container:watch", "warning", /Restarting \(1\)/]],
    },
    {
        what: "a container that has done its work is well",
        change: (report) =>
            setContainer(report, "secrets-writer", { state: "exited", status: "Exited (0) 1 hour ago" }),
        expected: [],
    },
    {
        what: "a server outside the quorum, and no leader",
        change: (report) => {
            for (const { answer } of report.zookeeper) valueOf(answer).mode = undefined;
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
        change: (report) => {
            for (const { answer } of report.zookeeper.slice(1)) valueOf(answer).mode = "leader";
        },
        expected: [["zookeeper:leader", "wrong", /^2 servers/]],
    },
    {
        what: "a database that is down",
        change: (report) => (report.database!.answer = no("connect ECONNREFUSED")),
        expected: [["member:postgres", "wrong", /runs, but connect ECONNREFUSED/]],
    },
];

const kafka: Case[] = [
    {
        what: "a broker without a registration in ZooKeeper",
        change: (report) => {
            for (const { answer } of report.zookeeper) valueOf(answer).registeredBrokers = [0, 2];
        },
        expected: [["registration:kafka-1", "wrong", /not registered in ZooKeeper/]],
    },
    {
        what: "a broker that one server has not heard of yet",
        change: (report) => (valueOf(report.zookeeper[0]!.answer).registeredBrokers = [0, 2]),
        expected: [],
    },
    {
        what: "a broker that does not see one that answers",
        change: (report) => (valueOf(report.kafka[0]!.answer).brokersSeen = [0, 2]),
        expected: [["view:kafka-0", "wrong", /does not see broker 1/]],
    },
    {
        what: "partitions that miss replicas, one of them without a leader",
        change: (report) => {
            const replicas = { replicas: [0, 1, 2], inSync: [0] };
            valueOf(report.kafkaCluster).underReplicated = [
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
        change: (report) => (valueOf(report.kafkaCluster).controllerId = -1),
        expected: [["kafka:controller", "wrong", /no broker is the controller/]],
    },
    {
        what: "a topic with one replica on three brokers",
        change: (report) => (valueOf(report.kafkaCluster).topics[1]!.replicationFactor = 1),
        expected: [["replication:localhost.cdc.customers", "warning", /one replica on a cluster of 3/]],
    },
];

const connect: Case[] = [
    {
        what: "a worker with another version of a plugin",
        change: (report) => (valueOf(report.connect[2]!.answer).plugins[1]!.version = "0.0.9"),
        expected: [["plugins:connect-2", "wrong", /has JmsSinkConnector 0.0.9; has no JmsSinkConnector 0.1.0/]],
    },
    {
        what: "a worker of another version",
        change: (report) => (valueOf(report.connect[0]!.answer).version = "3.8.0"),
        expected: [["plugins:connect-0", "wrong", /has Kafka Connect 3.8.0/]],
    },
    {
        what: "a worker on another Kafka cluster",
        change: (report) => (valueOf(report.connect[1]!.answer).kafkaClusterId = "other"),
        expected: [["cluster:connect-1", "wrong", /another Kafka cluster.*other/]],
    },
    {
        what: "a failed task, with its cause",
        change: (report) => setTask(report, "FAILED"),
        expected: [["task:json-jms-sink/0", "wrong", /^FAILED on connect-0:8083: PSQLException: no such slot$/]],
    },
    {
        what: "a failed connector",
        change: (report) => Object.assign(sinkOf(report), { state: "FAILED", cause: "ConfigException: no", tasks: [] }),
        expected: [["connector:json-jms-sink", "wrong", /^FAILED on .*ConfigException: no$/]],
    },
    {
        what: "a task that no worker runs",
        change: (report) => setTask(report, "UNASSIGNED"),
        expected: [["task:json-jms-sink/0", "wrong", /no worker runs it/]],
    },
    {
        what: "a task that is being restarted is worth a look only",
        change: (report) => setTask(report, "RESTARTING"),
        expected: [["task:json-jms-sink/0", "warning", /being restarted/]],
    },
    {
        what: "a connector paused by hand",
        change: (report) => setState(report, "PAUSED"),
        expected: [["connector:json-jms-sink", "wrong", /is PAUSED, but declared running/]],
    },
    {
        what: "a connector resumed by hand",
        change: (report) => setState(report, "RUNNING", "paused"),
        expected: [["connector:json-jms-sink", "wrong", /is RUNNING, but declared paused/]],
    },
    {
        what: "a connector that is declared paused",
        change: (report) => setState(report, "PAUSED", "paused"),
        expected: [],
    },
    {
        what: "a running connector without tasks",
        change: (report) => (sinkOf(report).tasks = []),
        expected: [["connector:json-jms-sink", "wrong", /has no task, expected 1/]],
    },
    {
        what: "fewer tasks than there were",
        change: (report) => (sinkOf(report).declaredTasks = 3),
        expected: [["connector:json-jms-sink", "wrong", /has 1 task, expected 3/]],
    },
    {
        what: "a declared connector that is not there",
        change: (report) => report.missingConnectors.push("gone"),
        expected: [["connector:gone", "wrong", /does not have it/]],
    },
    {
        what: "a connector of somebody else warns, whatever its state",
        change: (report) => {
            const foreign = connector("foreign", ["FAILED"], { managed: false, declaredState: undefined });
            valueOf(report.connectors).push(foreign);
        },
        expected: [
            ["unmanaged:foreign", "warning", /somebody else/],
            ["task:foreign/0", "warning", /FAILED/],
        ],
    },
    {
        what: "workers none of which says how the connectors are",
        change: (report) => (report.connectors = no("worker does not answer")),
        expected: [["connectors", "wrong", /no worker says how they are: worker does not answer/]],
    },
];

const ends: Case[] = [
    {
        what: "a slot that nobody reads",
        change: (report) => Object.assign(slotOf(report), { active: false, walHeldBytes: 5 * 2 ** 20 }),
        expected: [["slot:dbz_source", "wrong", /nobody reads it, .* holds 5.0 MiB/]],
    },
    {
        what: "the slot of a connector that is declared stopped",
        change: (report) => {
            slotOf(report).active = false;
            Object.assign(valueOf(report.connectors)[0]!, { state: "STOPPED", declaredState: "stopped", tasks: [] });
        },
        expected: [["slot:dbz_source", "warning", /dbz-source is stopped/]],
    },
    {
        what: "a slot that no connector has",
        change: (report) => {
            valueOf(report.database?.answer).slots.push({ ...slotOf(report), name: "old", active: false });
        },
        expected: [["slot:old", "warning", /no connector has it/]],
    },
    {
        what: "much log held",
        change: (report) => (slotOf(report).walHeldBytes = WAL_WARNING_BYTES + 1),
        expected: [["wal:dbz_source", "warning", /holds 1.0 GiB/]],
    },
    {
        what: "a slot whose reader is behind",
        change: (report) => Object.assign(slotOf(report), { lagBytes: 2 ** 31, walHeldBytes: 2 ** 31 }),
        expected: [["wal:dbz_source", "warning", /holds 2.0 GiB/]],
    },
    {
        what: "not so much log held",
        change: (report) => (slotOf(report).walHeldBytes = WAL_WARNING_BYTES),
        expected: [],
    },
    {
        what: "a slot that is lost",
        change: (report) => Object.assign(slotOf(report), { active: false, walStatus: "lost", walHeldBytes: 0 }),
        expected: [["slot:dbz_source", "wrong", /has lost its place/]],
    },
    {
        what: "a slot about to be lost",
        change: (report) => Object.assign(slotOf(report), { walStatus: "unreserved", safeWalBytes: 2048 }),
        expected: [["slot:dbz_source", "wrong", /2.0 KiB left/]],
    },
    {
        what: "a captured table that is not published",
        change: (report) =>
            (report.database!.captures = ok([
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
        what: "a queue that is not there",
        change: (report) => valueOf(report.jmsBroker?.answer).missingQueues.push("Orders"),
        expected: [["queue:Orders", "wrong", /does not have it/]],
    },
];

describe.each([
    { part: "members", cases: members },
    { part: "Kafka", cases: kafka },
    { part: "Connect", cases: connect },
    { part: "database and queues", cases: ends },
])("findings of $part", ({ cases }) => {
    it.each(cases)("$what", ({ change, expected }) => {
        const found = findings(platform(change));
        expect(found.map(({ key, level }) => [key, level])).toEqual(expected.map(([key, level]) => [key, level]));
        expected.forEach(([, , text], i) => expect(found[i]?.text).toMatch(text));
    });
});

describe("findings", () => {
    it.each([1, 3])("are none of a well platform with %i of each role", (members) => {
        expect(findings(wellPlatform(members))).toEqual([]);
    });

    it("have each key once, whatever is silent", () => {
        const keys = findings(silentPlatform()).map(({ key }) => key);
        expect(new Set(keys).size).toBe(keys.length);
        expect(keys).toEqual(expect.arrayContaining(["member:kafka-2", "member:postgres", "connectors"]));
    });

    it("say on one line each what was found and what to do", () => {
        const all = [members, kafka, connect, ends].flat().flatMap(({ change }) => findings(platform(change)));
        for (const { text, remedy, subject } of all) {
            expect(`${subject} ${text} ${remedy}`).not.toContain("\n");
            expect(remedy).not.toBe("");
        }
    });

    it.each([
        [2 ** 31, /must catch up .* heartbeat\.action\.query/],
        [0, /end the oldest transaction/],
    ])("say what holds the log of a slot whose reader is %i bytes behind", (lagBytes, remedy) => {
        const held = platform((report) => Object.assign(slotOf(report), { lagBytes, walHeldBytes: 2 ** 31 }));
        expect(findings(held)[0]?.remedy).toMatch(remedy);
    });

    it("name the stack in commands unless it is the usual one", () => {
        const down = platform((report) => (report.kafka[1]!.answer = no("hangs")));
        expect(findings(down)[0]?.remedy).toContain("npm run logs -- kafka-1");
        expect(findings({ ...down, stack: "prod" })[0]?.remedy).toContain("npm run logs -- kafka-1 --stack prod");
    });
});
