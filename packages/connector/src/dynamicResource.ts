import * as pulumi from "@pulumi/pulumi";

/**
 * A dynamic resource whose provider is a module of this package.
 *
 * Pulumi keeps a dynamic provider as program text in its state, and refresh and destroy run that text. Here the text is one
 * line that loads the module by the package's name: the installed version is used, state holds no logic, and the program
 * does not pay for the serialiser of `pulumi.dynamic.Resource` (0.2 s per run, 2 KB per resource).
 *
 * It extends CustomResource and not `pulumi.dynamic.Resource`, because that one takes functions only. Both register the
 * same thing: a type of package `pulumi-nodejs` and the text in the property `__provider`.
 */
export abstract class DynamicResource extends pulumi.CustomResource {
    /**
     * @param provider module that exports the functions of a `pulumi.dynamic.ResourceProvider`: `connector` is
     *   `connectorProvider`.
     * @param type the last part of the type token: `Connector` becomes `pulumi-nodejs:dynamic/cdc:Connector`.
     * @param props the inputs; an output must be there as `undefined` to exist on the class.
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
 * That process runs in the folder of the program: of `main` in Pulumi.yaml, and of an inline program of the Automation API in
 * the folder which its process was started in. Its launcher finds `@pulumi/pulumi` from there, and so does this text find the
 * package: in `node_modules` there or further up, or through NODE_PATH.
 */
export function providerText(provider: string): string {
    return `exports.handler = () => require(${JSON.stringify(`@connect-cdc/connector/provider/${provider}`)});`;
}
