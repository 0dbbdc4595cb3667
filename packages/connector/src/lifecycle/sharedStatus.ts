import { Deadline } from "../client/clock";
import { Connectors } from "../client/connectors";
import { ConnectorStatus } from "../client/types";

/** A list of this many connectors costs a worker about as much as the status of one connector. */
const LIST_WORTH = 20;
/** Requests within this time of the first one share its answer, ms. */
const GATHER_MS = 5;

interface StatusRequest {
    connectors: Connectors;
    name: string;
    resolve: (status: ConnectorStatus | undefined) => void;
    reject: (error: unknown) => void;
}

/** The next requests, and the size of the last list, by cluster and credentials. */
const clusters = new Map<string, { requests: StatusRequest[]; size: number }>();

/**
 * Reads the status of a connector. Operations on many connectors of a cluster, which read at the same moments, share one list
 * instead of one request each.
 *
 * @returns undefined without a status.
 */
export function readStatus(connectors: Connectors, name: string): Promise<ConnectorStatus | undefined> {
    const key = connectors.client.clusterKey;
    const cluster = clusters.get(key) ?? { requests: [], size: 0 };
    clusters.set(key, cluster);
    return new Promise((resolve, reject) => {
        cluster.requests.push({ connectors, name, resolve, reject });
        if (cluster.requests.length === 1) {
            const gathered = connectors.client.deadline.clock.sleep(GATHER_MS);
            void gathered.then(async () => {
                const { requests } = cluster;
                cluster.requests = [];
                cluster.size = (await answer(requests, cluster.size)) ?? cluster.size;
            });
        }
    });
}

/** Time until the next common moment of all readers, about that many milliseconds. */
export function msUntilNextRead({ clock }: Deadline, ms: number): number {
    const rest = clock.now() % ms;
    return ms - rest < ms / 4 ? 2 * ms - rest : ms - rest;
}

/** @returns the number of connectors on the cluster, if the list was read. */
async function answer(requests: StatusRequest[], size: number): Promise<number | undefined> {
    const [first] = requests;
    const statuses =
        requests.length > 1 && size <= requests.length * LIST_WORTH
            ? await first!.connectors.statuses().catch(() => undefined)
            : undefined;
    for (const { connectors, name, resolve, reject } of requests) {
        // If the list failed, each request has its own time limit and retries
        if (statuses) {
            resolve(statuses[name]);
        } else {
            connectors.status(name).then(resolve, reject);
        }
    }
    return statuses && Object.keys(statuses).length;
}
