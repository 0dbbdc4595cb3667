import * as pulumi from "@pulumi/pulumi";
import { beforeEach, describe, expect, it, vi } from "vitest";
import type { MemberTlsArgs, StackTls } from "../../../components/certificates/stackTls";
import { ConnectCluster } from "../../../components/connectCluster";
import { DockerHost } from "../../../components/dockerHost";
import { Image } from "../../../components/image";
import { KafkaCluster } from "../../../components/kafkaCluster";
import { ZookeeperEnsemble } from "../../../components/zookeeperEnsemble";
import { defaults } from "../../../config/defaults";
import { PlatformConfig } from "../../../config/schema";
import { convertersOf } from "../../../connectors/formats";
import { containerInputs, recordResources, RegisteredResource, resolved, theResource } from "../../support/mocks";
import { stackTls } from "../../support/stackTls";

const staged = { context: "/staged", digest: "0123456789abcdef".repeat(4) };
const plugins = [{ name: "transforms", version: "1", digest: "d" }];

let resources: RegisteredResource[];

beforeEach(async () => {
    resources = await recordResources();
});

interface Metrics {
    metricsPort?: number;
}

interface Overrides {
    hosts?: PlatformConfig["hosts"];
    tls?: StackTls;
    zookeeper?: Partial<PlatformConfig["zookeeper"]> & Metrics;
    kafka?: Partial<PlatformConfig["kafka"]> & Metrics;
    connect?: Partial<PlatformConfig["connect"]> & Metrics;
    restPasswords?: Record<string, string>;
}

/** The three clusters as index.ts wires them, with the defaults except for a test's changes. */
async function clusters(over: Overrides = {}) {
    const hosts = Object.entries(over.hosts ?? defaults.hosts).map(([name, args]) => new DockerHost(name, args));
    const image = new Image("image-runtime", { role: "runtime", staged, host: hosts[0]! });
    const common = { hosts, image, tls: over.tls };
    const zookeeper = new ZookeeperEnsemble("zookeeper", { ...defaults.zookeeper, ...over.zookeeper, ...common });
    const kafka = new KafkaCluster("kafka", { ...defaults.kafka, ...over.kafka, ...common, zookeeper });
    const settings = { ...defaults.connect, ...over.connect };
    const secrets = { "dbz-source/database-password": "hunter2" };
    const connect = new ConnectCluster("connect", {
        ...settings,
        converters: convertersOf("json", settings, []),
        ...common,
        kafka,
        plugins,
        pluginDiscovery: "service_load",
        secrets,
        restPasswords: over.restPasswords,
    });
    connect.sweepSecrets([connect.ready]);
    // What comes last of all
    const isSweep = ({ name }: RegisteredResource) => name.endsWith("-sweep");
    await vi.waitFor(() => expect(resources.some(isSweep)).toBe(true), { timeout: 20_000 });
    return { zookeeper, kafka, connect };
}

function names(type: string): string[] {
    return resources.filter((r) => r.type.endsWith(`:${type}`)).map((r) => r.name);
}

describe("users of the REST API", () => {
    it("have their passwords beside the worker's key only, and the health check has a login", async () => {
        const made: MemberTlsArgs[] = [];
        await clusters({
            tls: stackTls("prefer", made),
            restPasswords: { operator: "hunter1", "an.admin": "hun:ter\\2" },
        });
        const { files } = made.find(({ member }) => member === "connect-1")!;
        expect(await resolved(pulumi.output(files!["rest-users.properties"]!))).toBe(
            "operator=hunter1\nan.admin=hun:ter\\\\2\n",
        );
        expect(await resolved(pulumi.output(files!["rest-login"]!))).toBe("operator:hunter1");
        const container = containerInputs(resources, "connect-1");
        expect(container["health"]).toEqual([
            ...["CMD", "/usr/local/bin/health-connect", "8083", "/run/secrets/connect-cdc-tls/rest-login"],
        ]);
        expect(container["command"]).toContain("-Djava.security.auth.login.config=/etc/connect-cdc/connect-jaas.conf");
        expect(container.files["/etc/connect-cdc/connect-jaas.conf"]).toContain(
            'required file="/run/secrets/connect-cdc-tls/rest-users.properties";',
        );
        expect(container.files["/etc/connect-cdc/connect-distributed.properties"]).toContain(
            "rest.extension.classes=RestAuthorizer,org.apache.kafka.connect.rest.basic.auth.extension.BasicAuthSecurityRestExtension\n",
        );
        expect(JSON.stringify(container)).not.toMatch(/hunter|hun:ter/);
    });

    it("are not asked for by default", async () => {
        await clusters({ tls: stackTls("prefer") });
        const container = containerInputs(resources, "connect-1");
        expect(container["health"]).toHaveLength(3);
        expect(JSON.stringify(container)).not.toMatch(/basic\.auth|jaas/);
    });
});

