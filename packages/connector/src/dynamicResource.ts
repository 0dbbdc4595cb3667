import * as pulumi from "@pulumi/pulumi";

/**
 * A dynamic resource whose provider is a module of this package.
 *
 * Pulumi keeps a dynamic provider as program text in its state, and refresh and destroy run that text. Here the text is one
 * line that loads the module by the package's name. So the installed version is used, the state contains no logic, and the
 * program does not run the serialiser of `pulumi.dynamic.Resource` (0.2 s per run, 2 KB per resource).
 *
 * It extends CustomResource and not `pulumi.dynamic.Resource`, which accepts functions only. Both register the same: a type of
 * package `pulumi-nodejs` and the text in the property `__provider`.
 */
export abstract class DynamicResource extends pulumi.CustomResource {
    /**
     * @param provider module that exports the functions of a `pulumi.dynamic.ResourceProvider`: `connector` is
     *   `connectorProvider`.
     * @param type the last part of the type token: `Connector` becomes `pulumi-nodejs:dynamic/cdc:Connector`.
     * @param props the inputs, and each output of the class as `undefined`.
     */
    constructor(
        provider: string,
        type: string,
        name: string,
        props: pulumi.Inputs,
        opts?: pulumi.CustomResourceOptions,
    ) {
        super(`pulumi-nodejs:dynamic/cdc:${type}`, name, { ...props, __provider: providerText(provider) }, opts);
    }
}

/**
 * The text that Pulumi's process for dynamic providers evaluates, once per run.
 *
 * The working folder of that process is the folder of `main` in Pulumi.yaml, or, for an inline program of the Automation API, the
 * working folder of the program's process. The text finds the package from there: in `node_modules` of that folder or a parent,
 * or through NODE_PATH.
 */
export function providerText(provider: string): string {
    return `exports.handler = () => require(${JSON.stringify(`@connect-cdc/connector/provider/${provider}`)});`;
}
