import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { messageOf } from "@connect-cdc/connector/client";
import axios, { AxiosRequestConfig } from "axios";
import { done, Hopeless, pending, waitFor } from "../../../servers/wait";
import { BrokerProcess } from "./brokerProcess";
import { JavaProcess } from "./javaProcess";
import { kafkaLibraries } from "./kafkaLibraries";
import { javaArgs } from "./serverFiles";

/** A Connect cluster for a test. */
export interface ClusterSpec {
    /** Kafka's version. */
    version: string;
    workers: number;
    /** Names the group and its topics; default: `test-` and the version. */
    groupId?: string;
    /** Worker settings beside, or instead of, the usual ones. */
    config?: Record<string, string | number>;
    /** Arguments of `java` beside the usual ones. */
    javaArgs?: string[];
    /** How to send requests to the REST API, such as with credentials. */
    rest?: AxiosRequestConfig;
    /** Default `http`. */
    scheme?: "http" | "https";
}

/** Connect workers of one version and group, each a process on a port of its own. */
export interface ConnectCluster {
    version: string;
    groupId: string;
    restUrls: string[];
    workers: ConnectWorker[];
    stop(): Promise<void>;
}

/** One worker. */
export interface ConnectWorker {
    restUrl: string;
    readonly running: boolean;
    /** Its log so far, of all its starts. */
    readonly log: string;
    /** Sends SIGKILL and waits until the process is gone. */
    kill(): Promise<void>;
    /** Sends SIGTERM, with which it ends its tasks first, and waits until the process is gone. */
    stop(): Promise<void>;
    /** Sends a signal that leaves the process there: SIGSTOP makes a worker that hangs, SIGCONT wakes it. */
    signal(signal: "SIGSTOP" | "SIGCONT"): void;
    /** Starts it again on the same port, with other settings if any. Does not wait: see {@link untilReady}. */
    start(config?: ClusterSpec["config"]): void;
    /** Waits until its REST API answers in JSON and lists plugins. */
    untilReady(): Promise<void>;
}

const READY_SECONDS = 180;
/** A group's session ends as early as a broker lets it: a killed worker's tasks move on soon after. */
const SESSION_MS = 6000;

/** Starts the workers of a cluster and waits until all of them are ready. */
export async function startCluster(broker: BrokerProcess, spec: ClusterSpec): Promise<ConnectCluster> {
    const { version, groupId = `test-${version}` } = spec;
    const libraries = await kafkaLibraries(version);
    const folder = join(broker.folder, groupId);
    mkdirSync(folder);
    const workers = Array.from({ length: spec.workers }, (_, i) => {
        const port = broker.nextPort();
        const name = `worker-${i}`;
        const properties = { ...workerProperties(broker, groupId, port, libraries.pluginPath), ...spec.config };
        if (spec.scheme === "https") properties["listeners"] = `https://127.0.0.1:${port}`;

        const mainClass = "org.apache.kafka.connect.cli.ConnectDistributed";
        const args = (config: ClusterSpec["config"]) => [
            ...(spec.javaArgs ?? []),
            ...javaArgs(libraries, folder, name, mainClass, { ...properties, ...config }),
        ];
        const restUrl = `${spec.scheme ?? "http"}://127.0.0.1:${port}`;
        return new Worker(restUrl, join(folder, `${name}.log`), args, broker, spec.rest);
    });
    const stop = async () => void (await Promise.all(workers.map((worker) => worker.kill())));
    try {
        await Promise.all(workers.map((worker) => worker.untilReady()));
    } catch (error) {
        await stop();
        throw error;
    }
    return { version, groupId, restUrls: workers.map(({ restUrl }) => restUrl), workers, stop };
}

class Worker implements ConnectWorker {
    private process: JavaProcess;

    constructor(
        readonly restUrl: string,
        private readonly logFile: string,
        private readonly args: (config?: ClusterSpec["config"]) => string[],
        private readonly broker: BrokerProcess,
        private readonly rest: AxiosRequestConfig = {},
    ) {
        this.process = new JavaProcess(logFile, args());
    }

    get running(): boolean {
        return this.process.running;
    }

    get log(): string {
        return this.process.output;
    }

    async kill(): Promise<void> {
        await this.process.end("SIGKILL");
    }

    async stop(): Promise<void> {
        await this.process.end("SIGTERM");
    }

    signal(signal: "SIGSTOP" | "SIGCONT"): void {
        this.process.signal(signal);
    }

    start(config?: ClusterSpec["config"]): void {
        if (this.running) throw new Error(`the worker at ${this.restUrl} runs already`);

        this.process = new JavaProcess(this.logFile, this.args(config));
    }

    async untilReady(): Promise<void> {
        const processes = [this.broker.process, this.process];
        const check = async () => {
            if (await this.isReady()) return done();
            if (!processes.every((process) => process.running)) throw new Hopeless("a process ended");
            return pending("no answer with its connectors and plugins");
        };
        const what = `the worker at ${this.restUrl}`;
        try {
            await waitFor(check, { what, timeoutSeconds: READY_SECONDS, intervalSeconds: 0.2 });
        } catch (error) {
            const outputs = processes.map((process) => process.output.slice(-3000));
            throw new Error([`${messageOf(error)}:`, ...outputs].join("\n"));
        }
    }

    /** By what every version has: /health came with 3.9. */
    private async isReady(): Promise<boolean> {
        const get = (path: string) =>
            axios.get(`${this.restUrl}${path}`, { timeout: 5000, proxy: false, ...this.rest }).then(
                ({ data }) => data,
                () => undefined,
            );
        return Array.isArray(await get("/connectors")) && (await get("/connector-plugins"))?.length > 0;
    }
}

function workerProperties(
    broker: BrokerProcess,
    groupId: string,
    restPort: number,
    pluginPath: string,
): Record<string, string | number> {
    const storage = ["config", "offset", "status"].flatMap((kind) => [
        [`${kind}.storage.topic`, `${groupId}-${kind}s`],
        [`${kind}.storage.replication.factor`, 1],
    ]);
    return {
        "bootstrap.servers": broker.bootstrapServers,
        "group.id": groupId,
        "session.timeout.ms": SESSION_MS,
        "heartbeat.interval.ms": SESSION_MS / 4,
        "scheduled.rebalance.max.delay.ms": 1000,
        ...Object.fromEntries(storage),
        "offset.storage.partitions": 1,
        "status.storage.partitions": 1,
        "offset.flush.interval.ms": 1000,
        "key.converter": "org.apache.kafka.connect.storage.StringConverter",
        "value.converter": "org.apache.kafka.connect.storage.StringConverter",
        listeners: `http://127.0.0.1:${restPort}`,
        "rest.advertised.host.name": "127.0.0.1",
        "rest.advertised.port": restPort,
        "plugin.path": pluginPath,
        // Reads the jars' own lists of plugins, instead of every class. Versions before 3.6 do not know it.
        "plugin.discovery": "service_load",
        "config.providers": "directory,file",
        "config.providers.file.class": "org.apache.kafka.common.config.provider.FileConfigProvider",
        "config.providers.directory.class": "org.apache.kafka.common.config.provider.DirectoryConfigProvider",
        "config.providers.directory.param.allowed.paths": secretsFolderOf(broker),
    };
}

/** Where `${directory:<this folder>:<name>}` finds secrets, on all workers. */
export function secretsFolderOf(broker: BrokerProcess): string {
    return join(broker.folder, "secrets");
}
