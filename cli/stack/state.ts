import type { EngineAddress } from "@connect-cdc/docker-engine";

/** One resource, as `pulumi stack export` shows it. */
export interface StateResource {
    urn: string;
    type: string;
    id?: string;
    inputs?: Record<string, unknown>;
    outputs?: Record<string, unknown>;
}

/** The state of a stack in the backend. */
export interface StackState {
    resources: StateResource[];
    /** Operations that a killed `pulumi` did not complete. */
    pendingOperations: { type: string; resource: StateResource }[];
}

interface Deployment {
    deployment: { resources?: StateResource[]; pending_operations?: StackState["pendingOperations"] };
}

/** The key that marks a secret in a state: https://github.com/pulumi/pulumi/blob/master/sdk/go/common/resource/sig/sig.go */
const SIGNATURE = "4dabf18193072939515e22adb298388d";

/** Reads the JSON of `pulumi stack export`. A secret whose value is shown becomes that value. */
export function parseState(text: string): StackState {
    const { deployment } = JSON.parse(text, (_, value: { plaintext?: unknown } | null) =>
        value !== null && typeof value === "object" && SIGNATURE in value && typeof value.plaintext === "string"
            ? (JSON.parse(value.plaintext) as unknown)
            : value,
    ) as Deployment;
    return { resources: deployment.resources ?? [], pendingOperations: deployment.pending_operations ?? [] };
}

/** A resource's name: the last part of its URN. */
export function resourceName(urn: string): string {
    return urn.slice(urn.lastIndexOf("::") + 2);
}

/** The ids of the Docker objects in the state. */
export function knownIds({ resources }: StackState): Set<string> {
    return new Set(resources.map(({ id }) => id).filter((id) => id !== undefined));
}

/** The Docker names of objects that a killed run was about to create. Pulumi writes each to the state first. */
export function namesInCreation(state: StackState | undefined): Set<unknown> {
    const creating = state?.pendingOperations.filter(({ type }) => type === "creating") ?? [];
    return new Set(creating.map(({ resource }) => resource.inputs?.name));
}

/** The Docker engines of the stack, from the Docker providers in the state. */
export function stackEngines({ resources }: StackState): EngineAddress[] {
    const engines = resources
        .filter(({ type, inputs }) => type === "pulumi:providers:docker" && typeof inputs?.host === "string")
        .map(({ inputs }): EngineAddress => ({
            endpoint: inputs!.host as string,
            certPath: inputs!.certPath as string | undefined,
        }));
    return [...new Map(engines.map((engine) => [engine.endpoint, engine])).values()];
}

/** Type of the Connector resources. */
export const CONNECTOR = "pulumi-nodejs:dynamic/cdc:Connector";

/** Type of the TableSnapshots resources. */
export const TABLE_SNAPSHOTS = "pulumi-nodejs:dynamic/cdc:TableSnapshots";

/** The outputs of the stack, with the state and the tasks that each connector had after the last `up`. */
export function outputsOf({ resources }: StackState): Record<string, unknown> {
    const outputs = resources.find(({ type }) => type === "pulumi:pulumi:Stack")?.outputs ?? {};
    const seen = new Map(
        resources.filter(({ type }) => type === CONNECTOR).map((connector) => [connector.inputs?.name, connector]),
    );
    const connectors = Object.entries((outputs.connectors ?? {}) as Record<string, object>).map(([name, declared]) => {
        const { state, tasks } = seen.get(name)?.outputs ?? {};
        return [name, { ...declared, state, tasks }];
    });
    return { ...outputs, connectors: Object.fromEntries(connectors) as Record<string, object> };
}
