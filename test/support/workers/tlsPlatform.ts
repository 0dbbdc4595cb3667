import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { brokerListeners, peerListener } from "../../../components/render/brokerListeners";
import { renderConnectProperties, restJaas } from "../../../components/render/connectProperties";
import { javaProperties } from "../../../components/render/javaProperties";
import { clientTlsSettings } from "../../../components/render/kafkaTls";
import { renderProperties } from "../../../components/render/properties";
import { renderServerProperties } from "../../../components/render/serverProperties";
import { STORE_PASSWORD, type TlsMode, usesTls } from "../../../components/render/tls";
import { renderZooCfg } from "../../../components/render/zooCfg";
import { defaults } from "../../../config/defaults";
import { makeJar } from "../../../images/staging/javaSources";
import { findPorts } from "../stack/ports";
import { Authority, type SignedFiles } from "./authority";
import { BROKER_VERSION } from "./brokerProcess";
import { JavaProcess } from "./javaProcess";
import { kafkaLibraries, runtimeClassPath } from "./kafkaLibraries";
import { javaArgs } from "./serverFiles";

const RUNTIME = join(__dirname, "../../../images/runtime");

/** A server of ZooKeeper, a broker and a worker, with the settings that the components render, as processes. */
export class TlsPlatform {
    readonly authority: Authority;
    readonly processes = new Map<string, JavaProcess>();

    private constructor(
        readonly folder: string,
        readonly ports: {
            zookeeperPlain: number;
            zookeeper: number;
            external: number;
            operator: number;
            login: number;
            rest: number;
            restHealth: number;
            restPlain: number;
            metricsPlain: number;
            metrics: number;
        },
        readonly classPath: string,
        private readonly pluginPath: string,
    ) {
        this.authority = new Authority(join(folder, "authority"));
    }

    static async make(): Promise<TlsPlatform> {
        const folder = mkdtempSync(join(tmpdir(), "connect-cdc-tls-"));
        const [{ zookeeper, kafka, connect, metrics }, classPath, { pluginPath }] = await Promise.all([
            findPorts(),
            runtimeClassPath(),
            kafkaLibraries(BROKER_VERSION),
        ]);
        const ports = {
            zookeeperPlain: zookeeper,
            zookeeper: zookeeper + 1,
            external: kafka,
            operator: kafka + 1,
            login: kafka + 2,
            rest: connect,
            restHealth: connect + 1,
            restPlain: connect + 2,
            metricsPlain: metrics.kafka,
            metrics: metrics.kafka + 1,
        };
        return new TlsPlatform(folder, ports, classPath, pluginPath);
    }

    startZookeeper(mode: TlsMode): void {
        const dataDir = join(this.folder, "zookeeper");
        mkdirSync(dataDir, { recursive: true });
        const text = renderZooCfg({
            ...defaults.zookeeper,
            dataDir,
            clientPort: this.ports.zookeeperPlain,
            listenOnAllAddresses: false,
            servers: [{ id: 0, host: "localhost", quorumPort: 1, electionPort: 1 }],
            tls: { mode, clientPort: this.ports.zookeeper, store: this.authority.issue("zookeeper").store },
        });
        this.start("zookeeper", "org.apache.zookeeper.server.quorum.QuorumPeerMain", text);
    }

    /** A broker that also serves its metrics. */
    async startBroker(mode: TlsMode): Promise<void> {
        const { external, operator, login, zookeeper, zookeeperPlain } = this.ports;
        const host = { hostName: "local", advertisedAddress: "localhost" };
        const place = {
            name: "kafka-0",
            host,
            spread: true,
            mode,
            port: external,
            tlsPort: login,
            operatorPort: operator,
        };
        const text = renderServerProperties({
            ...defaults.kafka,
            brokerId: 0,
            dataDir: join(this.folder, "broker"),
            zookeeperConnect: `localhost:${usesTls(mode) ? zookeeper : zookeeperPlain}`,
            listeners: brokerListeners(place),
            interBrokerListener: peerListener(mode, true),
            offsetsTopicReplicationFactor: 1,
            transactionStateLogReplicationFactor: 1,
            transactionStateLogMinIsr: 1,
            defaultReplicationFactor: 1,
            minInsyncReplicas: 1,
            tls: { mode, store: this.authority.issue("kafka").store },
        });
        this.start("broker", "kafka.Kafka", text, { flags: await this.metricsAgents() });
    }

