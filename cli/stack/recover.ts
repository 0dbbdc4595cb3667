import { stackPrefix } from "../../docker/labels";
import type { Log } from "../../tools/log";
import { PROJECT } from "../../tools/project";
import { dockerEndpoint } from "../../tools/setup/dockerEngine";
import { type DockerObject, listDockerObjects, removeDockerObjects } from "./dockerObjects";
import { releaseDeadLocks, removeBrokenNotes } from "./locks";
import { clearPendingOperations, isIdle, readState } from "./readState";
import { knownIds, namesInCreation, resourceName, stackEngines, type StackState } from "./state";
import type { StackTarget } from "./target";

const CONTAINER = "docker:index/container:Container";
const NETWORK = "docker:index/network:Network";

export interface RecoverOptions {
    /** Also removes containers and networks that nothing in the state explains. Default: they are an error. */
    takeOver?: boolean;
}

/**
 * Mends what a killed `pulumi` leaves behind: the lock of a dead process, a half-written file, operations that nobody will
 * finish, and containers and networks that such an operation was about to make. Volumes are left alone: they hold data, and
 * a new `up` takes them over.
 *
 * @returns the state; undefined when there is no such stack
 * @throws before anything is removed, when another run works on the stack, or when the engine holds containers or networks
 * of a stack of this name that are not this state's: somebody else may be at work with them
 */
export async function recover(
    target: StackTarget,
    log: Log,
    { takeOver = false }: RecoverOptions = {},
): Promise<StackState | undefined> {
    const isAlone = releaseDeadLocks(target, log) || (await isIdle(target));
    removeBrokenNotes(target, log);
    const state = await readState(target);
    const unknown = (await listStackObjects(target, state)).filter(isUnknownTo(target.stack, state));
    const unfinished = namesInCreation(state);
    const foreign = unknown.filter(({ name }) => !unfinished.has(name));
    if (foreign.length > 0 && !takeOver) throw new Error(describeForeign(target.stack, foreign));
    if (state !== undefined && state.pendingOperations.length > 0) {
        if (!isAlone && !takeOver) throw new Error(describePending(target.stack, state));
        await clearPendingOperations(target);
        log(`Recovery: half-done operations of an interrupted run are forgotten (${state.pendingOperations.length})`);
    }
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

/** Builds run in containers that have the labels of the image they begin with, but a name of the engine's. */
function isUnknownTo(stack: string, state: StackState | undefined): (object: DockerObject) => boolean {
    const known = state === undefined ? new Set<string>() : knownIds(state);
    const prefix = stackPrefix({ project: PROJECT, stack });
    return ({ kind, id, name }) =>
        (kind === "container" || kind === "network") &&
        (name === prefix || name.startsWith(`${prefix}-`)) &&
        !known.has(id);
}

function describeForeign(stack: string, objects: DockerObject[]): string {
    const lines = objects.map(({ kind, name, running, engine: { endpoint } }) => {
        const how = kind === "container" ? `, ${running ? "running" : "not running"}` : "";
        return `  ${kind} ${name} on ${endpoint}${how}`;
    });
    return [
        `The state of stack ${stack} does not know these, which belong to a stack of that name. Nothing was changed.`,
        ...lines,
        "Another user or another backend may have made them, or this state is older than they are.",
        "Use the backend that made them (PULUMI_BACKEND_URL or pulumi login), or a stack of another name (--stack).",
        "If nobody needs them, run the command again with --take-over, such as npm start -- --take-over: it removes them. " +
            "Volumes stay.",
    ].join("\n");
}

function describePending(stack: string, { pendingOperations }: StackState): string {
    return [
        `Stack ${stack} has half-done operations, and its backend does not show whether a run still works on them. ` +
            "Nothing was changed.",
        ...pendingOperations.map(({ type, resource }) => `  ${type} ${resourceName(resource.urn)}`),
        "Wait until no run works on the stack, then run the command again with --take-over, such as npm start -- --take-over.",
    ].join("\n");
}
