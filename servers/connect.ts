import { causeOf, type ConnectClient, connectClient, type Failure, type Request } from "@connect-cdc/connector/client";
import { captureSettings } from "@connect-cdc/connector/postgres";

const TIMEOUT_MS = 5000;

export interface WorkerInfo {
    version: string;
    kafkaClusterId: string;
}

export interface PluginInfo {
    class: string;
    type: string;
    version: string | undefined;
}

export interface TaskStatus {
    connector: string;
    /** State of the connector itself. */
    connectorState: string;
    task: number;
    state: string;
    /** Advertised host:port of the worker that runs it. */
    worker: string;
    /** Stack trace of a FAILED task. */
    trace: string | undefined;
    /** What the trace says went wrong, in one line. */
    cause: string | undefined;
}

/** What a connector joins, as its config says. */
export interface ConnectorEnds {
    /** Topics that a sink reads. Empty for sources, and for sinks that read by a pattern. */
    topics: string[];
    /** Of a Debezium source: its topics are called `<prefix>.<schema>.<table>`. undefined: another connector. */
    topicPrefix?: string;
    /** Of a Debezium Postgres source: its replication slot. undefined: another connector. */
    slot?: string;
    /** Of a Debezium Postgres source: the settings that say which changes it gets. undefined: another connector. */
    capture?: Record<string, string>;
    /** Of a JMS sink: the queue it sends to. undefined: another connector. */
    queue?: string;
}

export interface ConnectorStatus extends ConnectorEnds {
    name: string;
    type: string;
    state: string;
    worker: string;
    trace: string | undefined;
    /** What the trace says went wrong, in one line. */
    cause: string | undefined;
    tasks: TaskStatus[];
}

/** Throws unless the worker says that it is healthy: it has joined its group and read the config topic (KIP-1017). */
export async function assertHealthy(restUrl: string): Promise<void> {
    const { status, body } = await ask(restUrl, { method: "GET", path: "/health" });
    const message = healthMessage(body);
    if (message === undefined) {
        throw new Error(`worker ${restUrl} does not serve its REST API yet (status ${status} without JSON)`);
    }
    if (status !== 200) {
        throw new Error(`worker ${restUrl} is not healthy (status ${status}: ${message})`);
    }
}

function healthMessage(body: unknown): string | undefined {
    const message = (body as { message?: unknown } | null)?.message;
    return typeof message === "string" ? message : undefined;
}

export async function workerInfo(restUrl: string): Promise<WorkerInfo> {
    const answer = await getJson<{ version: string; kafka_cluster_id: string }>(restUrl, "/");
    return { version: answer.version, kafkaClusterId: answer.kafka_cluster_id };
}

/** Every plugin this one worker can load, transforms and converters included. */
export async function plugins(restUrl: string): Promise<PluginInfo[]> {
    return getJson<PluginInfo[]>(restUrl, "/connector-plugins?connectorsOnly=false");
}

interface RawState {
    state: string;
    worker_id: string;
    trace?: string;
}

interface Expanded {
    status: { name: string; type: string; connector: RawState; tasks: (RawState & { id: number })[] };
    info: { config: Record<string, string> };
}

/**
 * All connectors with their tasks, by name.
 * @param redact takes secrets out of the stack traces
 */
export async function connectorStatuses(
    restUrl: string,
    redact: (text: string) => string = (text) => text,
): Promise<ConnectorStatus[]> {
    const answer = await getJson<Record<string, Expanded>>(restUrl, "/connectors?expand=status&expand=info");
    return Object.values(answer)
        .map(({ status, info }) => ({
            name: status.name,
            type: status.type,
            state: status.connector.state,
            worker: status.connector.worker_id,
            ...explain(status.connector, redact),
            ...endsOf(info.config),
            tasks: status.tasks.map((task) => ({
                connector: status.name,
                connectorState: status.connector.state,
                task: task.id,
                state: task.state,
                worker: task.worker_id,
                ...explain(task, redact),
            })),
        }))
        .sort((a, b) => a.name.localeCompare(b.name));
}

function endsOf(config: Record<string, string>): ConnectorEnds {
    const className = config["connector.class"] ?? "";
    const isDebezium = className.startsWith("io.debezium.connector.");
    const isPostgres = isDebezium && className.includes(".postgresql.");
    return {
        topics: (config.topics ?? "").split(/\s*,\s*/).filter((topic) => topic !== ""),
        topicPrefix: isDebezium ? config["topic.prefix"] : undefined,
        // Debezium's own default
        slot: isPostgres ? (config["slot.name"] ?? "debezium") : undefined,
        capture: isPostgres ? captureSettings(config) : undefined,
        queue: config["jms.destination.type"] === "topic" ? undefined : config["jms.destination.name"],
    };
}

function explain({ trace }: RawState, redact: (text: string) => string) {
    const safe = trace === undefined ? undefined : redact(trace);
    return { trace: safe, cause: safe === undefined ? undefined : causeOf(safe) };
}

/** Restarts what of a connector has FAILED: itself, and its tasks. Throws while the workers are busy with a rebalance. */
export async function restartFailed(restUrl: string, connector: string): Promise<void> {
    const path = `/connectors/${encodeURIComponent(connector)}/restart?includeTasks=true&onlyFailed=true`;
    const { status } = await ask(restUrl, { method: "POST", path });
    if (status >= 300) {
        throw new Error(`worker ${restUrl} answered POST ${path} with status ${status}`);
    }
}

/** A task's name in messages and records: "connector/task". */
export function taskName({ connector, task }: TaskStatus): string {
    return `${connector}/${task}`;
}

async function getJson<T>(restUrl: string, path: string): Promise<T> {
    const { status, body } = await ask(restUrl, { method: "GET", path });
    if (status !== 200 || typeof body !== "object" || body === null) {
        throw new Error(`worker ${restUrl} answered GET ${path} with status ${status}`);
    }
    return body as T;
}

/** One question, once: whoever watches asks again by itself. */
async function ask(restUrl: string, request: Request): Promise<{ status: number; body?: unknown }> {
    const outcome = await clientOf(restUrl).ask(restUrl, request, TIMEOUT_MS);
    if (outcome.status === undefined) {
        throw new Error(`worker ${restUrl} does not answer (${(outcome as Failure).detail})`);
    }
    return { status: outcome.status, body: outcome.body };
}

const clients = new Map<string, ConnectClient>();

function clientOf(restUrl: string): ConnectClient {
    const client = clients.get(restUrl) ?? connectClient({ restUrls: [restUrl], limitSeconds: Infinity, direct: true });
    clients.set(restUrl, client);
    return client;
}
