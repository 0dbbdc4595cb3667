import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { BROKER_VERSION, BrokerProcess, startBroker } from "./brokerProcess";
import { ClusterSpec, ConnectCluster, secretsFolderOf, startCluster } from "./workerProcess";

/** The versions of Connect that tests meet: the oldest supported one, this project's, and the newest. */
export const CONNECT_VERSIONS = ["2.8.2", BROKER_VERSION, "4.3.1"];

/** Connect clusters on one Kafka broker, all plain processes. */
export interface ConnectProcesses {
    clusters: ConnectCluster[];
    /** Folder for a test's files. */
    folder: string;
    /** Writes a secret where `${directory:<secretsFolder>:<name>}` finds it. */
    writeSecret(name: string, value: string): void;
    secretsFolder: string;
    bootstrapServers: string;
    stop(): Promise<void>;
}

/** A Connect worker with a Kafka broker of its own. */
export interface ConnectProcess extends Omit<ConnectProcesses, "clusters"> {
    restUrl: string;
    version: string;
    /** The worker's log so far. */
    workerLog(): string;
}

/** Starts a broker and one worker. */
export async function startConnect(version = BROKER_VERSION): Promise<ConnectProcess> {
    const processes = await startConnectClusters([{ version, workers: 1, groupId: "test" }]);
    return oneWorker(processes, processes.clusters[0]!);
}

/** The first worker of one of the clusters; stopping it stops all. */
export function oneWorker(
    { clusters: _, ...rest }: ConnectProcesses,
    { version, workers }: ConnectCluster,
): ConnectProcess {
    const worker = workers[0]!;
    return { ...rest, version, restUrl: worker.restUrl, workerLog: () => worker.log };
}

/**
 * Starts a broker and Connect clusters on it, and waits until all of their workers are ready. One cluster for each of three
 * versions: `startConnectClusters(CONNECT_VERSIONS.map((version) => ({ version, workers: 1 })))`.
 */
export async function startConnectClusters(specs: ClusterSpec[]): Promise<ConnectProcesses> {
    const broker = await startBroker();
    const secretsFolder = secretsFolderOf(broker);
    mkdirSync(secretsFolder);
    const started = await Promise.allSettled(specs.map((spec) => startCluster(broker, spec)));
    const clusters = started.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
    const stop = () => stopAll(clusters, broker);
    const failed = started.find((one) => one.status === "rejected");
    if (failed) {
        await stop();
        throw failed.reason;
    }
    return {
        clusters,
        folder: broker.folder,
        secretsFolder,
        bootstrapServers: broker.bootstrapServers,
        writeSecret: (name, value) => writeFileSync(join(secretsFolder, name), value),
        stop,
    };
}

async function stopAll(clusters: ConnectCluster[], broker: BrokerProcess): Promise<void> {
    await Promise.all(clusters.map((cluster) => cluster.stop()));
    await broker.stop();
}
