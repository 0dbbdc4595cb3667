import * as pulumi from "@pulumi/pulumi";
import { type ArgsOf, DynamicResource } from "../dynamicResource";
import type { AuthorityInputs } from "./authorityProvider";

/** Arguments of {@link Authority}. */
export type AuthorityArgs = ArgsOf<AuthorityInputs, "given">;

/** An authority that signs certificates: of the user, or one that the stack makes for ten years. */
export class Authority extends DynamicResource {
    /** PEM: its certificate; of an intermediate one, followed by those of the authorities above it. */
    declare public readonly cert: pulumi.Output<string>;
    /** PEM: its private key. Secret. */
    declare public readonly key: pulumi.Output<string>;

    constructor(name: string, args: AuthorityArgs, opts?: pulumi.CustomResourceOptions) {
        super(
            "Authority",
            name,
            { ...args, cert: undefined, key: undefined },
            pulumi.mergeOptions({ additionalSecretOutputs: ["key", "given"] }, opts),
        );
    }
}
