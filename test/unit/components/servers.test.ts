import * as pulumi from "@pulumi/pulumi";
import { beforeEach, describe, expect, it } from "vitest";
import type { MemberTlsArgs } from "../../../components/certificates/stackTls";
import { DockerHost } from "../../../components/dockerHost";
import { Image } from "../../../components/image";
import { JmsBroker, type JmsBrokerArgs } from "../../../components/jmsBroker";
import { KafkaCluster } from "../../../components/kafkaCluster";
import { TLS_MODES, type TlsMode } from "../../../components/render/tls";
import { SchemaRegistry } from "../../../components/schemaRegistry";
import { SourceDatabase } from "../../../components/sourceDatabase";
import { stackSecrets } from "../../../components/stackSecrets";
import { ZookeeperEnsemble } from "../../../components/zookeeperEnsemble";
import { defaults } from "../../../config/defaults";
import { containerInputs, recordResources, RegisteredResource, resolved, theResource } from "../../support/mocks";
import { stackTls } from "../../support/stackTls";

const digest = "fedcba9876543210".repeat(4);

let resources: RegisteredResource[];

beforeEach(async () => {
    resources = await recordResources();
});

function hostsAndImage() {
    const hosts = [new DockerHost("local", defaults.hosts.local)];
    const image = new Image("image", { role: "postgres", staged: { context: "/staged", digest }, host: hosts[0]! });
    return { hosts, image };
}

describe("SourceDatabase", () => {
    async function database(args: { protectData?: boolean } = {}) {
        const made = new SourceDatabase("postgres", {
            ...defaults.database,
            ...hostsAndImage(),
            password: "hunter2",
            ...args,
        });
        await resolved(made.ready.urn);
        return made;
    }

    it("uses logical decoding, creates the schema at start, and is ready when it answers", async () => {
        const made = await database();
        const container = containerInputs(resources, "postgres");
        expect(container["command"].join(" ")).toContain("-c wal_level=logical");
        expect(container["command"].join(" ")).toContain("-c wal_sender_timeout=20s");
        expect(container["user"]).toBe("postgres");
        expect(container["ports"]).toEqual([{ internal: 5432, external: 15432, ip: "127.0.0.1", protocol: "tcp" }]);
        expect(container.files["/etc/connect-cdc/init/schema.sql"]).toContain(
            `CREATE TABLE IF NOT EXISTS "cdc"."customers"`,
        );
        expect(container["volumes"]).toEqual([
            { volumeName: "connect-cdc-test-postgres-data", containerPath: "/var/lib/postgresql/data" },
            {
                volumeName: "connect-cdc-test-postgres-secrets",
                containerPath: "/run/secrets/connect-cdc",
                readOnly: true,
            },
        ]);
        expect(await resolved(made.host)).toBe("postgres");
        expect(await resolved(made.port)).toBe(5432);
        expect(await resolved(made.address)).toBe("127.0.0.1:15432");
        expect(theResource(resources, "Readiness", "postgres-ready").inputs).toMatchObject({
            kind: "postgres",
            targets: ["127.0.0.1:15432"],
            members: { postgres: "postgres-id" },
        });
    });

    it("gets its password by file only, and restarts with a new one", async () => {
        await database();
        const writer = theResource(resources, "Container", "postgres-secrets-writer").inputs;
        expect(writer["uploads"]).toEqual({ secret: [{ file: "/in/database-password", content: "hunter2" }] });
        expect(writer["command"][0]).toContain("install -o postgres -g postgres -m 0400");
        const container = containerInputs(resources, "postgres");
        expect(JSON.stringify(container)).not.toContain("hunter2");
        expect(container["labels"]).toContainEqual({
            label: "connect-cdc.secrets",
            value: "postgres-secrets-writer-id",
        });
    });
});

