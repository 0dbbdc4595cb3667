import { Connectors } from "./connectors";
import { LiveConnector, readConnector } from "./lifecycle";

/** A refresh asks for all connectors at about the same time; one list answers them all for so long, ms. */
const SHARED_MS = 5000;

const lists = new Map<string, { atMs: number; list: Promise<Record<string, Partial<LiveConnector>>> }>();

/**
 * Like `readConnector`, for many connectors of one cluster with one call. A connector that the list does not have is asked
 * for by itself: Connect leaves those out that have no status yet.
 */
export async function readShared(connectors: Connectors, name: string): Promise<LiveConnector | undefined> {
    const { info, status } = (await sharedList(connectors))[name] ?? {};
    return info && status ? { info, status } : readConnector(connectors, name);
}

function sharedList(connectors: Connectors): Promise<Record<string, Partial<LiveConnector>>> {
    const { restUrls, deadline } = connectors.client;
    const key = restUrls.join(" ");
    const nowMs = deadline.clock.now();
    const shared = lists.get(key);
    if (shared && nowMs - shared.atMs < SHARED_MS) {
        return shared.list;
    }
    const list = connectors.list();
    lists.set(key, { atMs: nowMs, list });
    list.catch(() => lists.delete(key));
    return list;
}
