import * as pulumi from "@pulumi/pulumi";
import { type ArgsOf, DynamicResource } from "./dynamicResource";
import type { KafkaAccessInputs } from "./kafkaAccessProvider";

/** Arguments of {@link KafkaAccess}. */
export type KafkaAccessArgs = ArgsOf<KafkaAccessInputs, "targets" | "loginTargets" | "credentials" | "passwords">;

/**
 * Users, rules and quotas of a Kafka cluster: `up` makes what is missing, and removes what is not declared of principals that
 * are. A refresh reads them from the cluster, so that what others changed is seen, and mended by the next `up`. Users and
 * rules of principals that are not declared stay.
 */
export class KafkaAccess extends DynamicResource {
    constructor(name: string, args: KafkaAccessArgs, opts?: pulumi.CustomResourceOptions) {
        const secret = ["credentials", "passwords"];
        const props = {
            ...args,
            passwords: pulumi.secret(args.passwords),
            ...(args.credentials === undefined ? {} : { credentials: pulumi.secret(args.credentials) }),
        };
        super("KafkaAccess", name, props, pulumi.mergeOptions({ additionalSecretOutputs: secret }, opts));
    }
}