describe("SourceDatabase with TLS", () => {
    async function database(mode: TlsMode) {
        const made: MemberTlsArgs[] = [];
        const args = { ...defaults.database, ...hostsAndImage(), password: "hunter2", tls: stackTls(mode, made) };
        const server = new SourceDatabase("postgres", args);
        await resolved(server.ready.urn);
        return { server, made, container: containerInputs(resources, "postgres") };
    }

    it("changes nothing in the mode off", async () => {
        const { server, made, container } = await database("off");
        expect(made).toEqual([]);
        expect(container["command"].join(" ")).not.toMatch(/ssl|hba/);
        expect(server.ca).toBe(undefined);
    });

    it.each(TLS_MODES.filter((mode) => mode !== "off"))("has its certificate in the mode %s", async (mode) => {
        const { server, made, container } = await database(mode);
        expect(made).toMatchObject([{ member: "postgres", role: "postgres", user: "postgres" }]);
        const command = container["command"].join(" ");
        expect(command).toContain("-c ssl=on -c ssl_cert_file=/run/secrets/connect-cdc-tls/cert.pem");
        expect(command).toContain("-c ssl_key_file=/run/secrets/connect-cdc-tls/key.pem");
        expect(container["volumes"]).toContainEqual({
            volumeName: "postgres-tls",
            containerPath: "/run/secrets/connect-cdc-tls",
            readOnly: true,
        });
        expect(server.ca && (await resolved(server.ca))).toBe(mode === "offer" ? undefined : "the authorities");
    });

    it("refuses plain links only in the mode require, also with data that exist already", async () => {
        const { container } = await database("require");
        expect(container["command"].join(" ")).toContain("-c hba_file=/etc/connect-cdc/pg_hba.conf");
        const rules = container.files["/etc/connect-cdc/pg_hba.conf"];
        expect(rules).toBe("local all all peer\nhostssl all all all scram-sha-256\n");
    });

    it.each(["offer", "prefer"] as const)("takes plain links in the mode %s", async (mode) => {
        const { container } = await database(mode);
        expect(container["command"].join(" ")).not.toContain("hba_file");
    });
});

describe("JmsBroker", () => {
    it("has its queues, its rules and its heap, and the users with their passwords by file only", async () => {
        const rules: JmsBrokerArgs["rules"] = { cdc: [{ address: "CustomersXML", operations: ["send"] }] };
        const passwords = { operator: "hunter1", cdc: "hunter2" };
        const broker = new JmsBroker("artemis", { ...defaults.jmsBroker, ...hostsAndImage(), passwords, rules });
        await resolved(broker.ready.urn);
        const container = containerInputs(resources, "artemis");
        expect(container["envs"]).toEqual(["ARTEMIS_HEAP_MB=384"]);
        const xml = container.files["/var/lib/artemis-instance/etc/broker.xml"];
        expect(xml).toMatch(/CustomersJSON[^]*CustomersXML/);
        expect(xml).toContain('<permission type="send" roles="amq,user-cdc"/>');
        expect(theResource(resources, "Container", "artemis-secrets-writer").inputs["uploads"].secret).toEqual([
            { file: "/in/users/operator", content: "hunter1" },
            { file: "/in/users/cdc", content: "hunter2" },
        ]);
        expect(container["labels"]).toContainEqual({
            label: "connect-cdc.secrets",
            value: "artemis-secrets-writer-id",
        });
        expect(container["ports"].map((p: { external: number }) => p.external)).toEqual([8161, 61616]);
        expect(JSON.stringify(container)).not.toContain("hunter");
        expect(await resolved(broker.url)).toBe("tcp://artemis:61616");
        expect(await resolved(broker.address)).toBe("127.0.0.1:61616");
        expect(await resolved(broker.consoleUrl)).toBe("http://127.0.0.1:8161/console");
    });
});

