import * as pulumi from "@pulumi/pulumi";
import { describe, expect, it } from "vitest";
import type { StackTls } from "../../../components/certificates/stackTls";
import { ConnectCluster } from "../../../components/connectCluster";
import { DockerHost } from "../../../components/dockerHost";
import { Image } from "../../../components/image";
import { JmsBroker } from "../../../components/jmsBroker";
import { KafkaCluster } from "../../../components/kafkaCluster";
import { SourceDatabase } from "../../../components/sourceDatabase";
import { Watch } from "../../../components/watch";
import { ZookeeperEnsemble } from "../../../components/zookeeperEnsemble";
import { parseConfig } from "../../../config/load";
import { workerConverters } from "../../../connectors/endpoints";
import { containerInputs, recordResources, resolved, theResource } from "../../support/mocks";
import { stackTls } from "../../support/stackTls";

const digest = "0123456789abcdef".repeat(4);

/** A whole stack with a watch, on these hosts. */
async function stackWithWatch(hostConfigs: Record<string, { advertisedAddress: string }>, databaseTls?: StackTls) {
    const resources = await recordResources();
    const hosts = Object.entries(hostConfigs).map(
        ([name, { advertisedAddress }]) =>
            new DockerHost(name, { endpoint: "unix:///d.sock", advertisedAddress, bindAddress: advertisedAddress }),
    );
    const image = new Image("image", { role: "watch", staged: { context: "/staged", digest }, host: hosts[0]! });
    const config = parseConfig({ zookeeper: { servers: 2 }, kafka: { brokers: 2 }, connect: { workers: 2 } });
    const common = { hosts, image };
    const zookeeper = new ZookeeperEnsemble("zookeeper", { ...config.zookeeper, ...common });
    const kafka = new KafkaCluster("kafka", { ...config.kafka, ...common, zookeeper });
    const connect = new ConnectCluster("connect", {
        ...config.connect,
        converters: workerConverters(config),
        ...common,
        kafka,
        plugins: [],
        pluginDiscovery: "service_load",
        secrets: {},
    });
    const database = new SourceDatabase("postgres", {
        ...config.database,
        ...common,
        password: "hunter2",
        tls: databaseTls,
    });
    const jmsBroker = new JmsBroker("artemis", { ...config.jmsBroker, ...common, passwords: {}, rules: {} });
    const watch = new Watch("watch", {
        ...config.watch,
        ...common,
        zookeeper,
        kafka,
        connect,
        connectors: { "dbz-source": "running", sink: "paused" },
        secrets: ["hunter4"],
        credentials: pulumi.secret({ ca: "authority", cert: "mine", key: "hunter5" }),
        database: { ...config.database, server: database, password: "hunter2" },
        jmsBroker: { ...config.jmsBroker, server: jmsBroker, user: "operator", password: "hunter3" },
    });
    await Promise.all([watch.urn, connect.ready.urn, database.ready.urn, jmsBroker.ready.urn].map(resolved));
    await resolved(watch.containerId);
    // What is still on the way would reach the mocks of the next stack
    await pulumi.runtime.disconnect();
    const writer = theResource(resources, "Container", "watch-secrets-writer").inputs;
    const [{ file, content }] = writer["uploads"].secret as [{ file: string; content: string }];
    return { container: containerInputs(resources, "watch"), writer, file, content: JSON.parse(content) };
}

describe("Watch", () => {
    it("gets everything by one secret file, with the addresses of the stack's network", async () => {
        const { writer, file, content } = await stackWithWatch({ local: { advertisedAddress: "127.0.0.1" } });
        expect(file).toBe("/in/watch.json");
        expect(writer["command"][0]).toContain("install -o cdc -g cdc -m 0400");
        expect(content).toEqual({
            intervalSeconds: 15,
            heal: false,
            target: {
                stack: "test",
                project: "connect-cdc",
                engines: {},
                zookeeper: ["zookeeper-0:2180", "zookeeper-1:2181"],
                kafka: [0, 1].map((i) => expect.stringMatching(`^kafka-${i}:\\d+$`)),
                connect: ["http://connect-0:8083", "http://connect-1:8083"],
                connectors: { "dbz-source": "running", sink: "paused" },
                secrets: ["hunter4"],
                credentials: { ca: "authority", cert: "mine", key: "hunter5" },
                database: { host: "postgres", port: 5432, database: "cdcdb", user: "cdcadmin", password: "hunter2" },
                jmsBroker: {
                    address: "artemis:61616",
                    consoleUrl: "http://artemis:8161/console",
                    user: "operator",
                    password: "hunter3",
                    queues: ["CustomersJSON", "CustomersXML"],
                },
            },
        });
    });

    it("gets the authorities of the database where the stack's clients use TLS", async () => {
        const hosts = { local: { advertisedAddress: "127.0.0.1" } };
        const using = await stackWithWatch(hosts, stackTls("prefer"));
        expect(using.content.target.database.ca).toBe("the authorities");
        const { content } = await stackWithWatch(hosts, stackTls("offer"));
        expect(content.target.database).not.toHaveProperty("ca");
    });

    it("uses advertised addresses on several hosts", async () => {
        const { content } = await stackWithWatch({
            a: { advertisedAddress: "10.0.0.1" },
            b: { advertisedAddress: "10.0.0.2" },
        });
        expect(content.target).toMatchObject({
            zookeeper: ["10.0.0.1:2180", "10.0.0.2:2181"],
            kafka: ["10.0.0.1:9090", "10.0.0.2:9091"],
            connect: ["http://10.0.0.1:7070", "http://10.0.0.2:7071"],
            database: { host: "10.0.0.1", port: 15432 },
            jmsBroker: { address: "10.0.0.1:61616", consoleUrl: "http://10.0.0.1:8161/console" },
        });
    });

    it("is a small container that can change nothing, and restarts when its file changes", async () => {
        const { container } = await stackWithWatch({ local: { advertisedAddress: "127.0.0.1" } });
        expect(container).toMatchObject({
            readOnly: true,
            user: "1000:1000",
            memory: 128,
            memorySwap: 128,
            restart: "unless-stopped",
            logOpts: { "max-size": "10m", "max-file": "3" },
            health: ["CMD", "/usr/local/bin/health-watch", "8000"],
            command: ["/run/secrets/connect-cdc/watch.json", "8000"],
            files: {},
        });
        expect(container["ports"] ?? []).toEqual([]);
        expect(container["labels"]).toContainEqual({
            label: "connect-cdc.secrets",
            value: "watch-secrets-writer-id",
        });
        expect(JSON.stringify(container)).not.toMatch(/hunter|docker\.sock/);
    });
});
