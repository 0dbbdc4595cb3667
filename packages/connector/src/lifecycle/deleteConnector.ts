import { Deadline } from "../client/clock";
import { Connectors } from "../client/connectors";
import { ConnectError } from "../client/errors";
import { done, pending, waitFor } from "../client/waitFor";

/** The status of a deleted connector disappears within this time, ms. The status of tasks on a dead worker stays. */
const STATUS_OUTLIVES_MS = 15_000;
/** Connectors that this process deleted. */
const deletedHere = new Set<string>();
/** Connectors that this process deleted, or did not find when it updated them. */
const formerConnectors = new Set<string>();

/** True for a connector that this process has deleted, such as to replace it. */
export function wasDeleted(connectors: Connectors, name: string): boolean {
    return deletedHere.has(nameOnCluster(connectors, name));
}

/** Called when a connector that is updated is not on the cluster. */
export function noteMissing(connectors: Connectors, name: string): void {
    formerConnectors.add(nameOnCluster(connectors, name));
}

/**
 * Deletes a connector and waits until its tasks are gone, too, so that a connector of the same name can be created. A
 * connector that does not exist is not an error. Its offsets, its sink's consumer group and its replication slot stay.
 */
export async function deleteConnector(connectors: Connectors, name: string): Promise<void> {
    const { deadline } = connectors.client;
    await connectors.remove(name);
    deletedHere.add(nameOnCluster(connectors, name));
    formerConnectors.add(nameOnCluster(connectors, name));
    const removedMs = deadline.clock.now();
    const isGone = async () => {
        if (await connectors.info(name)) {
            return false;
        }
        return deadline.clock.now() - removedMs >= STATUS_OUTLIVES_MS || !(await connectors.status(name));
    };
    await waitFor(
        connectors.client,
        async () => ((await isGone()) ? done(undefined) : pending("its tasks are still being stopped")),
        {
            timedOut: () => {
                throw new ConnectError(
                    "ambiguous",
                    `connector "${name}" still exists after ${deadline.limitSeconds} s`,
                );
            },
        },
    );
}

/**
 * Waits until a deleted connector of this name has no status left. Before 3.7.1 a connector can find task configs of a deleted
 * connector of its name (KAFKA-16837, KAFKA-16838).
 *
 * @returns true when there was such a connector, as far as this can be known, and the version is below 3.7.1: the tasks of the
 *   new connector must be restarted once.
 */
export async function waitForPredecessor(connectors: Connectors, name: string): Promise<boolean> {
    if ((await connectors.abilities()).restartsTasksOnUpdate) {
        return false;
    }
    const { deadline, progress } = connectors.client;
    const limitSeconds = Math.min(STATUS_OUTLIVES_MS, deadline.remainingMs) / 1000;
    let isRecreated = formerConnectors.has(nameOnCluster(connectors, name));
    return waitFor(
        { deadline: new Deadline(deadline.clock, limitSeconds), progress },
        async () => {
            if (!(await connectors.status(name))) {
                return done(isRecreated);
            }
            isRecreated = true;
            return pending("tasks of a deleted connector of that name are still being stopped");
        },
        { timedOut: () => true },
    );
}

function nameOnCluster({ client }: Connectors, name: string): string {
    return `${name} ${[...client.restUrls].sort().join(" ")}`;
}
