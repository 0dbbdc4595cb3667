import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Credentials } from "@connect-cdc/connector/client";
import { readAccess } from "../../../servers/kafkaAccess";
import { done, Hopeless, waitFor } from "../../../servers/wait";
import { findPorts } from "../stack/ports";
import { BROKER_VERSION, type BrokerProcess } from "./brokerProcess";
import { makeCertificate } from "./certificates";
import { JavaProcess } from "./javaProcess";
import { kafkaLibraries } from "./kafkaLibraries";
import { javaArgs } from "./serverFiles";

/** Common names of the certificates that the brokers trust. */
const PRINCIPALS = ["kafka", "operator", "connect", "registry"] as const;
type Principal = (typeof PRINCIPALS)[number];
const READY_SECONDS = 120;

/** Brokers with ZooKeeper that authenticate and authorize all clients, as plain processes on free ports of 127.0.0.1. */
export interface SecureKafka extends BrokerProcess {
    /** Listeners for clients with a certificate. */
    targets: string[];
    /** Listeners for users with a password. */
    loginTargets: string[];
    /** Of the operator, who may do everything. */
    credentials: Credentials;
    /** Of a principal, by the common name of its certificate. */
    credentialsOf(principal: Principal): Credentials;
    /** Settings of a Java client with the certificate of a principal. */
    clientSettings(principal: Principal): Record<string, string>;
    /** Of all brokers. */
    readonly log: string;
}

/** Starts ZooKeeper and brokers, and waits until they answer. */
export async function startSecureKafka(brokers = 1): Promise<SecureKafka> {
    const folder = mkdtempSync(join(tmpdir(), "connect-cdc-access-"));
    const libraries = await kafkaLibraries(BROKER_VERSION);
    const { zookeeper: zookeeperPort, kafka: firstPort, connect: firstWorkerPort } = await findPorts();
    const start = (name: string, mainClass: string, properties: Record<string, string | number>) =>
        new JavaProcess(join(folder, `${name}.log`), javaArgs(libraries, folder, name, mainClass, properties));
    const certificates = Object.fromEntries(
        PRINCIPALS.map((name) => [name, makeCertificate(folder, name, "DNS:localhost,IP:127.0.0.1")]),
    );
    writeFileSync(
        join(folder, "trusted.pem"),
        Object.values(certificates)
            .map(({ cert }) => cert)
            .join(""),
    );
    for (const [name, { cert, key }] of Object.entries(certificates)) {
        writeFileSync(join(folder, `${name}.pem`), key + cert);
    }
    const clientSettings = (principal: string) => ({
        "security.protocol": "SSL",
        "ssl.keystore.type": "PEM",
        "ssl.keystore.location": join(folder, `${principal}.pem`),
        "ssl.truststore.type": "PEM",
        "ssl.truststore.location": join(folder, "trusted.pem"),
    });
    mkdirSync(join(folder, "zookeeper"));
    const zookeeper = start("zookeeper", "org.apache.zookeeper.server.quorum.QuorumPeerMain", {
        dataDir: join(folder, "zookeeper"),
        clientPort: zookeeperPort,
        clientPortAddress: "127.0.0.1",
        "admin.enableServer": "false",
    });
    const ids = Array.from({ length: brokers }, (_, i) => i);
    const ports = ids.map((i) => ({ members: firstPort + 2 * i, users: firstPort + 2 * i + 1 }));
    const processes = ids.map((i) =>
        start(`broker-${i}`, "kafka.Kafka", {
            ...brokerProperties(ports[i]!, brokers),
            ...clientSettings("kafka"),
            "broker.id": i,
            "zookeeper.connect": `127.0.0.1:${zookeeperPort}`,
            "log.dirs": join(folder, `broker-${i}-data`),
        }),
    );
    let workerPort = firstWorkerPort;
    const credentialsOf = (principal: Principal) => {
        const { cert, key } = certificates[principal]!;
        return { ca: certificates["kafka"]!.cert, cert, key };
    };
    const targets = ports.map(({ members }) => `127.0.0.1:${members}`);
    const kafka: SecureKafka = {
        targets,
        loginTargets: ports.map(({ users }) => `127.0.0.1:${users}`),
        credentials: credentialsOf("operator"),
        credentialsOf,
        clientSettings,
        get log() {
            return ids.map((i) => readFileSync(join(folder, `broker-${i}.log`), "utf8")).join("");
        },
        bootstrapServers: targets.join(),
        folder,
        nextPort: () => workerPort++,
        process: processes[0]!,
        stop: async () => {
            await Promise.all([zookeeper, ...processes].map((process) => process.end()));
            rmSync(folder, { recursive: true, force: true });
        },
    };
    try {
        await waitFor(() => allAnswer(kafka, [zookeeper, ...processes]), {
            what: "brokers with an authorizer",
            timeoutSeconds: READY_SECONDS,
        });
    } catch (error) {
        const outputs = [zookeeper, ...processes].map(({ output }) => output.slice(-3000));
        await kafka.stop();
        throw new Error([String(error), ...outputs].join("\n"));
    }
    return kafka;
}

async function allAnswer({ targets, credentials }: SecureKafka, processes: JavaProcess[]) {
    if (!processes.every(({ running }) => running)) throw new Hopeless("a process ended");
    for (const target of targets) await readAccess([target], credentials);
    return done();
}

function brokerProperties({ members, users }: { members: number; users: number }, brokers: number) {
    const listeners = `MEMBERS://127.0.0.1:${members},USERS://127.0.0.1:${users}`;
    return {
        listeners,
        "advertised.listeners": listeners,
        "listener.security.protocol.map": "MEMBERS:SSL,USERS:SASL_SSL",
        "inter.broker.listener.name": "MEMBERS",
        "listener.name.members.ssl.client.auth": "required",
        "ssl.principal.mapping.rules": "RULE:^CN=([^,]+).*$/$1/,DEFAULT",
        "sasl.enabled.mechanisms": "SCRAM-SHA-512",
        "listener.name.users.scram-sha-512.sasl.jaas.config":
            "org.apache.kafka.common.security.scram.ScramLoginModule required;",
        "authorizer.class.name": "kafka.security.authorizer.AclAuthorizer",
        "super.users": "User:kafka;User:operator",
        "offsets.topic.replication.factor": brokers,
        "offsets.topic.num.partitions": 1,
        "transaction.state.log.replication.factor": brokers,
        "transaction.state.log.min.isr": 1,
        "transaction.state.log.num.partitions": 1,
        "group.initial.rebalance.delay.ms": 0,
        "log.cleaner.dedupe.buffer.size": 16_777_216,
    };
}
