import { createServer, IncomingMessage, Server, ServerResponse } from "node:http";
import { AddressInfo } from "node:net";
import { changeOffsets, FakeConnector, FakeTask, info, runningWith, status, taskInfos, tasksOf } from "./fakeConnector";
import { answerWith, clientGone, errorReply as error, Fault, jsonReply, Reply } from "./faults";

interface FakeWorker {
    server: Server;
    port: number;
    /** Moment of the clock at which a killed worker runs again. */
    downUntilMs?: number;
}

/** How long a killed worker takes to be there again, ms. */
const DOWN_MS = 20_000;
/** The header with a test's client time limit, ms: hanging advances the clock that much, and takes no time. */
export const LIMIT_HEADER = "x-test-limit-ms";

/**
 * An in-process stand-in for Connect workers, for answers that real ones give too rarely to test with. It keeps
 * connectors in memory, runs nothing, and answers each request with the next fault of its plan.
 */
export class FakeConnect {
    /** Faults of the next requests, in order; undefined lets one pass. */
    plan: (Fault | undefined)[] = [];
    /** The plan from the first request on that changes something. */
    planAtWrite: (Fault | undefined)[] = [];
    /** Faults of requests that fit, as `PUT /connectors/x/config`, in order, while the plan has nothing. */
    readonly faultsOf: { request: RegExp; faults: Fault[] }[] = [];
    /** The fault of a request, while neither of those has any. */
    randomFault?: (request: string) => Fault | undefined;
    /** The clock on which slow and missing answers take their time; without one they take real time. */
    clock?: { nowMs: number };
    /** What tasks read from the workers' disks when they start. */
    secret = "";
    /** Requests so far, as `PUT /connectors/x/config`. */
    requests: string[] = [];
    readonly connectors = new Map<string, FakeConnector>();
    version = "3.9.2";
    kafkaClusterId = "fake";
    /** Class of its only plugin. */
    plugin = "example.Sink";
    /** What a validation answers, key by key. */
    validation: unknown[] = [];
    private workers: FakeWorker[] = [];

    async start(workers = 1): Promise<void> {
        for (let i = 0; i < workers; i++) {
            const worker: FakeWorker = { port: 0, server: createServer() };
            worker.server.on("request", (request, response) => void this.handle(worker, request, response));
            await listen(worker);
            this.workers.push(worker);
        }
    }

    get url(): string {
        return this.urls[0]!;
    }

    get urls(): string[] {
        return this.workers.map(({ port }) => `http://127.0.0.1:${port}`);
    }

    /** Requests so far that change something. */
    get writes(): string[] {
        return this.requests.filter(isWrite);
    }

    async stop(): Promise<void> {
        await Promise.all(this.workers.splice(0).map(close));
    }

    /** Starts killed workers again whose time has come, or all of them. */
    async revive(all = false): Promise<void> {
        for (const worker of this.workers) {
            if (worker.downUntilMs !== undefined && (all || worker.downUntilMs <= this.clock!.nowMs)) {
                worker.downUntilMs = undefined;
                await listen(worker);
            }
        }
    }

    private async handle(worker: FakeWorker, request: IncomingMessage, response: ServerResponse): Promise<void> {
        const chunks: Buffer[] = [];
        for await (const chunk of request) chunks.push(chunk);

        const body = chunks.length > 0 ? JSON.parse(Buffer.concat(chunks).toString()) : undefined;
        const what = `${request.method} ${request.url}`;
        this.requests.push(what);
        if (isWrite(what)) this.plan.push(...this.planAtWrite.splice(0));

        const planned = this.plan.shift() ?? this.faultsOf.find((known) => known.request.test(what))?.faults.shift();
        const pass = async (ms: number) => void (this.clock!.nowMs += ms);
        const place = {
            perform: async () => this.perform(request.method!, request.url!, body),
            pass,
            passClientLimit: () => {
                const limit = request.headers[LIMIT_HEADER];
                return limit === undefined ? clientGone(request) : pass(Number(limit));
            },
            kill: async () => {
                worker.downUntilMs = this.clock!.nowMs + DOWN_MS;
                await close(worker);
            },
        };
        await answerWith(planned ?? this.randomFault?.(what), place, request, response);
    }

