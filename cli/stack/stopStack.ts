import type { Log } from "../../tools/log";
import { dockerEndpoint } from "../../tools/setup/dockerEngine";
import { type DockerObject, removeDockerObjects } from "./dockerObjects";
import { changeStack } from "./pulumiCli";
import { listStackObjects, recover, type RecoverOptions } from "./recover";
import type { StackTarget } from "./target";

export interface StopOptions extends RecoverOptions {
    /** Also removes volumes that are not in the state, with their data. Default: they are reported. */
    volumes?: boolean;
    /** Takes the CLI's output instead of the terminal. */
    onOutput?: (text: string) => void;
}

/**
 * Destroys a stack, and checks by label that nothing of it is left.
 *
 * @throws when something is left, with its names
 */
export async function stopStack(target: StackTarget, log: Log, options: StopOptions = {}): Promise<void> {
    const state = await recover(target, log, options);
    if (state !== undefined && state.resources.length > 0) {
        // A resource of an external database may fail; the stack's containers are removed all the same
        await changeStack(target, "destroy", ["--continue-on-error"], options.onOutput);
    }
    const left = await listStackObjects(target, state);
    await removeDockerObjects(left.filter(({ kind }) => kind !== "volume" || options.volumes));
    const still = await listStackObjects(target, state);
    if (still.length > 0) throw new Error(leftoverText(target.stack, still));
}

function leftoverText(stack: string, objects: DockerObject[]): string {
    const lines = objects.map(
        ({ kind, name, engine: { endpoint } }) =>
            `  ${kind} ${name}${endpoint === dockerEndpoint() ? "" : ` on ${endpoint}`}`,
    );
    return [
        `Stack ${stack} is destroyed, but these objects are left:`,
        ...lines,
        "Volumes are kept because they may hold data. To remove them, run: npm stop -- --volumes",
    ].join("\n");
}
