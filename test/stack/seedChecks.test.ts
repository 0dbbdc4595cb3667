import type { ConnectorPlugin } from "@connect-cdc/connector/client";
import axios from "axios";
import { beforeAll, describe, expect, it } from "vitest";
import type { StackOutputs } from "../../cli/stack/stackOutputs";
import { parseAddress } from "../../servers/address";
import { connectorStatuses, plugins } from "../../servers/connect";
import { clusterView, topicNames, unhealthyPartitions } from "../../servers/kafka";
import { replicationSlots } from "../../servers/postgres";
import { done, pending, waitFor } from "../../servers/wait";
import { fourLetterWord, parseServerState, registeredBrokers } from "../../servers/zookeeper";
import { CustomersTable } from "../support/rows/rows";
import { readTopic, topicSetting } from "../support/rows/topics";
import { listContainers } from "../support/stack/docker";
import { sharedStack } from "../support/stack/sharedStack";

const topic = "localhost.cdc.customers";
const internalTopics = [
    { name: "my-connect-configs", partitions: 1 },
    { name: "my-connect-offsets", partitions: 25 },
    { name: "my-connect-status", partitions: 5 },
];

let outputs: StackOutputs;

beforeAll(async () => {
    outputs = await sharedStack().outputs();
});

describe("ZooKeeper", () => {
    it("answers stat on every client port: one leader, two followers", async () => {
        const answers = await Promise.all(outputs.addresses.zookeeper.map((target) => fourLetterWord(target, "stat")));
        const modes = answers.map((answer) => parseServerState(answer).mode).sort();
        expect(modes).toEqual(["follower", "follower", "leader"]);
    });

    it("shows all brokers in dump", async () => {
        const [target = ""] = outputs.addresses.zookeeper;
        expect(await registeredBrokers(target)).toEqual([0, 1, 2]);
    });
});

describe("processes", () => {
    it("run in the number that is asked for, each in a healthy container", async () => {
        const containers = await listContainers(sharedStack().handle.name);
        const running = containers.filter(({ State }) => State === "running");
        const members = running.map(({ Names }) => Names[0]?.replace(/^.*-(?=[a-z]+(-\d+)?$)/, "")).sort();
        expect(members).toEqual([
            "artemis",
            ...["connect-0", "connect-1", "connect-2"],
            ...["kafka-0", "kafka-1", "kafka-2"],
            "postgres",
            ...["zookeeper-0", "zookeeper-1", "zookeeper-2"],
        ]);
        const areHealthy = async () => {
            const others = (await listContainers(sharedStack().handle.name))
                .filter(({ State, Status }) => State === "running" && !Status.includes("(healthy)"))
                .map(({ Names, Status }) => `${Names[0]} is ${Status}`);
            return others.length === 0 ? done() : pending(others.join(", "));
        };
        // The engine asks for the first time 15 s after a container's start, which can be after the end of `up`
        await waitFor(areHealthy, { what: "every container to be healthy", timeoutSeconds: 60 });
    });
});