describe("three members of each role on one host", () => {
    it("are those of the original manual set-up, and no others", async () => {
        await clusters();
        const roles = ["zookeeper", "kafka", "connect"];
        const members = roles.flatMap((role) => [0, 1, 2].map((i) => `${role}-${i}`));
        expect(names("Member").sort()).toEqual([...members].sort());
        expect(names("Container").sort()).toEqual(
            [...members, "connect-secrets-writer", "connect-secrets-sweep"].sort(),
        );
        const data = members.filter((name) => !name.startsWith("connect")).map((name) => `${name}-data`);
        expect(names("Volume").sort()).toEqual([...data, "connect-secrets"].sort());
        expect(names("Gate").sort()).toEqual(members.map((name) => `${name}-gate`).sort());
        expect(names("Readiness").sort()).toEqual(roles.map((role) => `${role}-ready`).sort());
        expect(names("RollStart")).toEqual(["connect-roll"]);
    });

    it("give a ZooKeeper server its config, identity, port and volume", async () => {
        await clusters();
        const server = containerInputs(resources, "zookeeper-1");
        expect(server).toMatchObject({
            name: "connect-cdc-test-zookeeper-1",
            hostname: "zookeeper-1",
            image: "sha256:image-runtime",
            user: "1000:1000",
            networksAdvanced: [{ name: "connect-cdc-test", aliases: ["zookeeper-1"] }],
            ports: [{ internal: 2181, external: 2181, ip: "127.0.0.1", protocol: "tcp" }],
            volumes: [{ volumeName: "connect-cdc-test-zookeeper-1-data", containerPath: "/var/lib/zookeeper" }],
            health: ["CMD", "/usr/local/bin/health-zookeeper", "2181"],
            memory: 192,
            memorySwap: 192,
            restart: "unless-stopped",
            destroyGraceSeconds: 60,
            logDriver: "json-file",
            logOpts: { "max-size": "10m", "max-file": "3" },
            labels: [
                { label: "connect-cdc.project", value: "connect-cdc" },
                { label: "connect-cdc.stack", value: "test" },
            ],
            capabilities: { drops: ["ALL"] },
            securityOpts: ["no-new-privileges"],
        });
        expect(server["command"].slice(0, 2)).toEqual(["java", "-Xmx48m"]);
        expect(server["command"].slice(-2)).toEqual([
            "org.apache.zookeeper.server.quorum.QuorumPeerMain",
            "/etc/connect-cdc/zoo.cfg",
        ]);
        expect(server.files["/var/lib/zookeeper/myid"]).toBe("1\n");
        expect(server.files["/etc/connect-cdc/zoo.cfg"]!.split("\n")).toEqual([
            "tickTime=2000",
            "initLimit=5",
            "syncLimit=2",
            "dataDir=/var/lib/zookeeper",
            "clientPort=2181",
            "maxClientCnxns=0",
            "4lw.commands.whitelist=stat,dump,srvr,ruok,mntr,conf,isro",
            "admin.enableServer=false",
            "quorumListenOnAllIPs=false",
            "autopurge.snapRetainCount=3",
            "autopurge.purgeInterval=1",
            "server.0=zookeeper-0:2888:3888",
            "server.1=zookeeper-1:2889:3889",
            "server.2=zookeeper-2:2890:3890",
            "",
        ]);
    });

    it("give a broker an internal and an external listener and every setting of the original manual set-up", async () => {
        const { kafka } = await clusters();
        const broker = containerInputs(resources, "kafka-2");
        expect(broker["ports"]).toEqual([{ internal: 9092, external: 9092, ip: "127.0.0.1", protocol: "tcp" }]);
        expect(broker["destroyGraceSeconds"]).toBe(120);
        const servers = "zookeeper-0:2180,zookeeper-1:2181,zookeeper-2:2182";
        expect(broker.health).toEqual(["CMD", "/usr/local/bin/health-kafka", "localhost", "9092", "2", servers]);
        expect(broker.files["/etc/connect-cdc/server.properties"]!.trim().split("\n")).toEqual([
            "broker.id=2",
            "listeners=INTERNAL://0.0.0.0:19092,EXTERNAL://0.0.0.0:9092",
            "advertised.listeners=INTERNAL://kafka-2:19092,EXTERNAL://127.0.0.1:9092",
            "listener.security.protocol.map=INTERNAL:PLAINTEXT,EXTERNAL:PLAINTEXT",
            "inter.broker.listener.name=INTERNAL",
            `zookeeper.connect=${servers}`,
            "zookeeper.connection.timeout.ms=6000",
            "zookeeper.session.timeout.ms=10000",
            "log.dirs=/var/lib/kafka/data",
            "num.network.threads=3",
            "num.io.threads=8",
            "socket.send.buffer.bytes=102400",
            "socket.receive.buffer.bytes=102400",
            "socket.request.max.bytes=104857600",
            "num.partitions=1",
            "num.recovery.threads.per.data.dir=1",
            "offsets.topic.replication.factor=3",
            "transaction.state.log.replication.factor=3",
            "transaction.state.log.min.isr=2",
            "default.replication.factor=3",
            "min.insync.replicas=2",
            "unclean.leader.election.enable=false",
            "controlled.shutdown.retry.backoff.ms=1000",
            "log.retention.hours=168",
            "log.segment.bytes=1073741824",
            "log.retention.check.interval.ms=300000",
            "log.cleaner.dedupe.buffer.size=16777216",
            "message.max.bytes=33554432",
            "group.initial.rebalance.delay.ms=0",
        ]);
        expect(await resolved(kafka.bootstrapServers)).toBe("kafka-0:19092,kafka-1:19092,kafka-2:19092");
        expect(await resolved(kafka.addresses)).toEqual(["127.0.0.1:9090", "127.0.0.1:9091", "127.0.0.1:9092"]);
    });

    it("give a worker its name, its secrets and the closed provider of secrets", async () => {
        const { connect } = await clusters();
        const worker = containerInputs(resources, "connect-1");
        expect(worker["ports"]).toEqual([{ internal: 8083, external: 7071, ip: "127.0.0.1", protocol: "tcp" }]);
        expect(worker["volumes"]).toEqual([
            {
                volumeName: "connect-cdc-test-connect-secrets",
                containerPath: "/run/secrets/connect-cdc",
                readOnly: true,
            },
        ]);
        const properties = worker.files["/etc/connect-cdc/connect-distributed.properties"]!.trim().split("\n");
        expect(properties).toEqual([
            "bootstrap.servers=kafka-0:19092,kafka-1:19092,kafka-2:19092",
            "group.id=my-connect",
            "config.storage.topic=my-connect-configs",
            "config.storage.replication.factor=3",
            "offset.storage.topic=my-connect-offsets",
            "offset.storage.replication.factor=3",
            "status.storage.topic=my-connect-status",
            "status.storage.replication.factor=3",
            "key.converter=org.apache.kafka.connect.storage.StringConverter",
            "value.converter=org.apache.kafka.connect.json.JsonConverter",
            "value.converter.schemas.enable=false",
            "value.converter.replace.null.with.default=false",
            "plugin.path=/opt/connect/plugins",
            "plugin.discovery=service_load",
            "listeners=http://0.0.0.0:8083",
            "rest.advertised.host.name=connect-1",
            "rest.advertised.port=8083",
            "offset.flush.interval.ms=10000",
            "scheduled.rebalance.max.delay.ms=0",
            "session.timeout.ms=10000",
            "heartbeat.interval.ms=500",
            "consumer.session.timeout.ms=11000",
            "consumer.heartbeat.interval.ms=1000",
            "exactly.once.source.support=enabled",
            "worker.sync.timeout.ms=45000",
            "producer.transaction.timeout.ms=240000",
            "producer.acks=all",
            "producer.batch.size=131072",
            "producer.max.request.size=33554432",
            "producer.buffer.memory=33554432",
            "consumer.fetch.max.bytes=12582912",
            "max.request.size=33554432",
            "connector.client.config.override.policy=None",
            "config.providers=directory",
            "config.providers.directory.class=org.apache.kafka.common.config.provider.DirectoryConfigProvider",
            "config.providers.directory.param.allowed.paths=/run/secrets/connect-cdc",
        ]);
        const urls = ["http://127.0.0.1:7070", "http://127.0.0.1:7071", "http://127.0.0.1:7072"];
        expect(await resolved(connect.restUrls)).toEqual(urls);
        expect(await resolved(connect.plugins)).toEqual(plugins);
    });

    it("write secrets by a container that runs once, and mark them as secret", async () => {
        await clusters();
        const writer = theResource(resources, "Container", "connect-secrets-writer").inputs;
        expect(writer).toMatchObject({ mustRun: false, attach: true, networkMode: "none", user: "root" });
        expect(writer["uploads"]).toEqual({
            secret: [{ file: "/in/dbz-source/database-password", content: "hunter2" }],
        });
        const others = resources.filter(
            (r) => r.name !== "connect-secrets-writer" && !r.name.startsWith("connect-secrets"),
        );
        const inClear = (key: string, value: unknown) => (key === "secret" ? undefined : value);
        expect(JSON.stringify(others, inClear)).not.toContain("hunter2");
    });

    it("keep the secrets that connectors still use until these have their configs", async () => {
        await clusters();
        const [writer, sweep] = ["writer", "sweep"].map((job) =>
            theResource(resources, "Container", `connect-secrets-${job}`),
        );
        expect(writer!.inputs["command"][0]).not.toContain("grep");
        expect(sweep!.inputs["command"][0]).toContain(`grep -vxFf <(printf '%s\\n' dbz-source/database-password)`);
        expect(sweep!.inputs["uploads"]).toBeUndefined();
    });

    it("have the config providers and plugins of the user beside the platform's own", async () => {
        const config = { "config.providers": "file, directory,", "plugin.path": "/mine", "a.b": "c" };
        await clusters({ connect: { config } });
        const properties = containerInputs(resources, "connect-0").files[
            "/etc/connect-cdc/connect-distributed.properties"
        ]!.split("\n");
        const lines = properties.filter((line) => /^(config\.providers|plugin\.path|a\.b)=/.test(line));
        expect(lines).toEqual(["plugin.path=/opt/connect/plugins,/mine", "config.providers=directory,file", "a.b=c"]);
    });

    it.each([
        { heapMb: 96, maxMessageBytes: 1_048_576, buffer: 8_388_608, fetched: 3_145_728 },
        { heapMb: 96, maxMessageBytes: 8_388_609, buffer: 8_388_609, fetched: 3_145_728 },
        { heapMb: 4096, maxMessageBytes: 67_108_864, buffer: 67_108_864, fetched: 52_428_800 },
        { heapMb: 4096, maxMessageBytes: 1_048_576, buffer: 33_554_432, fetched: 52_428_800 },
    ])(
        "have clients that fit a heap of $heapMb MiB and records of $maxMessageBytes bytes",
        async ({ heapMb, maxMessageBytes, buffer, fetched }) => {
            await clusters({ kafka: { maxMessageBytes }, connect: { heapMb } });
            const properties = containerInputs(resources, "connect-0").files[
                "/etc/connect-cdc/connect-distributed.properties"
            ]!.split("\n");
            expect(properties).toEqual(
                expect.arrayContaining([
                    `producer.max.request.size=${maxMessageBytes}`,
                    `producer.buffer.memory=${buffer}`,
                    `consumer.fetch.max.bytes=${fetched}`,
                ]),
            );
        },
    );

    it("are waited for at their outside addresses", async () => {
        await clusters();
        expect(theResource(resources, "Readiness", "zookeeper-ready").inputs).toMatchObject({
            kind: "zookeeper",
            targets: ["127.0.0.1:2180", "127.0.0.1:2181", "127.0.0.1:2182"],
            expected: 3,
            members: {
                "zookeeper-0": "zookeeper-0-id",
                "zookeeper-1": "zookeeper-1-id",
                "zookeeper-2": "zookeeper-2-id",
            },
        });
        expect(theResource(resources, "Gate", "connect-2-gate").inputs).toMatchObject({
            kind: "connect",
            member: "connect-2",
            index: 2,
            containerId: "connect-2-id",
            targets: ["http://127.0.0.1:7070", "http://127.0.0.1:7071", "http://127.0.0.1:7072"],
        });
    });
});

