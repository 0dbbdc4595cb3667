import * as pulumi from "@pulumi/pulumi";

/**
 * Provider module of each type of dynamic resource, relative to the project's folder and without extension. A module
 * exports the functions of {@link ProviderModule} and imports nothing of Pulumi's.
 */
export const PROVIDERS = {
    Authority: "components/certificates/authorityProvider",
    Certificate: "components/certificates/certificateProvider",
    Gate: "components/rolling/gateProvider",
    GeneratedSecret: "components/generatedSecretProvider",
    KafkaAccess: "components/kafkaAccessProvider",
    Readiness: "components/rolling/readinessProvider",
    RollStart: "components/rolling/rollStartProvider",
    ZookeeperAcl: "components/zookeeperAclProvider",
} as const;

/**
 * What a provider module exports: each function has the meaning and the signature of the method of the same name of
 * {@link pulumi.dynamic.ResourceProvider}. Without `check` inputs pass as they are, without `diff` the engine compares
 * inputs, without `read` a refresh keeps the known state, without `delete` the resource is forgotten. A module that has
 * outputs besides its inputs needs `update`.
 */
export type ProviderModule = Omit<pulumi.dynamic.ResourceProvider, "configure">;

/** Inputs of a provider as arguments of its resource. Those of `Keys`, or their values by name, may be outputs. */
export type ArgsOf<Inputs, Keys extends keyof Inputs> = Omit<Inputs, Keys> & {
    [Key in keyof Pick<Inputs, Keys>]: Inputs[Key] extends Record<string, string>
        ? Record<string, pulumi.Input<string>>
        : pulumi.Input<Inputs[Key]>;
};

/**
 * A dynamic resource whose provider is the current code of a TypeScript module of this checkout.
 *
 * Pulumi keeps a dynamic provider as program text in its state, and refresh and destroy run that text. Here the text is one
 * line that loads the module: the next `pulumi up` uses a changed module, state holds no logic, and the program does not pay
 * for `pulumi.dynamic.Resource`'s serialiser (0.2 s per run, 2 KB per resource). jiti compiles a changed file once and keeps
 * the result in `node_modules/.cache`.
 *
 * It extends CustomResource and not `pulumi.dynamic.Resource`, because that one takes functions only. Both register the
 * same thing: a type of package `pulumi-nodejs` and the text in the property `__provider`.
 */
export abstract class DynamicResource extends pulumi.CustomResource {
    /**
     * @param type the last part of the type token: `Gate` becomes `pulumi-nodejs:dynamic/cdc:Gate`.
     * @param props the inputs; an output must be present as `undefined` to exist on the class.
     */
    constructor(type: keyof typeof PROVIDERS, name: string, props: pulumi.Inputs, opts?: pulumi.CustomResourceOptions) {
        const inputs = { ...props, __provider: providerText(PROVIDERS[type]) };
        super(`pulumi-nodejs:dynamic/cdc:${type}`, name, inputs, opts);
    }
}

/** The text that the dynamic provider's process evaluates, in the project's folder, once per run. */
function providerText(modulePath: string): string {
    // While the folder does not exist, jiti's default is a cache in /tmp, which all users share
    return [
        `const folder = process.cwd() + "/";`,
        `const cache = { fsCache: folder + "node_modules/.cache/jiti" };`,
        `const load = require(folder + "node_modules/jiti").createJiti(folder, cache);`,
        `exports.handler = () => load(folder + ${JSON.stringify(modulePath)});`,
    ].join("\n");
}