    /** Does what a request asks for, past all faults. */
    perform(method: string, url: string, body: any): Reply {
        const { pathname, searchParams } = new URL(url, this.url);
        const [, root, encoded = "", action = "", task, taskAction] = pathname.split("/");
        if (!root) return jsonReply(200, { version: this.version, kafka_cluster_id: this.kafkaClusterId });

        if (action === "config" && root === "connector-plugins") {
            return jsonReply(200, { error_count: 0, configs: this.validation });
        }

        if (root === "connector-plugins") return jsonReply(200, [{ class: this.plugin, type: "sink", version: "1" }]);

        const name = decodeURIComponent(encoded);
        if (!name) {
            const listed = searchParams.has("expand") ? this.list() : [...this.connectors.keys()];
            return method === "POST" ? this.create(body) : jsonReply(200, listed);
        }
        const connector = this.connectors.get(name);
        if (!connector) {
            return error(
                404,
                action === "status" ? `No status found for connector ${name}` : `Connector ${name} not found`,
            );
        }
        if (action === "restart" || taskAction === "restart") return this.restart(connector, task, searchParams);

        return this.act(name, connector, `${method} ${action}`, body);
    }

    private create(body: any): Reply {
        if (this.connectors.has(body.name)) return error(409, `Connector ${body.name} already exists`);

        const { name, config, initial_state: initial } = body;
        const connector: FakeConnector = {
            config,
            state: (this.since("3.7.0") && initial) || "RUNNING",
            generation: 0,
        };
        this.connectors.set(name, connector);
        this.restartTasks(connector);
        return jsonReply(201, info(name, connector));
    }

    private list(): unknown {
        return Object.fromEntries(
            [...this.connectors].map(([name, c]) => [name, { info: info(name, c), status: status(name, c) }]),
        );
    }

    private act(name: string, connector: FakeConnector, action: string, body: any): Reply {
        switch (action) {
            case "GET ":
                return jsonReply(200, info(name, connector));
            case "GET status":
                return jsonReply(200, status(name, connector));
            case "GET tasks":
                return jsonReply(200, taskInfos(name, connector));
            case "GET topics":
                return jsonReply(200, { [name]: { topics: [] } });
            case "GET offsets":
                return jsonReply(200, { offsets: connector.offsets ?? [] });
            case "PATCH offsets":
            case "DELETE offsets":
                return changeOffsets(name, connector, body?.offsets);
            case "PUT config":
                connector.config = body;
                // KAFKA-9228: before, a task whose own config stays equal continues with what it has read
                if (this.since("3.7.1")) this.restartTasks(connector);
                connector.generation++;
                return jsonReply(200, info(name, connector));
            case "DELETE ":
                this.connectors.delete(name);
                return jsonReply(204);
            case "PUT pause":
            case "PUT resume":
            case "PUT stop":
                if (connector.state === "STOPPED" && action !== "PUT stop") this.restartTasks(connector);
                connector.state = { pause: "PAUSED", resume: "RUNNING", stop: "STOPPED" }[action.slice(4)]!;
                return jsonReply(action === "PUT stop" ? 204 : 202);
            default:
                throw new Error(`the fake worker has no ${action}`);
        }
    }

    /** `POST /connectors/x/restart`, with its tasks from 3.0 on if so asked, and `POST /connectors/x/tasks/0/restart`. */
    private restart(connector: FakeConnector, task: string | undefined, query: URLSearchParams): Reply {
        const withTasks = query.get("includeTasks") === "true" && this.since("3.0.0");
        this.restartTasks(
            connector,
            ({ state }, index) =>
                String(index) === task || (withTasks && (query.get("onlyFailed") !== "true" || state === "FAILED")),
        );
        connector.generation++;
        return jsonReply(204);
    }

    /** Tasks that start read config and secrets. */
    private restartTasks(
        connector: FakeConnector,
        meant: (task: FakeTask, index: number) => boolean = () => true,
    ): void {
        const count = Number(connector.config["tasks.max"] ?? 1);
        const runsWith = runningWith(connector.config, this.secret);
        connector.tasks = Array.from({ length: count }, (_, index) => {
            const task = tasksOf(connector)[index];
            return task && !meant(task, index) ? task : { runsWith };
        });
    }

    private since(version: string): boolean {
        return this.version.localeCompare(version, "en", { numeric: true }) >= 0;
    }
}

async function listen(worker: FakeWorker): Promise<void> {
    await new Promise<void>((resolve) => worker.server.listen(worker.port, "127.0.0.1", resolve));
    worker.port = (worker.server.address() as AddressInfo).port;
}

async function close({ server }: FakeWorker): Promise<void> {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
}

function isWrite(request: string): boolean {
    return !/^GET|\/validate$/.test(request);
}
