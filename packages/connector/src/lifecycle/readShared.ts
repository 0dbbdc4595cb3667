import { Connectors } from "../client/connectors";
import { WorkerInfo } from "../client/types";
import type { LiveConnector } from "./connectorSpec";

/** A refresh reads one connector after the other. It is over after this time without a read, ms. */
const REFRESH_ENDS_MS = 60_000;

interface SharedList {
    restUrls: readonly string[];
    /** The credentials: a service may show each user other connectors. */
    authKey: string;
    askedMs: number;
    worker: Promise<WorkerInfo>;
    list: Promise<Record<string, Partial<LiveConnector>>>;
}

/** By name of the cluster. */
const lists = new Map<string, SharedList[]>();

/**
 * Reads a connector from a list of all connectors of its cluster, which is requested once per refresh. A connector that is not
 * in the list is read by itself: Connect omits connectors without a status.
 *
 * @param cluster name of the cluster. Two clusters of one name are distinguished if they have no worker in common.
 */
export async function readShared(
    connectors: Connectors,
    cluster: string,
    name: string,
): Promise<LiveConnector | undefined> {
    const { info, status } = (await shared(connectors, cluster).list)[name] ?? {};
    return info && status ? { info, status } : readConnector(connectors, name);
}

/** Like `connectors.worker()`, requested once per refresh. */
export function sharedWorker(connectors: Connectors, cluster: string): Promise<WorkerInfo> {
    return shared(connectors, cluster).worker;
}

/** Called after a change of a connector, so that a later read does not show the previous state. */
export function forgetShared(cluster: string): void {
    lists.delete(cluster);
}

function shared(connectors: Connectors, cluster: string): SharedList {
    const { restUrls, authKey, deadline } = connectors.client;
    const askedMs = deadline.clock.now();
    const recent = (lists.get(cluster) ?? []).filter((known) => askedMs - known.askedMs < REFRESH_ENDS_MS);
    const known = recent.find(
        (known) => known.authKey === authKey && known.restUrls.some((url) => restUrls.includes(url)),
    );
    if (known) {
        known.askedMs = askedMs;
        return known;
    }
    const worker = connectors.worker();
    const asked = { restUrls, authKey, askedMs, worker, list: worker.then(() => connectors.list()) };
    lists.set(cluster, [...recent, asked]);
    // The next request may succeed
    asked.list.catch(() => forgetShared(cluster));
    return asked;
}

/** Undefined when the cluster has no such connector. No answer is an error. */
async function readConnector(connectors: Connectors, name: string): Promise<LiveConnector | undefined> {
    const info = await connectors.info(name);
    return info && { info, status: await connectors.status(name) };
}
