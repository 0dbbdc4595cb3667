import { statfs } from "node:fs/promises";
import * as net from "node:net";
import Docker = require("dockerode");
import type { PlatformConfig } from "./config";

/** Free disk that images and data of a stack need, in GiB. */
const NEEDED_DISK_GIB = 3;

/** The stack that is about to change, as its containers' labels name it. */
export interface StackIdentity {
    project: string;
    stack: string;
}

/**
 * Checks what config cannot know, before the first resource: that the engines answer, that the disk has room, that no port
 * is held by something else. Engines behind `ssh://` and `tcp://` are reached by the Docker provider only.
 * @returns what is wrong, each a sentence of where, what and what to do; empty when all is well.
 */
export async function preflight(config: PlatformConfig, stack: StackIdentity): Promise<string[]> {
    const local = Object.entries(config.hosts).filter(([, host]) => host.endpoint.startsWith("unix://"));
    const faults = await Promise.all(local.map(([name]) => hostFaults(name, config, stack)));
    return faults.flat();
}

async function hostFaults(name: string, config: PlatformConfig, stack: StackIdentity): Promise<string[]> {
    const { endpoint, bindAddress } = config.hosts[name]!;
    const engine = new Docker({ socketPath: endpoint.slice("unix://".length) });
    try {
        await engine.ping();
    } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        return [`hosts.${name}.endpoint = ${endpoint}: no Docker engine answers (${why}); start it, or run: npm start`];
    }
    return (await Promise.all([diskFaults(name, engine), portFaults(engine, bindAddress, config, stack)])).flat();
}

async function diskFaults(name: string, engine: Docker): Promise<string[]> {
    const { DockerRootDir: folder } = (await engine.info()) as { DockerRootDir: string };
    // A user outside root may not look into the engine's folder; its disk is then not checked.
    const disk = await statfs(folder).catch(() => undefined);
    if (!disk) return [];
    const freeGib = (disk.bavail * disk.bsize) / 2 ** 30;
    if (freeGib >= NEEDED_DISK_GIB) return [];
    return [
        `hosts.${name}: ${freeGib.toFixed(1)} GiB are free in ${folder}, ${NEEDED_DISK_GIB} are needed; ` +
            `make room, for example with: docker system prune`,
    ];
}

async function portFaults(
    engine: Docker,
    bindAddress: string,
    config: PlatformConfig,
    stack: StackIdentity,
): Promise<string[]> {
    const label = [`connect-cdc.project=${stack.project}`, `connect-cdc.stack=${stack.stack}`];
    const ours = await engine.listContainers({ filters: { label } });
    const held = new Set(ours.flatMap((container) => container.Ports.map((port) => port.PublicPort)));
    const faults = publishedPorts(config)
        .filter(({ port }) => !held.has(port))
        .map(async ({ path, port }) => {
            if (await isFree(bindAddress, port)) return [];
            return [`${path}: port ${port} of ${bindAddress} is held by another process; end it, or set another port`];
        });
    return (await Promise.all(faults)).flat();
}

/** Every port that the stack publishes, with the config path that decides it. */
export function publishedPorts(config: PlatformConfig): { path: string; port: number }[] {
    const range = (path: string, first: number, members: number) =>
        Array.from({ length: members }, (_, i) => ({ path, port: first + i }));
    const { zookeeper, kafka, connect, metrics, database, jmsBroker } = config;
    return [
        ...range("zookeeper.clientPort", zookeeper.clientPort, zookeeper.servers),
        ...range("kafka.port", kafka.port, kafka.brokers),
        ...range("connect.port", connect.port, connect.workers),
        ...range("metrics.zookeeperPort", metrics.zookeeperPort, metrics.enabled ? zookeeper.servers : 0),
        ...range("metrics.kafkaPort", metrics.kafkaPort, metrics.enabled ? kafka.brokers : 0),
        ...range("metrics.connectPort", metrics.connectPort, metrics.enabled ? connect.workers : 0),
        ...range("database.port", database.port, database.managed ? 1 : 0),
        ...range("jmsBroker.port", jmsBroker.port, jmsBroker.managed ? 1 : 0),
        ...range("jmsBroker.consolePort", jmsBroker.consolePort, jmsBroker.managed ? 1 : 0),
    ];
}

function isFree(address: string, port: number): Promise<boolean> {
    return new Promise((resolve) => {
        const server = net.createServer();
        server.once("error", () => resolve(false));
        server.listen({ host: address, port, exclusive: true }, () => server.close(() => resolve(true)));
    });
}
