import { Deadline } from "../client/clock";
import { Connectors } from "../client/connectors";
import { ConnectorStatus } from "../client/types";

/** A list of so many connectors costs a worker about as much as one status that is asked for by itself. */
const LIST_WORTH = 20;
/** Who asks within this time of the first one is answered with it, ms. */
const GATHER_MS = 5;

interface Look {
    connectors: Connectors;
    name: string;
    resolve: (status: ConnectorStatus | undefined) => void;
    reject: (error: unknown) => void;
}

/** What is asked for next, and how many connectors the last list had, by the cluster and who asks. */
const clusters = new Map<string, { looks: Look[]; size: number }>();

/**
 * The status of a connector, asked for now. Operations on many connectors of a cluster, which look at the same moments, share
 * one list instead of asking one by one.
 *
 * @returns undefined while there is none.
 */
export function lookAt(connectors: Connectors, name: string): Promise<ConnectorStatus | undefined> {
    const key = connectors.client.clusterKey;
    const cluster = clusters.get(key) ?? { looks: [], size: 0 };
    clusters.set(key, cluster);
    return new Promise((resolve, reject) => {
        cluster.looks.push({ connectors, name, resolve, reject });
        if (cluster.looks.length === 1) {
            const gathered = connectors.client.deadline.clock.sleep(GATHER_MS);
            void gathered.then(async () => {
                const looks = cluster.looks;
                cluster.looks = [];
                cluster.size = (await answer(looks, cluster.size)) ?? cluster.size;
            });
        }
    });
}

/** Time until the next of the moments at which all look, about that many milliseconds. */
export function msUntilNextLook({ clock }: Deadline, ms: number): number {
    const rest = clock.now() % ms;
    return ms - rest < ms / 4 ? 2 * ms - rest : ms - rest;
}

/** @returns the number of connectors on the cluster, when it was seen. */
async function answer(looks: Look[], size: number): Promise<number | undefined> {
    const [first] = looks;
    const statuses =
        looks.length > 1 && size <= looks.length * LIST_WORTH
            ? await first!.connectors.statuses().catch(() => undefined)
            : undefined;
    for (const { connectors, name, resolve, reject } of looks) {
        // Where the list failed, each tries with a time limit and a patience of its own.
        if (statuses) {
            resolve(statuses[name]);
        } else {
            connectors.status(name).then(resolve, reject);
        }
    }
    return statuses && Object.keys(statuses).length;
}
