import * as pulumi from "@pulumi/pulumi";

/** A resource that the program registered. */
export interface RegisteredResource {
    type: string;
    name: string;
    inputs: Record<string, any>;
}

// How a secret travels to the monitor: the key that Pulumi's wire format marks it with.
const SIGNATURE = "4dabf18193072939515e22adb298388d";

/**
 * Puts the Pulumi runtime under mocks and returns the list that every registered resource lands in, inputs resolved and
 * secrets as `{secret: value}`. A resource's id is `<name>-id`, its outputs are its inputs; an image has an id, and a certificate
 * is `<name> cert` with `<name> key`.
 */
export async function recordResources(stack = "test"): Promise<RegisteredResource[]> {
    const resources: RegisteredResource[] = [];
    await pulumi.runtime.setMocks(
        {
            newResource: ({ type, name, inputs }) => {
                resources.push({ type, name, inputs: unwrap(inputs) });
                return { id: `${name}-id`, state: { ...inputs, ...madeOutputs(type, name, inputs) } };
            },
            call: ({ inputs }) => inputs,
        },
        "connect-cdc",
        stack,
        false,
    );
    return resources;
}

function madeOutputs(type: string, name: string, { given }: any): object {
    switch (type.slice(type.lastIndexOf(":") + 1)) {
        case "RemoteImage":
            return { imageId: `sha256:${name}` };
        case "Authority":
            return given?.value ?? { cert: `${name} cert`, key: `${name} key` };
        case "Certificate":
            return { cert: `${name} cert`, key: `${name} key`, store: btoa(`${name} store`), notAfter: "2030-01-01" };
        default:
            return {};
    }
}

/** The only resource of that name and type; the last part of the type token is enough. */
export function theResource(resources: RegisteredResource[], type: string, name: string): RegisteredResource {
    const found = resources.filter((r) => r.name === name && (r.type === type || r.type.endsWith(`:${type}`)));
    if (found.length === 1) return found[0]!;
    const all = resources.map((r) => `${r.type} ${r.name}`).join("\n");
    throw new Error(`${found.length} resources of type ${type} are called ${name}; registered are:\n${all}`);
}

/** Inputs of a container, its uploads as path -> content and its health check as the command. */
export function containerInputs(
    resources: RegisteredResource[],
    name: string,
): Record<string, any> & { files: Record<string, string>; health: string[] | undefined } {
    const { uploads, healthcheck, ...inputs } = theResource(resources, "Container", name).inputs;
    const list: { file: string; content: string }[] = uploads ?? [];
    return {
        ...(inputs as Record<string, any>),
        files: Object.fromEntries(list.map(({ file, content }) => [file, content])),
        health: healthcheck?.tests as string[] | undefined,
    };
}

/** Resolves an output, and all that is registered before it. */
export function resolved<T>(output: pulumi.Output<T>): Promise<T> {
    return new Promise((resolve) => output.apply((value) => resolve(value)));
}

function unwrap(value: unknown): any {
    if (Array.isArray(value)) return value.map(unwrap);
    if (typeof value !== "object" || value === null) return value;
    const object = value as Record<string, unknown>;
    if (SIGNATURE in object) return { secret: unwrap(object["value"]) };
    return Object.fromEntries(Object.entries(object).map(([key, inner]) => [key, unwrap(inner)]));
}
