import { askPulumi } from "../cli/stack/pulumiCli";
import { parseState, type StateResource } from "../cli/stack/state";
import type { TestStack } from "../test/support/stack/stack";

// Key of secrets in an exported state
const SECRET_MARK = "4dabf18193072939515e22adb298388d";

/** The resources of a stack, with decrypted secrets. */
export async function resourcesOf(stack: TestStack): Promise<StateResource[]> {
    const { resources } = parseState(await askPulumi(stack.target, ["stack", "export", "--show-secrets"]));
    return resources.map((resource) => ({
        ...resource,
        inputs: revealSecrets(resource.inputs) as StateResource["inputs"],
    }));
}

function revealSecrets(value: unknown): unknown {
    if (Array.isArray(value)) return value.map(revealSecrets);

    if (typeof value !== "object" || value === null) return value;

    if (SECRET_MARK in value) return JSON.parse((value as unknown as { plaintext: string }).plaintext) as unknown;

    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, revealSecrets(inner)]));
}
