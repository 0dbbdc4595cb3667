import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findPorts } from "../stack/ports";
import { JavaProcess } from "./javaProcess";
import { kafkaLibraries } from "./kafkaLibraries";
import { javaArgs, writeFileIn } from "./serverFiles";

/** Version of the broker; workers of any version from 2.8 on can speak to it. */
export const BROKER_VERSION = "3.9.2";

/** A Kafka broker as a plain process (KRaft: one process less than with ZooKeeper), on free ports of 127.0.0.1. */
export interface BrokerProcess {
    bootstrapServers: string;
    /** Folder for the files of servers and tests; it goes with the broker. */
    folder: string;
    /** A port that nothing else of this broker's block takes. */
    nextPort(): number;
    process: JavaProcess;
    stop(): Promise<void>;
}

/** Starts a broker. It is not waited for: its clients wait. */
export async function startBroker(): Promise<BrokerProcess> {
    const libraries = await kafkaLibraries(BROKER_VERSION);
    const folder = mkdtempSync(join(tmpdir(), "connect-cdc-test-"));
    const { kafka: port, quorum: controllerPort, connect: firstPort } = await findPorts();
    const properties = brokerProperties(folder, port, controllerPort);
    const process = new JavaProcess(
        join(folder, "broker.log"),
        javaArgs(libraries, folder, "broker", "kafka.Kafka", properties),
    );
    let ports = firstPort;
    return {
        bootstrapServers: `127.0.0.1:${port}`,
        folder,
        nextPort: () => ports++,
        process,
        stop: async () => {
            await process.end();
            rmSync(folder, { recursive: true, force: true });
        },
    };
}

function brokerProperties(folder: string, port: number, controllerPort: number): Record<string, string | number> {
    const logs = join(folder, "broker-data");
    mkdirSync(logs);
    // What kafka-storage.sh format would write, without another JVM.
    const ids = { version: 1, "cluster.id": "Y29ubmVjdC1jZGMtdGVzdA", "node.id": 1, "directory.id": DIRECTORY_ID };
    writeFileIn(logs, "meta.properties", ids);
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
