import axios from "axios";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { JavaProcess } from "./javaProcess";
import { KafkaLibraries, kafkaLibraries } from "./kafkaLibraries";
import { findPorts } from "./ports";

/** A Connect worker with a Kafka broker of its own, as plain processes on free ports of 127.0.0.1. */
export interface ConnectProcess {
    restUrl: string;
    /** Folder for whatever a test reads and writes. */
    folder: string;
    /** Writes a secret where `${directory:<secretsFolder>:<name>}` finds it. */
    writeSecret(name: string, value: string): void;
    secretsFolder: string;
    /** The worker's log so far. */
    workerLog(): string;
    stop(): Promise<void>;
}

const READY_SECONDS = 90;

/** Starts a broker (KRaft: one process less than with ZooKeeper) and a distributed worker, and waits until that is healthy. */
export async function startConnect(version = "3.9.2"): Promise<ConnectProcess> {
    const libraries = await kafkaLibraries(version);
    const folder = mkdtempSync(join(tmpdir(), "connect-cdc-test-"));
    const secretsFolder = join(folder, "secrets");
    mkdirSync(secretsFolder);
    const { kafka: brokerPort, quorum: controllerPort, connect: restPort } = await findPorts();
    const restUrl = `http://127.0.0.1:${restPort}`;

    const log4j = write(folder, "log4j.properties", LOG4J);
    const java = (name: string, mainClass: string, properties: Record<string, string | number>) =>
        new JavaProcess(join(folder, `${name}.log`), [
            `-Dlog4j.configuration=file:${log4j}`,
            "-cp",
            libraries.classPath,
            mainClass,
            write(folder, `${name}.properties`, render(properties)),
        ]);
    const broker = java("broker", "kafka.Kafka", brokerProperties(folder, brokerPort, controllerPort));
    const worker = java(
        "worker",
        "org.apache.kafka.connect.cli.ConnectDistributed",
        workerProperties(libraries, brokerPort, restPort, secretsFolder),
    );
    const stop = async () => {
        await Promise.all([worker.end(), broker.end()]);
        rmSync(folder, { recursive: true, force: true });
    };
    await waitUntilHealthy(restUrl, [broker, worker]).catch(async (error: unknown) => {
        await stop();
        throw error;
    });
    return {
        restUrl,
        folder,
        secretsFolder,
        writeSecret: (name, value) => writeFileSync(join(secretsFolder, name), value),
        workerLog: () => worker.output,
        stop,
    };
}

async function waitUntilHealthy(restUrl: string, processes: JavaProcess[]): Promise<void> {
    const end = Date.now() + READY_SECONDS * 1000;
    const healthy = () =>
        axios.get(`${restUrl}/health`, { timeout: 5000 }).then(
            ({ data }) => data.status === "healthy",
            () => false,
        );
    while (!(await healthy())) {
        const dead = processes.find((process) => !process.running);
        if (dead || Date.now() > end) {
            const what = dead ? "a process ended" : `the worker is not healthy after ${READY_SECONDS} s`;
            throw new Error(`${what}:\n${processes.map((process) => process.output.slice(-3000)).join("\n")}`);
        }
        await new Promise((resolve) => setTimeout(resolve, 200));
    }
}

function brokerProperties(folder: string, port: number, controllerPort: number): Record<string, string | number> {
    const logs = join(folder, "broker-data");
    mkdirSync(logs);
    // What kafka-storage.sh format would write, without another JVM.
    const ids = { version: 1, "cluster.id": "Y29ubmVjdC1jZGMtdGVzdA", "node.id": 1, "directory.id": DIRECTORY_ID };
    write(logs, "meta.properties", render(ids));
    return {
        "process.roles": "broker,controller",
        "node.id": 1,
        "controller.quorum.voters": `1@127.0.0.1:${controllerPort}`,
        "controller.listener.names": "CONTROLLER",
        listeners: `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
        "advertised.listeners": `PLAINTEXT://127.0.0.1:${port}`,
        "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
        "log.dirs": logs,
        "offsets.topic.replication.factor": 1,
        "offsets.topic.num.partitions": 1,
        "transaction.state.log.replication.factor": 1,
        "transaction.state.log.min.isr": 1,
        "group.initial.rebalance.delay.ms": 0,
        "log.cleaner.dedupe.buffer.size": 16_777_216,
    };
}

const DIRECTORY_ID = "AAAAAAAAAAAAAAAAAAAAZA";

function workerProperties(
    libraries: KafkaLibraries,
    brokerPort: number,
    restPort: number,
    secretsFolder: string,
): Record<string, string | number> {
    const storage = ["config", "offset", "status"].flatMap((kind) => [
        [`${kind}.storage.topic`, `test-${kind}s`],
        [`${kind}.storage.replication.factor`, 1],
    ]);
    return {
        "bootstrap.servers": `127.0.0.1:${brokerPort}`,
        "group.id": "test",
        ...Object.fromEntries(storage),
        "offset.storage.partitions": 1,
        "status.storage.partitions": 1,
        "offset.flush.interval.ms": 1000,
        "key.converter": "org.apache.kafka.connect.storage.StringConverter",
        "value.converter": "org.apache.kafka.connect.storage.StringConverter",
        listeners: `http://127.0.0.1:${restPort}`,
        "rest.advertised.host.name": "127.0.0.1",
        "rest.advertised.port": restPort,
        "plugin.path": libraries.pluginPath,
        "config.providers": "directory",
        "config.providers.directory.class": "org.apache.kafka.common.config.provider.DirectoryConfigProvider",
        "config.providers.directory.param.allowed.paths": secretsFolder,
    };
}

function write(folder: string, name: string, text: string): string {
    const file = join(folder, name);
    writeFileSync(file, text);
    return file;
}

function render(properties: Record<string, string | number>): string {
    return Object.entries(properties)
        .map(([key, value]) => `${key}=${value}\n`)
        .join("");
}

const LOG4J = `log4j.rootLogger=INFO, out
log4j.appender.out=org.apache.log4j.ConsoleAppender
log4j.appender.out.layout=org.apache.log4j.PatternLayout
log4j.appender.out.layout.ConversionPattern=[%d] %p %m (%c)%n
log4j.logger.org.reflections=ERROR
log4j.logger.org.apache.kafka.clients=WARN
`;