    /** @param users passwords of the users of its REST API by name. */
    async startWorker(mode: TlsMode, users: Record<string, string>): Promise<void> {
        const authorizer = join(this.folder, "rest-authorizer.jar");
        await makeJar(join(RUNTIME, "RestAuthorizer.java"), authorizer, [this.classPath], {
            service: "org.apache.kafka.connect.rest.ConnectRestExtension",
        });
        const jaas = this.file("jaas.conf", restJaas(this.file("users.properties", javaProperties(users))));
        const secretsFolder = join(this.folder, "secrets");
        mkdirSync(secretsFolder);
        const text = renderConnectProperties({
            ...defaults.connect,
            converters: {
                "key.converter": "org.apache.kafka.connect.storage.StringConverter",
                "value.converter": "org.apache.kafka.connect.storage.StringConverter",
            },
            bootstrapServers: `localhost:${this.ports.operator}`,
            maxMessageBytes: 1_048_576,
            replicationFactor: 1,
            pluginPath: this.pluginPath,
            pluginDiscovery: "service_load",
            restPort: this.ports.restPlain,
            restAdvertisedHost: "localhost",
            restAdvertisedPort: this.ports.rest,
            secretsFolder,
            restUsers: true,
            tls: {
                mode,
                store: this.authority.issue("connect").store,
                restPort: this.ports.rest,
                healthPort: this.ports.restHealth,
            },
        });
        const flags = [`-Djava.security.auth.login.config=${jaas}`];
        this.start("worker", "org.apache.kafka.connect.cli.ConnectDistributed", text, { flags, jars: [authorizer] });
    }

    private async metricsAgents(): Promise<string[]> {
        const { metrics, metricsPlain } = this.ports;
        const libraries = dirname(this.classPath);
        const agent = join(
            libraries,
            readdirSync(libraries).find((jar) => jar.startsWith("jmx_prometheus_javaagent-"))!,
        );
        const secure = join(this.folder, "secure.jar");
        await makeJar(join(RUNTIME, "SecureMetrics.java"), secure, [agent], { agent: true });
        const { store } = this.authority.issue("kafka");
        return [
            `-javaagent:${agent}=127.0.0.1:${metricsPlain}:${join(RUNTIME, "metrics", "kafka.yml")}`,
            `-javaagent:${secure}=${metrics}:${store}:${STORE_PASSWORD}`,
        ];
    }

    private start(
        name: string,
        mainClass: string,
        text: string,
        { flags = [] as string[], jars = [] as string[] } = {},
    ): void {
        const classPath = [this.classPath, ...jars].join(":");
        const libraries = { version: BROKER_VERSION, classPath, pluginPath: this.pluginPath };
        const args = javaArgs(libraries, this.folder, name, mainClass, {});
        writeFileSync(join(this.folder, `${name}.properties`), text);
        this.processes.set(name, new JavaProcess(join(this.folder, `${name}.log`), [...flags, ...args]));
    }

    /** Settings of a Java client with a certificate, as a file. */
    clientFile(name: string, files: SignedFiles): string {
        return this.file(`${name}.properties`, renderProperties(clientTlsSettings(files)));
    }

    file(name: string, text: string): string {
        const path = join(this.folder, name);
        writeFileSync(path, text);
        return path;
    }

    /** Runs one of Kafka's or ZooKeeper's own tools. @returns its output, with that of its errors. */
    async tool(mainClass: string, args: string[], { flags = [] as string[], input = "" } = {}): Promise<string> {
        const logging = `-Dlog4j.configuration=file:${join(this.folder, "log4j.properties")}`;
        const jvm = ["-Xmx128m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", logging, ...flags];
        const run = promisify(execFile)("java", [...jvm, "-cp", this.classPath, mainClass, ...args], {
            timeout: 60_000,
            maxBuffer: 1 << 26,
        });
        run.child.stdin?.end(input);
        const { stdout, stderr } = await run.catch((error: { stdout: string; stderr: string }) => error);
        return `${stdout}\n${stderr}`;
    }

    async stop(): Promise<void> {
        for (const process of [...this.processes.values()].reverse()) await process.end();
        rmSync(this.folder, { recursive: true, force: true });
    }
}
