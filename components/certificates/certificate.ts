import * as pulumi from "@pulumi/pulumi";
import { type ArgsOf, DynamicResource } from "../dynamicResource";
import type { CertificateInputs } from "./certificateProvider";

/** Arguments of {@link Certificate}. */
export type CertificateArgs = ArgsOf<CertificateInputs, "authorityCert" | "authorityKey" | "ca">;

/** A certificate for servers and clients, which an `up` in the last third of its life renews. */
export class Certificate extends DynamicResource {
    /** PEM: the certificate, followed by those of intermediate authorities. */
    declare public readonly cert: pulumi.Output<string>;
    /** PEM (PKCS8): its private key. Secret. */
    declare public readonly key: pulumi.Output<string>;
    /** PEM: all trusted authorities. */
    declare public readonly ca: pulumi.Output<string>;
    /** PKCS12 of all three in base64, with the password `STORE_PASSWORD`. Secret. */
    declare public readonly store: pulumi.Output<string>;
    /** When the certificate ends, ISO 8601. */
    declare public readonly notAfter: pulumi.Output<string>;

    constructor(name: string, args: CertificateArgs, opts?: pulumi.CustomResourceOptions) {
        super(
            "Certificate",
            name,
            { ...args, cert: undefined, key: undefined, store: undefined, notAfter: undefined },
            pulumi.mergeOptions({ additionalSecretOutputs: ["key", "store", "authorityKey"] }, opts),
        );
    }
}