describe("the number of members", () => {
    it.each([
        [1, "1", "1", "1"],
        [2, "2", "1", "2"],
        [5, "3", "2", "3"],
    ])(
        "of %i brokers sets replication %s, min ISR %s and Connect's topics %s",
        async (brokers, factor, minIsr, topics) => {
            await clusters({ kafka: { brokers } });
            const server = containerInputs(resources, "kafka-0").files["/etc/connect-cdc/server.properties"];
            expect(server).toContain(`default.replication.factor=${factor}\nmin.insync.replicas=${minIsr}\n`);
            expect(server).toContain(`offsets.topic.replication.factor=${factor}\n`);
            expect(server).toContain(`transaction.state.log.min.isr=${minIsr}\n`);
            const worker = containerInputs(resources, "connect-0").files[
                "/etc/connect-cdc/connect-distributed.properties"
            ];
            expect(worker).toContain(`config.storage.replication.factor=${topics}\n`);
        },
    );

    it("of one ZooKeeper server makes it standalone", async () => {
        await clusters({ zookeeper: { servers: 1 } });
        expect(containerInputs(resources, "zookeeper-0").files["/etc/connect-cdc/zoo.cfg"]).not.toContain("server.0");
    });

    it("beyond three does not change the config of the first members", async () => {
        await clusters();
        const before = ["kafka-0", "connect-0"].map((name) => containerInputs(resources, name).files);
        resources.length = 0;
        await clusters({ kafka: { brokers: 5 }, connect: { workers: 4 } });
        expect(["kafka-0", "connect-0"].map((name) => containerInputs(resources, name).files)).toEqual(before);
        expect(names("Member")).toContain("kafka-4");
    });
});