describe("JmsBroker with TLS", () => {
    it.each([
        ["off", ["all 0.0.0.0:61616"], [61616], "tcp://artemis:61616"],
        ["offer", ["all 0.0.0.0:61616", "tls 0.0.0.0:61617"], [61616, 61617], "tcp://artemis:61616"],
        ["prefer", ["all 0.0.0.0:61616", "tls 0.0.0.0:61617"], [61616, 61617], "tcp://artemis:61617"],
        ["require", ["all 127.0.0.1:61616", "tls 0.0.0.0:61617"], [61617], "tcp://artemis:61617"],
    ] as const)("has its acceptors and ports in the mode %s", async (mode, acceptors, ports, url) => {
        const made: MemberTlsArgs[] = [];
        const tls = stackTls(mode, made);
        const args = { ...defaults.jmsBroker, ...hostsAndImage(), passwords: {}, rules: {}, tls };
        const broker = new JmsBroker("artemis", args);
        await resolved(broker.ready.urn);
        expect(made.map(({ role }) => role)).toEqual(mode === "off" ? [] : ["artemis"]);
        const container = containerInputs(resources, "artemis");
        const xml = container.files["/var/lib/artemis-instance/etc/broker.xml"]!;
        const found = [...xml.matchAll(/<acceptor name="(\w+)">tcp:\/\/([\d.:]+)/g)];
        expect(found.map(([, name, address]) => `${name} ${address}`)).toEqual(acceptors);
        expect(container["ports"].map((p: { external: number }) => p.external)).toEqual([8161, ...ports]);
        expect(await resolved(broker.url)).toBe(url);
        expect(await resolved(broker.address)).toBe(`127.0.0.1:${url.split(":")[2]}`);
    });

    it.each([
        ["off", "http"],
        ["offer", "http"],
        ["prefer", "http"],
        ["require", "https"],
    ] as const)("has its console in the mode %s by %s", async (mode, protocol) => {
        const args = { ...defaults.jmsBroker, ...hostsAndImage(), passwords: {}, rules: {}, tls: stackTls(mode) };
        const broker = new JmsBroker("artemis", args);
        await resolved(broker.ready.urn);
        expect(await resolved(broker.consoleUrl)).toBe(`${protocol}://127.0.0.1:8161/console`);
        expect(broker.peer.consoleUrl).toBe(`${protocol}://artemis:8161/console`);
        const file = containerInputs(resources, "artemis").files["/var/lib/artemis-instance/etc/bootstrap.xml"];
        if (protocol === "http") expect(file, "that of the image").toBe(undefined);
        else expect(file).toContain('uri="https://0.0.0.0:8161" keyStorePath="/run/secrets/connect-cdc-tls/store.p12"');
    });
});

describe("SchemaRegistry", () => {
    it("has equal instances that keep the schemas in Kafka", async () => {
        const { hosts, image } = hostsAndImage();
        const zookeeper = new ZookeeperEnsemble("zookeeper", { ...defaults.zookeeper, hosts, image });
        const kafka = new KafkaCluster("kafka", { ...defaults.kafka, hosts, image, zookeeper });
        const args = { ...defaults.registry, instances: 2, hosts, image, kafka, writers: [] };
        const registry = new SchemaRegistry("registry", args);
        await resolved(registry.ready.urn);
        const containers = ["registry-0", "registry-1"].map((name) => containerInputs(resources, name));
        expect(containers[0]!["command"]).toEqual(
            expect.arrayContaining([
                "-Xmx192m",
                "-Dapicurio.storage.kind=kafkasql",
                "-Dapicurio.kafkasql.bootstrap.servers=kafka-0:19092,kafka-1:19092,kafka-2:19092",
                "-Dapicurio.kafkasql.topic.retention.ms=-1",
                "-Dapicurio.rules.global.compatibility=BACKWARD",
            ]),
        );
        expect(containers[1]!["command"]).toEqual(containers[0]!["command"]);
        const ports = containers.flatMap((container) =>
            container["ports"].map((p: { external: number }) => p.external),
        );
        expect(ports).toEqual([8081, 8082]);
        expect(await resolved(registry.urls)).toEqual([
            "http://127.0.0.1:8081/apis/ccompat/v7",
            "http://127.0.0.1:8082/apis/ccompat/v7",
        ]);
        expect(registry.peerAddresses).toEqual(["registry-0:8081", "registry-1:8081"]);
        expect(await resolved(registry.metricsTargets)).toEqual([
            { targets: ["127.0.0.1:8081"], labels: { stack: "test", job: "registry", member: "registry-0" } },
            { targets: ["127.0.0.1:8082"], labels: { stack: "test", job: "registry", member: "registry-1" } },
        ]);
    });
});

