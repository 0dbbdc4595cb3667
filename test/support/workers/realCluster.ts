import { isDeepStrictEqual } from "node:util";
import axios from "axios";
import { vi } from "vitest";
import { ConnectProcesses } from "./connectProcess";
import { FaultProxy } from "./faultProxy";
import { SeenConnector, SequenceCluster } from "./randomSequence";
import { ConnectCluster, ConnectWorker } from "./workerProcess";

/** A killed worker stays away for so long, ms. */
const DOWN_MS = 3000;
/** After a worker is back the group takes about this long to come to rest, ms. */
const UNREST_MS = 20_000;
/** How long a cluster may take to agree on a connector, ms: tasks of a killed worker have to move on. */
const AGREE_MS = 180_000;
/** What one writes is seen on all workers within this time, ms. */
const SEEN_MS = 15_000;
/** Faults of a real cluster take real time. */
const HANG_MS = 3000;
const SOURCE_CLASS = "org.apache.kafka.connect.file.FileStreamSourceConnector";

/** A cluster of real workers behind a proxy with faults; workers are killed and come back. */
export class RealCluster {
    deaths = 0;
    private away?: ConnectWorker;
    private returning?: Promise<void>;
    private restlessUntilMs = 0;
    private proxy!: FaultProxy;

    private constructor(
        private readonly processes: ConnectProcesses,
        private readonly cluster: ConnectCluster,
        private readonly mostDeaths: number,
    ) {}

    static async start(processes: ConnectProcesses, cluster: ConnectCluster, mostDeaths: number): Promise<RealCluster> {
        const real = new RealCluster(processes, cluster, mostDeaths);
        const workers = cluster.workers.map((worker) => ({
            restUrl: worker.restUrl,
            kill: () => real.kill(worker),
        }));
        real.proxy = await FaultProxy.start(workers, { hangMs: HANG_MS });
        return real;
    }

    async stop(): Promise<void> {
        await this.returning;
        await this.proxy.close();
    }

    /** What one sequence sees of it. */
    forSequences(): SequenceCluster {
        const hasStop = !this.cluster.version.startsWith("2.");
        const { proxy } = this;
        return {
            restUrls: (name) => proxy.urlsFor(name),
            connector: {
                class: SOURCE_CLASS,
                config: { file: `${this.processes.folder}/nothing`, topic: "lines" },
                timeoutSeconds: 180,
            },
            stormSeconds: 10,
            rates: [0, 0.1, 0.1, 0.3, 0.3, 0.97],
            secretsFolder: this.processes.secretsFolder,
            states: hasStop ? ["running", "running", "paused", "stopped"] : ["running", "running", "paused"],
            // a file source has one task, whatever tasksMax is
            tasks: [1, 2, 3].flatMap((max) => [0, 1].map((min): [number, number] => [max, min])),
            setFaults: (name, next) => proxy.setFaults(name, next),
            takeWrites: (name) => proxy.takeWrites(name),
            setSecret: (name, value) => this.processes.writeSecret(`${name}-password`, value),
            see: (name) => this.see(name),
            staleTasks: () => undefined,
            betweenRuns: async () => undefined,
            restlessness: () => this.restlessness(),
            put: async (name, config) => {
                await this.rest("PUT", `/connectors/${name}/config`, config);
                await this.until(name, (seen) => isDeepStrictEqual(seen?.config, config));
            },
            pause: async (name) => {
                await this.rest("PUT", `/connectors/${name}/pause`);
                await this.until(name, (seen) => seen?.state === "paused");
            },
            remove: async (name) => {
                await this.rest("DELETE", `/connectors/${name}`);
                await this.until(name, (seen) => seen === undefined);
            },
        };
    }

    /** Names of all connectors. */
    async names(): Promise<string[]> {
        return (await this.rest("GET", "/connectors")).data;
    }

    private async kill(worker: ConnectWorker): Promise<void> {
        if (this.returning || this.deaths >= this.mostDeaths || !worker.running) return;

        this.deaths++;
        this.returning = this.comeBack(worker, worker.kill());
        this.returning = this.returning.finally(() => (this.returning = undefined));
    }

    private async comeBack(worker: ConnectWorker, killed: Promise<void>): Promise<void> {
        this.away = worker;
        await killed;
        await new Promise((resolve) => setTimeout(resolve, DOWN_MS));
        worker.start();
        await worker.untilReady();
        this.away = undefined;
        this.restlessUntilMs = Date.now() + UNREST_MS;
    }

    /** NaN, which equals nothing, while a worker is away or has just come back. */
    private restlessness(): number {
        return this.returning || Date.now() < this.restlessUntilMs ? Number.NaN : this.deaths;
    }

    /** Workers that answer; one that starts again may take long to. */
    private get present(): ConnectWorker[] {
        return this.cluster.workers.filter((worker) => worker !== this.away);
    }

    /** Waits until another user's change can be seen, unless a run undoes it meanwhile. */
    private async until(name: string, fits: (seen: SeenConnector | undefined) => boolean): Promise<void> {
        const options = { timeout: SEEN_MS, interval: 300 };
        await vi.waitUntil(async () => fits(await this.see(name)), options).catch(() => undefined);
    }

    /** The connector, as soon as all running workers report the same and its state is stable. */
    private async see(name: string): Promise<SeenConnector | undefined> {
        return vi.waitFor(
            async () => {
                const [first, ...others] = await Promise.all(this.present.map(({ restUrl }) => seenBy(restUrl, name)));
                if (others.some((other) => !isDeepStrictEqual(other, first))) {
                    throw new Error(`workers do not agree on ${name}: ${JSON.stringify([first, ...others])}`);
                }

                return first;
            },
            { timeout: AGREE_MS, interval: 300 },
        );
    }

    /** Straight to the workers, with patience. */
    private async rest(method: string, url: string, data?: unknown): Promise<{ status: number; data: any }> {
        return vi.waitFor(
            async () => {
                return answerOf(this.present[0]!.restUrl, url, method, data);
            },
            { timeout: AGREE_MS, interval: 300 },
        );
    }
}

async function seenBy(restUrl: string, name: string): Promise<SeenConnector | undefined> {
    const { status, data } = await answerOf(restUrl, `/connectors/${name}`);
    const { data: seen } = await answerOf(restUrl, `/connectors/${name}/status`);
    if (status === 404) return undefined;

    const state = String(seen.connector?.state).toLowerCase();
    if (!["running", "paused", "stopped", "failed"].includes(state)) throw new Error(`${name} is ${state}`);

    return { config: data.config, state };
}

async function answerOf(
    baseURL: string,
    url: string,
    method = "GET",
    data?: unknown,
): Promise<{ status: number; data: any }> {
    const headers = { "content-type": "application/json" };
    const options = { baseURL, url, method, data, headers, proxy: false as const, timeout: 20_000 };
    const answer = await axios.request({ ...options, validateStatus: () => true });
    const isConnects = typeof answer.data === "object" || answer.status === 204 || answer.status === 202;
    if (!isConnects || answer.status === 409 || answer.status >= 500) {
        throw new Error(`${method} ${url} at ${baseURL}: ${answer.status} ${answer.data?.message}`);
    }

    return answer;
}
