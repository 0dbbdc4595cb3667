import { dockerEndpoint } from "../setup/dockerEngine";
import type { Log } from "../log";
import { listDockerObjects, removeDockerObjects, type DockerObject } from "./dockerObjects";
import { releaseDeadLocks } from "./locks";
import { clearPendingOperations, knownIds, readState, stackEngines, type StackState } from "./state";
import type { StackTarget } from "./target";

const CONTAINER = "docker:index/container:Container";
const NETWORK = "docker:index/network:Network";

/**
 * Mends what a killed `pulumi` leaves behind: the lock of a dead process, operations that nobody will finish, and containers
 * and networks that the state does not know of and that would be in the way. Volumes are left alone: they hold data, and a
 * new `up` takes them over.
 *
 * @returns the state; undefined when there is no such stack
 */
export async function recover(target: StackTarget, log: Log): Promise<StackState | undefined> {
    releaseDeadLocks(target, log);
    const state = await readState(target);
    if (state !== undefined && state.pendingOperations.length > 0) {
        await clearPendingOperations(target);
        log(`Recovery: half-done operations of an interrupted run are forgotten (${state.pendingOperations.length})`);
    }
    const unknown = (await listStackObjects(target, state)).filter(isUnknownTo(state));
    await removeDockerObjects(unknown);
    for (const { kind, name } of unknown) log(`Recovery: removed ${kind} ${name}, which the state does not know of`);
    return state;
}

/**
 * URNs of containers and networks that the state knows but the engine does not, and of containers that should run but do
 * not: somebody removed or stopped them by hand.
 */
export async function findLost(target: StackTarget, state: StackState): Promise<string[]> {
    const objects = new Map((await listStackObjects(target, state)).map((object) => [object.id, object]));
    const lost = state.resources.filter(({ type, id, inputs }) => {
        const object = objects.get(id ?? "");
        if (type === NETWORK) return object === undefined;
        // a container that only does a job and ends is not missed
        return type === CONTAINER && inputs?.mustRun !== false && object?.running !== true;
    });
    return lost.map(({ urn }) => urn);
}

/** All Docker objects of a stack, on every engine that its state names. */
export async function listStackObjects(target: StackTarget, state: StackState | undefined): Promise<DockerObject[]> {
    const own = { endpoint: dockerEndpoint() };
    const others = (state === undefined ? [] : stackEngines(state)).filter(({ endpoint }) => endpoint !== own.endpoint);
    const lists = await Promise.all([own, ...others].map((engine) => listDockerObjects(target.stack, engine)));
    return lists.flat();
}

function isUnknownTo(state: StackState | undefined): (object: DockerObject) => boolean {
    const known = state === undefined ? new Set<string>() : knownIds(state);
    return ({ kind, id }) => (kind === "container" || kind === "network") && !known.has(id);
}