describe("several hosts", () => {
    const host = (i: number) => ({
        endpoint: `ssh://root@10.0.0.${i}`,
        advertisedAddress: `10.0.0.${i}`,
        bindAddress: `10.0.0.${i}`,
    });
    const hosts = { h1: host(1), h2: host(2), h3: host(3) };

    it("spread the members, and let them meet at advertised addresses", async () => {
        await clusters({ hosts });
        const zookeeper = containerInputs(resources, "zookeeper-1");
        expect(zookeeper.files["/etc/connect-cdc/zoo.cfg"]).toContain("quorumListenOnAllIPs=true");
        expect(zookeeper.files["/etc/connect-cdc/zoo.cfg"]).toContain("server.2=10.0.0.3:2890:3890");
        expect(zookeeper["ports"].map((p: { external: number }) => p.external)).toEqual([2181, 2889, 3889]);
        expect(zookeeper["ports"][0].ip).toBe("10.0.0.2");
        const broker = containerInputs(resources, "kafka-2").files["/etc/connect-cdc/server.properties"];
        expect(broker).toContain("advertised.listeners=EXTERNAL://10.0.0.3:9092\n");
        expect(broker).toContain("inter.broker.listener.name=EXTERNAL\n");
        const worker = containerInputs(resources, "connect-1").files["/etc/connect-cdc/connect-distributed.properties"];
        expect(worker).toContain("rest.advertised.host.name=10.0.0.2\nrest.advertised.port=7071\n");
        expect(worker).toContain("bootstrap.servers=10.0.0.1:9090,10.0.0.2:9091,10.0.0.3:9092\n");
    });

    it("get the image by a copy, and the secrets by a volume of their own", async () => {
        await clusters({ hosts });
        expect(names("RemoteImage")).toEqual(["image-runtime"]);
        expect(names("Command")).toEqual(["image-runtime-on-h2", "image-runtime-on-h3"]);
        expect(names("SecretFiles")).toEqual(["connect-secrets-h1", "connect-secrets-h2", "connect-secrets-h3"]);
    });

    it("get a copy of the image only where a member needs it, by the certificates of each", async () => {
        const certain = { ...host(3), endpoint: "tcp://10.0.0.3:2376", certPath: "/certs/h3" };
        const placement = ["h1", "h3"];
        const roles = { zookeeper: { placement }, kafka: { placement }, connect: { placement } };
        await clusters({ hosts: { ...hosts, h3: certain }, ...roles });
        expect(names("Command")).toEqual(["image-runtime-on-h3"]);
        expect(theResource(resources, "Command", "image-runtime-on-h3").inputs.environment).toMatchObject({
            FROM: "ssh://root@10.0.0.1",
            FROM_CERTS: "",
            TO: "tcp://10.0.0.3:2376",
            TO_CERTS: "/certs/h3",
            ID: "sha256:image-runtime",
        });
        expect(theResource(resources, "pulumi:providers:docker", "host-h3").inputs.certPath).toBe("/certs/h3");
    });

    it("obey explicit placement", async () => {
        await clusters({ hosts, kafka: { placement: ["h3", "h1"] } });
        const addresses = [0, 1, 2].map((i) => containerInputs(resources, `kafka-${i}`)["ports"][0].ip);
        expect(addresses).toEqual(["10.0.0.3", "10.0.0.1", "10.0.0.3"]);
    });
});

