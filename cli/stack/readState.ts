import { stackInUse } from "./explainCliFailure";
import { askPulumi, tryPulumi } from "./pulumiCli";
import { parseState, type StackState } from "./state";
import type { StackTarget } from "./target";

/** Reads a stack's state, with secrets as ciphertext; undefined when there is no such stack. */
export async function readState(target: StackTarget): Promise<StackState | undefined> {
    const result = await tryPulumi(target, ["stack", "export"]);
    if (result.code !== 0 && /no stack named/.test(result.stderr)) return undefined;
    // the second call is for its error message
    const text = result.code === 0 ? result.stdout : await askPulumi(target, ["stack", "export"]);
    return parseState(text);
}

/** Reads the state of an existing stack, with secrets in plain text. */
export async function readClearState(target: StackTarget): Promise<StackState> {
    return parseState(await askPulumi(target, ["stack", "export", "--show-secrets"]));
}

/** Removes the pending operations of a killed `pulumi`: the CLI does this when a state is imported. */
export async function clearPendingOperations(target: StackTarget): Promise<void> {
    const exported = await askPulumi(target, ["stack", "export"]);
    await askPulumi(target, ["stack", "import"], exported);
}

interface StackSummary {
    name: string;
    /** Absent in a self-managed backend. */
    updateInProgress?: boolean;
}

/**
 * Asks a backend whether it is certain that no run works on the stack. Only Pulumi Cloud knows.
 *
 * @throws when a run works on it
 */
export async function isIdle(target: StackTarget): Promise<boolean> {
    const stacks = JSON.parse(await askPulumi(target, ["stack", "ls", "--json"])) as StackSummary[];
    const own = stacks.filter(({ name }) => lastPart(name) === lastPart(target.stack));
    if (own.some(({ updateInProgress }) => updateInProgress === true)) {
        throw new Error(stackInUse(target.stack));
    }
    return own.length > 0 && own.every(({ updateInProgress }) => updateInProgress === false);
}

/** A stack's name without its organization. */
function lastPart(stack: string): string {
    return stack.slice(stack.lastIndexOf("/") + 1);
}
