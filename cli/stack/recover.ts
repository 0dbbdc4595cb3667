import { stackPrefix } from "../../docker/labels";
import type { Log } from "../../tools/log";
import { PROJECT } from "../../tools/project";
import { dockerEndpoint } from "../../tools/setup/dockerEngine";
import { type DockerObject, listDockerObjects, removeDockerObjects } from "./dockerObjects";
import { releaseDeadLocks, removeBrokenAttributes } from "./locks";
import { clearPendingOperations, isIdle, readState } from "./readState";
import { knownIds, namesInCreation, resourceName, stackEngines, type StackState } from "./state";
import type { StackTarget } from "./target";

const CONTAINER = "docker:index/container:Container";
const NETWORK = "docker:index/network:Network";

export interface RecoverOptions {
    /** Also removes containers and networks that are not in the state. Default: they are an error. */
    takeOver?: boolean;
}

/**
 * Repairs what a killed `pulumi` leaves: the lock of an ended process, an incomplete file, pending operations, and the
 * containers and networks that such an operation was about to create. Volumes stay: they hold data, and the next `up` uses
 * them.
 *
 * @returns the state; undefined when there is no such stack
 * @throws before anything is removed, when another run works on the stack, or when an engine has containers or networks of a
 * stack of this name that are not in the state: another user may use them
 */
export async function recover(
    target: StackTarget,
    log: Log,
    { takeOver = false }: RecoverOptions = {},
): Promise<StackState | undefined> {
    const isAlone = releaseDeadLocks(target, log) || (await isIdle(target));
    removeBrokenAttributes(target, log);
    const state = await readState(target);
    const unknown = (await listStackObjects(target, state)).filter(isUnknownTo(target.stack, state));
    const unfinished = namesInCreation(state);
    const foreign = unknown.filter(({ name }) => !unfinished.has(name));
    if (foreign.length > 0 && !takeOver) throw new Error(foreignText(target.stack, foreign));
    if (state !== undefined && state.pendingOperations.length > 0) {
        if (!isAlone && !takeOver) throw new Error(pendingText(target.stack, state));
        await clearPendingOperations(target);
        log(
            `Recovery: removed ${state.pendingOperations.length} pending operations of an interrupted run from the state`,
        );
    }
    await removeDockerObjects(unknown);
    for (const { kind, name } of unknown) log(`Recovery: removed ${kind} ${name}, which is not in the state`);
    return state;
}

/** URNs of containers and networks of the state that were removed by hand, and of containers that were stopped by hand. */
export async function findLost(target: StackTarget, state: StackState): Promise<string[]> {
    const objects = new Map((await listStackObjects(target, state)).map((object) => [object.id, object]));
    const lost = state.resources.filter(({ type, id, inputs }) => {
        const object = objects.get(id ?? "");
        if (type === NETWORK) return object === undefined;
        // mustRun is false for a container that does one job and ends
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

/** A build runs in containers with the labels of its base image, but their names are the engine's. */
function isUnknownTo(stack: string, state: StackState | undefined): (object: DockerObject) => boolean {
    const known = state === undefined ? new Set<string>() : knownIds(state);
    const prefix = stackPrefix({ project: PROJECT, stack });
    return ({ kind, id, name }) =>
        (kind === "container" || kind === "network") &&
        (name === prefix || name.startsWith(`${prefix}-`)) &&
        !known.has(id);
}

function foreignText(stack: string, objects: DockerObject[]): string {
    const lines = objects.map(({ kind, name, running, engine: { endpoint } }) => {
        const how = kind === "container" ? `, ${running ? "running" : "not running"}` : "";
        return `  ${kind} ${name} on ${endpoint}${how}`;
    });
    return [
        `The state of stack ${stack} does not contain these objects of a stack of that name. Nothing was changed.`,
        ...lines,
        "Another user or another backend may have created them, or this state is older than they are.",
        "Use the backend that created them (PULUMI_BACKEND_URL or pulumi login), or a stack of another name (--stack).",
        "If they are not needed, run the command again with --take-over, such as npm start -- --take-over. It removes " +
            "them, but no volumes.",
    ].join("\n");
}

function pendingText(stack: string, { pendingOperations }: StackState): string {
    return [
        `Stack ${stack} has pending operations, and its backend does not show whether a run still works on them. ` +
            "Nothing was changed.",
        ...pendingOperations.map(({ type, resource }) => `  ${type} ${resourceName(resource.urn)}`),
        "Wait until no run works on the stack, then run the command again with --take-over, such as npm start -- --take-over.",
    ].join("\n");
}