describe("metrics", () => {
    const roles = ["zookeeper", "kafka", "connect"] as const;
    const command = (member: string): string[] => containerInputs(resources, member)["command"];

    it("are off unless they are asked for: no agent, no port", async () => {
        const { zookeeper } = await clusters();
        for (const role of roles) {
            expect(command(`${role}-0`).join(" ")).not.toContain("javaagent");
            expect(containerInputs(resources, `${role}-0`)["ports"]).toHaveLength(1);
        }
        expect(await resolved(zookeeper.metricsTargets)).toEqual([]);
    });

    it("are served by an agent in every member, with the rules of its role and a port of its own", async () => {
        const built = await clusters({
            zookeeper: { metricsPort: 9400 },
            kafka: { metricsPort: 9410 },
            connect: { metricsPort: 9420 },
        });
        for (const [i, role] of roles.entries()) {
            const first = 9400 + 10 * i;
            expect(command(`${role}-2`)).toContain(
                `-javaagent:/opt/kafka/metrics/agent.jar=9404:/opt/kafka/metrics/${role}.yml`,
            );
            expect(containerInputs(resources, `${role}-2`)["ports"]).toContainEqual({
                internal: 9404,
                external: first + 2,
                ip: "127.0.0.1",
                protocol: "tcp",
            });
            expect((await resolved(built[role].metricsTargets))[2]).toEqual({
                targets: [`127.0.0.1:${first + 2}`],
                labels: { stack: "test", job: role, member: `${role}-2` },
            });
        }
    });
});

