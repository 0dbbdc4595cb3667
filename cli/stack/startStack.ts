import type { Log } from "../../tools/log";
import { isOnNewKafka } from "./newKafka";
import { askPulumi, changeStack } from "./pulumiCli";
import { readState } from "./readState";
import { findLost, recover, type RecoverOptions } from "./recover";
import { credentialsOf, readStackOutputs } from "./stackOutputs";
import { resourceName, type StackState } from "./state";
import type { StackTarget } from "./target";

export interface StartOptions extends RecoverOptions {
    /** Compares the whole state with the servers first. Default: only containers and networks that are missing or stopped. */
    refresh?: boolean;
    /** Takes the CLI's output instead of the terminal. */
    onOutput?: (text: string) => void;
}

/** Brings a stack up. First it repairs what a killed run left. */
export async function startStack(target: StackTarget, log: Log, options: StartOptions = {}): Promise<StackState> {
    const before = await recover(target, log, options);
    if (before === undefined || target.select) await selectStack(target);
    if (before !== undefined) await refreshLost(target, before, log, options.onOutput);
    const flags = ["--suppress-outputs", ...(options.refresh ? ["--refresh"] : [])];
    await changeStack(target, "up", flags, options.onOutput);
    const state = await stateAfterUp(target);
    const readCredentials = async () => credentialsOf(await readStackOutputs(target));
    if (!(await isOnNewKafka(state, readCredentials))) return state;
    log("Kafka has lost its data and the connectors: they are created again, sources with a snapshot");
    await changeStack(target, "up", ["--suppress-outputs", "--refresh"], options.onOutput);
    return stateAfterUp(target);
}

async function stateAfterUp(target: StackTarget): Promise<StackState> {
    const state = await readState(target);
    if (state === undefined) throw new Error(`Stack ${target.stack} has no state after pulumi up.`);
    return state;
}

/**
 * Refreshes what was removed or stopped by hand. A refresh of the whole state needs the Connect workers, and they may be
 * missing.
 */
async function refreshLost(
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

/** `stack init` writes a new salt into `Pulumi.<stack>.yaml` of the checkout, so it cannot serve another config file. */
async function selectStack(target: StackTarget): Promise<void> {
    if (target.configFile !== undefined) {
        throw new Error(`Stack ${target.stack} not found. Create it first: pulumi stack init ${target.stack}`);
    }

    await askPulumi(target, target.select ? ["stack", "select", "--create"] : ["stack", "init", "--no-select"]);
}
