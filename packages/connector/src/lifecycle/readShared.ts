import { Connectors } from "../client/connectors";
import { LiveConnector, readConnector } from "./createConnector";
import { WorkerInfo } from "../client/types";

/** A refresh asks for one connector after the other; when nobody has asked for so long, it is over, ms. */
const REFRESH_ENDS_MS = 60_000;

interface SharedList {
    restUrls: readonly string[];
    /** Who asked: a service may show each user others. */
    asker: string;
    askedMs: number;
    worker: Promise<WorkerInfo>;
    list: Promise<Record<string, Partial<LiveConnector>>>;
}

/** By name of the cluster. */
const lists = new Map<string, SharedList[]>();

/**
 * Like `readConnector`, for all connectors of one cluster with one call in a refresh, however long that takes. A connector
 * that the list does not have is asked for by itself: Connect leaves those out that have no status yet.
 *
 * @param cluster two clusters that somebody gave one name are told apart as long as they have no worker in common.
 */
export async function readShared(
    connectors: Connectors,
    cluster: string,
    name: string,
): Promise<LiveConnector | undefined> {
    const { info, status } = (await shared(connectors, cluster).list)[name] ?? {};
    return info && status ? { info, status } : readConnector(connectors, name);
}

/** Like `connectors.worker()`, once in a refresh. */
export function sharedWorker(connectors: Connectors, cluster: string): Promise<WorkerInfo> {
    return shared(connectors, cluster).worker;
}

/** Whoever changed a connector calls this, or a later read would show the cluster as it was before. */
export function forgetShared(cluster: string): void {
    lists.delete(cluster);
}

function shared(connectors: Connectors, cluster: string): SharedList {
    const { restUrls, asker, deadline } = connectors.client;
    const askedMs = deadline.clock.now();
    const recent = (lists.get(cluster) ?? []).filter((known) => askedMs - known.askedMs < REFRESH_ENDS_MS);
    const known = recent.find((known) => known.asker === asker && known.restUrls.some((url) => restUrls.includes(url)));
    if (known) {
        known.askedMs = askedMs;
        return known;
    }
    const worker = connectors.worker();
    const asked = { restUrls, asker, askedMs, worker, list: worker.then(() => connectors.list()) };
    lists.set(cluster, [...recent, asked]);
    // the next one may have more luck
    asked.list.catch(() => forgetShared(cluster));
    return asked;
}