describe("TLS", () => {
    const asked: MemberTlsArgs[] = [];
    const external = (member: string): number[] =>
        containerInputs(resources, member)["ports"].map((port: { external: number }) => port.external);

    beforeEach(() => void (asked.length = 0));

    it.each([
        ["prefer", "9404", 9404, undefined],
        ["require", "127.0.0.1:9404", 9405, "https"],
    ] as const)("in the mode %s has the agent of metrics at %s", async (mode, address, internal, scheme) => {
        const { zookeeper } = await clusters({ tls: stackTls(mode), zookeeper: { metricsPort: 9400 } });
        const { command, ports } = containerInputs(resources, "zookeeper-2");
        expect(command).toContain(
            `-javaagent:/opt/kafka/metrics/agent.jar=${address}:/opt/kafka/metrics/zookeeper.yml`,
        );
        expect(command.some((flag: string) => flag.includes("/secure.jar=9405:"))).toBe(scheme === "https");
        expect(ports).toContainEqual(expect.objectContaining({ internal, external: 9402 }));
        expect((await resolved(zookeeper.metricsTargets))[2]).toMatchObject({
            targets: ["127.0.0.1:9402"],
            labels: scheme ? { __scheme__: scheme } : {},
        });
    });

    it("off changes no member", async () => {
        await clusters();
        const inputs = () =>
            ["zookeeper-0", "kafka-0", "connect-0"].map((name) => JSON.stringify(containerInputs(resources, name)));
        const before = inputs();
        resources.length = 0;
        await clusters({ tls: stackTls("off", asked) });
        expect(inputs()).toEqual(before);
        expect(asked).toEqual([]);
    });

    it.each([
        { mode: "offer", zookeeper: [2180, 2280], kafka: [9090, 9190, 9290], connect: [7070, 7170] },
        { mode: "prefer", zookeeper: [2180, 2280], kafka: [9090, 9190, 9290], connect: [7070, 7170] },
        { mode: "require", zookeeper: [2280], kafka: [9190, 9290], connect: [7170] },
    ] as const)("publishes the ports of $mode, and gives each member its certificate", async ({ mode, ...ports }) => {
        await clusters({ tls: stackTls(mode, asked) });
        for (const role of ["zookeeper", "kafka", "connect"] as const) {
            expect(external(`${role}-0`).sort()).toEqual(ports[role]);
            const { volumes, labels } = containerInputs(resources, `${role}-2`);
            expect(volumes).toContainEqual({
                volumeName: `${role}-2-tls`,
                containerPath: "/run/secrets/connect-cdc-tls",
                readOnly: true,
            });
            expect(labels).toContainEqual({ label: "connect-cdc.tls", value: `${role}-2-tls-files` });
            expect(labels).toContainEqual({ label: "connect-cdc.tls-mode", value: mode });
        }
        expect(asked.map(({ member, role, user }) => [member, role, user])).toEqual(
            ["zookeeper", "kafka", "connect"].flatMap((role) => [0, 1, 2].map((i) => [`${role}-${i}`, role, "cdc"])),
        );
    });

    it.each([
        ["offer", "everyone"],
        ["prefer", "everyone"],
        ["require", "brokers"],
    ] as const)(
        "with %s gives ZooKeeper's nodes to %s, while all brokers show their certificate",
        async (mode, owner) => {
            await clusters({ tls: stackTls(mode) });
            const acl = theResource(resources, "ZookeeperAcl", "kafka-zookeeper-acl");
            const targets = [0, 1, 2].map((i) => `127.0.0.1:${2280 + i}`);
            expect(acl.inputs).toMatchObject({
                owner,
                targets,
                credentials: { secret: { key: "the operator's key" } },
            });
            const [first, last] = ["Container kafka-0", "Readiness kafka-ready"]
                .map((text) => text.split(" ") as [string, string])
                .map(([type, name]) => resources.indexOf(theResource(resources, type, name)));
            const position = resources.indexOf(acl);
            expect(mode === "offer" ? position < first! : position > last!).toBe(true);
        },
    );

    it("is not yet used with offer", async () => {
        const { zookeeper, kafka, connect } = await clusters({ tls: stackTls("offer") });
        expect(await resolved(zookeeper.connectString)).toBe("zookeeper-0:2180,zookeeper-1:2181,zookeeper-2:2182");
        expect(await resolved(kafka.bootstrapServers)).toBe("kafka-0:19092,kafka-1:19092,kafka-2:19092");
        expect((await resolved(connect.restUrls))[0]).toBe("http://127.0.0.1:7070");
        expect(containerInputs(resources, "kafka-0").health).toHaveLength(6);
        expect(theResource(resources, "Gate", "kafka-0-gate").inputs["targets"][0]).toBe("127.0.0.1:9090");
    });

    it.each([
        { mode: "prefer", outside: "127.0.0.1:9091", health: "8083" },
        { mode: "require", outside: "127.0.0.1:9291", health: "8084" },
    ] as const)("is used by all members and probes with $mode", async ({ mode, outside, health }) => {
        const { zookeeper, kafka, connect } = await clusters({ tls: stackTls(mode) });
        expect(await resolved(zookeeper.connectString)).toBe("zookeeper-0:2280,zookeeper-1:2281,zookeeper-2:2282");
        expect(zookeeper.peerAddresses[1]).toBe("zookeeper-1:2281");
        expect((await resolved(zookeeper.addresses))[1]).toBe("127.0.0.1:2281");
        expect(await resolved(kafka.bootstrapServers)).toBe("kafka-0:19093,kafka-1:19093,kafka-2:19093");
        expect((await resolved(kafka.addresses))[1]).toBe("127.0.0.1:9191");
        expect((await resolved(kafka.outsideAddresses))[1]).toBe(outside);
        expect((await resolved(connect.restUrls))[1]).toBe("https://127.0.0.1:7171");
        expect(connect.peerUrls[1]).toBe("https://connect-1:8443");
        const check = ["CMD", "/usr/local/bin/health-kafka", "127.0.0.1", "19090", "1"];
        expect(containerInputs(resources, "kafka-1").health).toEqual(check);
        expect(containerInputs(resources, "connect-1").health).toContain(health);
        for (const [role, target] of [
            ["zookeeper", "127.0.0.1:2280"],
            ["kafka", "127.0.0.1:9190"],
            ["connect", "https://127.0.0.1:7170"],
        ] as const) {
            expect(theResource(resources, "Gate", `${role}-0-gate`).inputs["targets"]).toContain(target);
        }
    });

    it("goes by the brokers' listener for the operator where members share no network", async () => {
        const host = (i: number) => ({
            endpoint: `ssh://h${i}`,
            advertisedAddress: `10.0.0.${i}`,
            bindAddress: "0.0.0.0",
        });
        const { kafka } = await clusters({ hosts: { h1: host(1), h2: host(2) }, tls: stackTls("require") });
        expect(await resolved(kafka.bootstrapServers)).toBe("10.0.0.1:9190,10.0.0.2:9191,10.0.0.1:9192");
        const broker = containerInputs(resources, "kafka-1").files["/etc/connect-cdc/server.properties"];
        expect(broker).toContain("inter.broker.listener.name=OPERATOR\n");
        expect(broker).toContain("HEALTH://kafka-1:19090");
    });

    it("has a new roll of the workers for a new certificate", async () => {
        const digest = () => theResource(resources, "RollStart", "connect-roll").inputs["digest"];
        await clusters({ tls: stackTls("require") });
        const before = digest();
        resources.length = 0;
        await clusters({ tls: stackTls("require", [], "another") });
        expect(digest()).not.toBe(before);
    });
});

