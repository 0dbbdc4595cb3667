import * as pulumi from "@pulumi/pulumi";
import { DynamicResource } from "./dynamicResource";

/** A random password, generated once and kept as a secret in the stack's state. */
export class GeneratedSecret extends DynamicResource {
    declare public readonly value: pulumi.Output<string>;

    constructor(name: string, opts?: pulumi.CustomResourceOptions) {
        super(
            "GeneratedSecret",
            name,
            { value: undefined },
            pulumi.mergeOptions({ additionalSecretOutputs: ["value"] }, opts),
        );
    }
}
