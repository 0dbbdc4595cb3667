import { isDeepStrictEqual } from "node:util";
import {
    authOf,
    type ConnectClient,
    connectClient,
    type ConnectorInfo,
    type ConnectorPlugin,
    type ConnectorStatus,
    type Credentials,
    type Failure,
    type MemberStatus,
    type Request,
    type WorkerInfo,
} from "@connect-cdc/connector/client";

const TIMEOUT_MS = 5000;

/** A connector of a cluster: its config and its status. */
export interface ListedConnector {
    info: ConnectorInfo;
    status: ConnectorStatus;
}

/** A task of a cluster. */
export interface ListedTask extends MemberStatus {
    /** Name of its connector. */
    connector: string;
    /** Number of the task, from 0. */
    id: number;
}

/** Throws unless the worker reports that it is healthy: it has joined its group and read the config topic (KIP-1017). */
export async function assertHealthy(restUrl: string, credentials?: Credentials): Promise<void> {
    const { status, body } = await ask(restUrl, { method: "GET", path: "/health" }, credentials);
    const message = healthMessage(body);
    if (message === undefined) {
        throw new Error(`worker ${restUrl} does not serve its REST API yet (status ${status} without JSON)`);
    }

    if (status !== 200) throw new Error(`worker ${restUrl} is not healthy (status ${status}: ${message})`);
}

function healthMessage(body: unknown): string | undefined {
    const message = (body as { message?: unknown } | null)?.message;
    return typeof message === "string" ? message : undefined;
}

export async function workerInfo(restUrl: string, credentials?: Credentials): Promise<WorkerInfo> {
    return getJson<WorkerInfo>(restUrl, "/", credentials);
}

/** All plugins that one worker can load, transforms and converters included. */
export async function plugins(restUrl: string, credentials?: Credentials): Promise<ConnectorPlugin[]> {
    return getJson<ConnectorPlugin[]>(restUrl, "/connector-plugins?connectorsOnly=false", credentials);
}

/** All connectors of the cluster, sorted by name. */
export async function listConnectors(restUrl: string, credentials?: Credentials): Promise<ListedConnector[]> {
    const path = "/connectors?expand=status&expand=info";
    const answer = await getJson<Record<string, ListedConnector>>(restUrl, path, credentials);
    return Object.values(answer).sort((a, b) => a.status.name.localeCompare(b.status.name));
}

/** Status of all connectors of the cluster, sorted by name. */
export async function connectorStatuses(restUrl: string, credentials?: Credentials): Promise<ConnectorStatus[]> {
    return (await listConnectors(restUrl, credentials)).map(({ status }) => status);
}

/** All tasks of these connectors. */
export function tasksOf(statuses: ConnectorStatus[]): ListedTask[] {
    return statuses.flatMap(({ name, tasks }) => tasks.map((task) => ({ connector: name, ...task })));
}

/** A task's name in messages and records: "connector/task". */
export function taskName({ connector, id }: ListedTask): string {
    return `${connector}/${id}`;
}

/** Restarts a connector and its tasks where they have FAILED. Throws during a rebalance. */
export async function restartFailed(restUrl: string, connector: string, credentials?: Credentials): Promise<void> {
    const path = `/connectors/${encodeURIComponent(connector)}/restart?includeTasks=true&onlyFailed=true`;
    const { status } = await ask(restUrl, { method: "POST", path }, credentials);
    if (status >= 300) throw new Error(`worker ${restUrl} answered POST ${path} with status ${status}`);
}

async function getJson<T>(restUrl: string, path: string, credentials?: Credentials): Promise<T> {
    const { status, body } = await ask(restUrl, { method: "GET", path }, credentials);
    if (status !== 200 || typeof body !== "object" || body === null) {
        throw new Error(`worker ${restUrl} answered GET ${path} with status ${status}`);
    }
    return body as T;
}

/** Sends one request, once: the callers repeat it themselves. */
async function ask(
    restUrl: string,
    request: Request,
    credentials?: Credentials,
): Promise<{ status: number; body?: unknown }> {
    const outcome = await clientOf(restUrl, credentials).ask(restUrl, request, TIMEOUT_MS);
    if (outcome.status === undefined) {
        throw new Error(`worker ${restUrl} does not answer (${(outcome as Failure).detail})`);
    }
    return { status: outcome.status, body: outcome.body };
}

const clients = new Map<string, { client: ConnectClient; credentials?: Credentials }>();

/** One client per worker keeps its connections. Renewed credentials need a new one. */
function clientOf(restUrl: string, credentials?: Credentials): ConnectClient {
    const known = clients.get(restUrl);
    if (known && isDeepStrictEqual(known.credentials, credentials)) return known.client;
    const auth = credentials && authOf(credentials);
    const client = connectClient({ restUrls: [restUrl], limitSeconds: Infinity, direct: true, auth });
    clients.set(restUrl, { client, credentials });
    return client;
}