describe("Kafka", () => {
    it("has the topic of the captured table and the internal ones, with all replicas in sync", async () => {
        const view = await clusterView(outputs.addresses.kafka[0] ?? "");
        expect(topicNames(view)).toEqual(expect.arrayContaining([topic, ...internalTopics.map(({ name }) => name)]));
        expect(unhealthyPartitions(view)).toEqual([]);
    });

    it.each(internalTopics)(
        "$name has $partitions partitions, three replicas and is compacted",
        async ({ name, partitions }) => {
            const view = await clusterView(outputs.addresses.kafka[0] ?? "");
            const replicas = view.partitions
                .filter((partition) => partition.topic === name)
                .map((partition) => partition.replicas.length);
            expect(replicas).toEqual(Array(partitions).fill(3));
            expect(await topicSetting(outputs.addresses.kafka, name, "cleanup.policy")).toBe("compact");
        },
    );

    it("keeps whole change events in the topic, from its beginning", async () => {
        const table = await CustomersTable.open(outputs);
        const row = await table.insert({ first_name: "7b78", last_name: "8428", email: "68d0@example.com" });
        await table.close();
        await expect
            .poll(async () => (await eventsOf(row.id)).length, { timeout: 30_000, interval: 500 })
            .toBeGreaterThan(0);
        const [event] = await eventsOf(row.id);
        expect(event).toMatchObject({
            before: null,
            after: row,
            source: { connector: "postgresql", name: "localhost", db: "cdcdb", schema: "cdc", table: "customers" },
            op: "c",
            transaction: null,
        });
        expect(Object.keys(event?.source ?? {})).toEqual(
            expect.arrayContaining(["version", "ts_ms", "snapshot", "txId", "lsn", "xmin"]),
        );
        expect(event?.ts_ms).toBeGreaterThan(Date.now() - 60_000);
    });
});

interface ChangeEvent {
    after: { id: number } | null;
    source: Record<string, unknown>;
    ts_ms: number;
}

async function eventsOf(id: number): Promise<ChangeEvent[]> {
    const records = await readTopic(outputs.addresses.kafka, topic);
    return records
        .map(({ value }) => JSON.parse(value ?? "null") as ChangeEvent | null)
        .filter((event) => event?.after?.id === id)
        .map((event) => event as ChangeEvent);
}

describe("Connect", () => {
    it("has the same complete list of plugins on every worker", async () => {
        const lists = await Promise.all(outputs.addresses.connect.map((url) => plugins(url)));
        expect(outputs.addresses.connect).toHaveLength(3);
        for (const list of lists) expect(list).toEqual(lists[0]);

        const classes = (lists[0] as ConnectorPlugin[]).map((plugin) => plugin.class);
        expect(classes).toEqual(
            expect.arrayContaining([
                "io.debezium.connector.postgresql.PostgresConnector",
                "dev.connectcdc.jms.JmsSinkConnector",
                "dev.connectcdc.transforms.JsonWriter",
                "dev.connectcdc.transforms.XmlWriter",
                "org.apache.kafka.connect.json.JsonConverter",
                "org.apache.kafka.connect.storage.StringConverter",
            ]),
        );
    });

    it("lists the three connectors of the original set-up, each running with its task", async () => {
        const statuses = await connectorStatuses(outputs.addresses.connect[1] ?? "");
        const seen = statuses.map(({ name, type, connector, tasks }) => ({
            name,
            type,
            state: connector.state,
            tasks: tasks.map((task) => task.state),
        }));
        const running = { state: "RUNNING", tasks: ["RUNNING"] };
        expect(seen).toEqual([
            { name: "dbz-source", type: "source", ...running },
            { name: "json-jms-sink", type: "sink", ...running },
            { name: "xml-jms-sink", type: "sink", ...running },
        ]);
    });

    it("answers GET /connectors/dbz-source/status on the original port", async () => {
        const { data } = await axios.get(`${outputs.addresses.connect[0]}/connectors/dbz-source/status`);
        expect(data).toMatchObject({
            name: "dbz-source",
            connector: { state: "RUNNING" },
            tasks: [{ id: 0, state: "RUNNING" }],
        });
    });
});

describe("the stack's outputs", () => {
    it("name every connector as running", () => {
        const states = Object.entries(outputs.connectors).map(([name, { state }]) => [name, state]);
        expect(Object.fromEntries(states)).toEqual({
            "dbz-source": "running",
            "json-jms-sink": "running",
            "xml-jms-sink": "running",
        });
    });

    it("open the database, where Debezium's slot is active", async () => {
        const { address = "", name, user, password } = outputs.database;
        const slots = await replicationSlots({ ...parseAddress(address), database: name, user, password });
        expect(slots).toMatchObject([{ name: "dbz_source", active: true, walStatus: "reserved" }]);
    });
});
