import type { Log } from "../../tools/log";
import { dockerEndpoint } from "../../tools/setup/dockerEngine";
import { type DockerObject, removeDockerObjects } from "./dockerObjects";
import { isOnNewKafka } from "./newKafka";
import { askPulumi, changeStack } from "./pulumiCli";
import { findLost, listStackObjects, recover, type RecoverOptions } from "./recover";
import { readState, resourceName, type StackState } from "./state";
import type { StackTarget } from "./target";

export type { StackTarget } from "./target";

export interface StartOptions extends RecoverOptions {
    /** Compares the whole state with reality first. Default: only containers and networks that are missing or stopped. */
    refresh?: boolean;
    /** Takes the CLI's output instead of the terminal. */
    onOutput?: (text: string) => void;
}

/** Brings a stack up, after mending what a killed run left behind. */
export async function startStack(target: StackTarget, log: Log, options: StartOptions = {}): Promise<StackState> {
    const before = await recover(target, log, options);
    if (before === undefined || target.select) await selectStack(target);
    if (before !== undefined) await noticeLost(target, before, log, options.onOutput);
    const flags = ["--suppress-outputs", ...(options.refresh ? ["--refresh"] : [])];
    await changeStack(target, "up", flags, options.onOutput);
    const state = await stateAfterUp(target);
    if (!(await isOnNewKafka(state))) return state;
    log("Kafka has lost its data, and the connectors with it: they are made again, sources with a snapshot");
    await changeStack(target, "up", ["--suppress-outputs", "--refresh"], options.onOutput);
    return stateAfterUp(target);
}

async function stateAfterUp(target: StackTarget): Promise<StackState> {
    const state = await readState(target);
    if (state === undefined) throw new Error(`Stack ${target.stack} has no state after pulumi up.`);
    return state;
}

export interface StopOptions extends RecoverOptions {
    /** Also removes volumes that the state does not know of, with their data. Default: they are reported. */
    volumes?: boolean;
    /** Takes the CLI's output instead of the terminal. */
    onOutput?: (text: string) => void;
}

/**
 * Destroys a stack and looks, by label, whether anything of it is left.
 *
 * @throws when something is left, with its names
 */
export async function stopStack(target: StackTarget, log: Log, options: StopOptions = {}): Promise<void> {
    const state = await recover(target, log, options);
    if (state !== undefined && state.resources.length > 0) {
        // What somebody else's database does not let go of must not keep this stack's containers
        await changeStack(target, "destroy", ["--continue-on-error"], options.onOutput);
    }
    const left = await listStackObjects(target, state);
    await removeDockerObjects(left.filter(({ kind }) => kind !== "volume" || options.volumes));
    const still = await listStackObjects(target, state);
    if (still.length > 0) throw new Error(describeLeftovers(target.stack, still));
}

function describeLeftovers(stack: string, objects: DockerObject[]): string {
    const lines = objects.map(
        ({ kind, name, engine: { endpoint } }) =>
            `  ${kind} ${name}${endpoint === dockerEndpoint() ? "" : ` on ${endpoint}`}`,
    );
    return [
        `Stack ${stack} is destroyed, but these are left:`,
        ...lines,
        "Volumes are kept because they may hold data; npm stop -- --volumes removes them too.",
    ].join("\n");
}

/**
 * Makes the state notice what was removed or stopped by hand. Only that: a refresh of everything also asks the Connect
 * workers, and they may be what is missing.
 */
async function noticeLost(
    target: StackTarget,
    state: StackState,
    log: Log,
    onOutput: StartOptions["onOutput"],
): Promise<void> {
    const lost = await findLost(target, state);
    if (lost.length === 0) return;
    log(`Removed or stopped by hand: ${lost.map(resourceName).join(", ")}`);
    const targets = lost.flatMap((urn) => ["--target", urn]);
    await changeStack(target, "refresh", ["--suppress-outputs", ...targets], onOutput);
}

/** `stack init` writes a new salt into `Pulumi.<stack>.yaml` of the checkout, which is wrong for another config file. */
async function selectStack(target: StackTarget): Promise<void> {
    if (target.configFile !== undefined) {
        throw new Error(`There is no stack ${target.stack}: make it first, with pulumi stack init.`);
    }

    await askPulumi(target, target.select ? ["stack", "select", "--create"] : ["stack", "init", "--no-select"]);
}
