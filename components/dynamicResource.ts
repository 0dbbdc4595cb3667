import * as pulumi from "@pulumi/pulumi";

/**
 * What a provider module exports: each function has the meaning and the signature of the method of the same name of
 * {@link pulumi.dynamic.ResourceProvider}. Without `check` inputs pass as they are, without `diff` the engine compares
 * inputs, without `read` a refresh keeps what is known, without `delete` the resource is forgotten. A module that has
 * outputs besides its inputs needs `update`.
 */
export type ProviderModule = Omit<pulumi.dynamic.ResourceProvider, "configure">;

/**
 * A dynamic resource whose provider is today's code of a TypeScript module of this checkout.
 *
 * Pulumi keeps a dynamic provider as program text in its state, and refresh and destroy run that text. Here the text is one
 * line that loads the module: an edit is seen by the next `pulumi up`, state holds no logic, and the program does not pay
 * for `pulumi.dynamic.Resource`'s serialiser (0.2 s per run, 2 KB per resource). jiti compiles a changed file once and keeps
 * the result in `node_modules/.cache`.
 *
 * It extends CustomResource and not `pulumi.dynamic.Resource`, because that one takes functions only. Both register the
 * same thing: a type of package `pulumi-nodejs` and the text in the property `__provider`.
 */
export abstract class DynamicResource extends pulumi.CustomResource {
    /**
     * @param modulePath the module, relative to the project's folder and without extension: `components/rolling/gateProvider`.
     *   It exports the functions of {@link ProviderModule} and imports nothing of Pulumi's.
     * @param type the last part of the type token: `Connector` becomes `pulumi-nodejs:dynamic/cdc:Connector`.
     * @param props the inputs; an output must be there as `undefined` to exist on the class.
     */
    constructor(
        modulePath: string,
        type: string,
        name: string,
        props: pulumi.Inputs,
        opts?: pulumi.CustomResourceOptions,
    ) {
        super(`pulumi-nodejs:dynamic/cdc:${type}`, name, { ...props, __provider: providerText(modulePath) }, opts);
    }
}

/** The text that the dynamic provider's process evaluates, in the project's folder, once per run. */
export function providerText(modulePath: string): string {
    // jiti's own choice of a cache, while the folder is missing, would be one in /tmp, shared by all users
    return [
        `const folder = process.cwd() + "/";`,
        `const cache = { fsCache: folder + "node_modules/.cache/jiti" };`,
        `const load = require(folder + "node_modules/jiti").createJiti(folder, cache);`,
        `exports.handler = () => load(folder + ${JSON.stringify(modulePath)});`,
    ].join("\n");
}