describe("compilers", () => {
    const quick = "-XX:TieredStopAtLevel=1";
    const commands = (...members: string[]) =>
        members.map((member) => (containerInputs(resources, member)["command"] as string[]).includes(quick));

    it("are all in use by brokers with TLS: one of them has no instructions for AES", async () => {
        await clusters();
        expect(commands("zookeeper-0", "kafka-0", "connect-0")).toEqual([true, true, false]);
        resources.length = 0;
        await clusters({ tls: stackTls("offer") });
        expect(commands("zookeeper-0", "kafka-0", "connect-0")).toEqual([true, false, false]);
    });

    it("are set by flags of config, which come last", async () => {
        await clusters({ kafka: { jvmFlags: ["-XX:TieredStopAtLevel=4"] } });
        const flags = (containerInputs(resources, "kafka-0")["command"] as string[]).filter((flag) =>
            /Tiered/.test(flag),
        );
        expect(flags).toEqual([quick, "-XX:TieredStopAtLevel=4"]);
    });
});

describe("config", () => {
    it("wins over everything else", async () => {
        await clusters({
            kafka: { config: { "num.io.threads": 4, "log.retention.bytes": 1000 } },
            connect: { config: { "plugin.discovery": "only_scan" } },
            zookeeper: { config: { snapCount: 500 } },
        });
        const broker = containerInputs(resources, "kafka-0").files["/etc/connect-cdc/server.properties"];
        expect(broker).toContain("num.io.threads=4\n");
        expect(broker).not.toContain("num.io.threads=8");
        expect(broker).toContain("log.retention.bytes=1000\n");
        expect(containerInputs(resources, "zookeeper-0").files["/etc/connect-cdc/zoo.cfg"]).toContain(
            "snapCount=500\n",
        );
        const worker = containerInputs(resources, "connect-0").files["/etc/connect-cdc/connect-distributed.properties"];
        expect(worker).toContain("plugin.discovery=only_scan\n");
    });
});