describe("SchemaRegistry with TLS", () => {
    it.each([
        ["off", [8081], "http://127.0.0.1:8081", ["8081"], 0, false],
        ["offer", [8081, 8181], "http://127.0.0.1:8081", ["8081"], 1, false],
        ["prefer", [8081, 8181], "https://127.0.0.1:8181", ["8081"], 1, true],
        ["require", [8181], "https://127.0.0.1:8181", ["8443", "/run/secrets/connect-cdc-tls"], 1, true],
    ] as const)(
        "%s publishes its ports, and is used by the right one",
        async (mode, ports, origin, health, made, mtls) => {
            const { hosts, image } = hostsAndImage();
            const asked: MemberTlsArgs[] = [];
            const tls = stackTls(mode, asked);
            const zookeeper = new ZookeeperEnsemble("zookeeper", { ...defaults.zookeeper, hosts, image });
            const kafka = new KafkaCluster("kafka", { ...defaults.kafka, hosts, image, zookeeper });
            const registry = new SchemaRegistry("registry", {
                ...defaults.registry,
                ...{ hosts, image, kafka, tls, writers: ["connect", "shop"] },
            });
            await resolved(registry.ready.urn);
            const container = containerInputs(resources, "registry-0");
            expect(container["ports"].map((p: { external: number }) => p.external)).toEqual(ports);
            expect(container.health).toEqual(["CMD", "/usr/local/bin/health-registry", ...health]);
            expect(await resolved(registry.urls)).toEqual([`${origin}/apis/ccompat/v7`]);
            expect(registry.peerAddresses).toEqual([mtls ? "registry-0:8443" : "registry-0:8081"]);
            expect(asked.map(({ member, role }) => [member, role])).toEqual(made ? [["registry-0", "registry"]] : []);
            const command: string[] = container["command"];
            expect(command.includes("-Dapicurio.kafka.common.security.protocol=SSL")).toBe(mtls);
            expect(command.includes("-Dsmallrye.config.locations=/etc/connect-cdc/registry.properties")).toBe(
                made === 1,
            );
            expect(command.includes("-Dquarkus.http.insecure-requests=disabled")).toBe(mode === "require");
            expect(command.includes("-Dregistry.authorizer.writers=connect,shop")).toBe(mode === "require");
        },
    );
});

describe("Image", () => {
    it("has its digest in its name, and is built on its parent by the classic builder", async () => {
        const { hosts, image } = hostsAndImage();
        const child = new Image("child", {
            role: "connect",
            staged: { context: "/c", digest },
            parentImage: image,
            host: hosts[0]!,
        });
        expect(await resolved(child.imageName)).toBe("connect-cdc-test/connect:fedcba9876543210");
        expect(await resolved(child.imageId)).toBe("sha256:child");
        expect(theResource(resources, "RemoteImage", "child").inputs).toEqual({
            name: "connect-cdc-test/connect:fedcba9876543210",
            build: {
                context: "/c",
                useLegacyBuilder: true,
                buildArgs: { BASE: "connect-cdc-test/postgres:fedcba9876543210" },
                labels: { "connect-cdc.project": "connect-cdc", "connect-cdc.stack": "test" },
                forceRemove: true,
            },
            triggers: { digest },
            forceRemove: true,
        });
    });
});

describe("stackSecrets", () => {
    it("uses the user's secrets and generates the others", async () => {
        const values: Record<string, string> = { mine: "a", "database-password": "b" };
        const given = pulumi.secret(values);
        const secrets = stackSecrets({
            given,
            givenNames: ["mine", "database-password"],
            needed: ["database-password", "jms-password", "jms-password"],
        });
        expect(Object.keys(secrets).sort()).toEqual(["database-password", "jms-password", "mine"]);
        expect(await resolved(secrets["database-password"]!)).toBe("b");
        expect(await pulumi.isSecret(secrets["mine"]!)).toBe(true);
        await resolved(secrets["jms-password"]!);
        expect(resources.map((r) => r.name)).toEqual(["jms-password"]);
    });
});
