import * as pulumi from "@pulumi/pulumi";
import { DynamicResource } from "./dynamicResource";

/** Arguments of {@link SlotCleanup}. */
export interface SlotCleanupArgs {
    /** `postgresql://user:password@host:port/database`, reachable from where Pulumi runs. Kept as a secret. */
    url: pulumi.Input<string>;
    /**
     * PEM of the authorities that sign the database's certificate. With it the connection has TLS, and the certificate must have
     * the name of the URL's host, as with `sslmode=verify-full`. Default: no TLS, unless the URL has `sslmode`.
     */
    ca?: pulumi.Input<string>;
    /** Replication slot to drop. */
    slot?: pulumi.Input<string>;
    /** Publication to drop. */
    publication?: pulumi.Input<string>;
    /** How long the deletion waits for the end of the slot's reader, s: workers that are being stopped read it. */
    freeSeconds: pulumi.Input<number>;
}

/**
 * Drops a source's replication slot and publication when this resource is deleted. Its creation does nothing. It is a separate
 * resource because a connector that disappears with its whole Connect cluster is not deleted by itself, and its slot would fill
 * the disk of the database.
 *
 * Every source that may need one has one; without arguments it drops nothing. So removing the policy is an update, and not a
 * deletion, which would drop the slot.
 */
export class SlotCleanup extends DynamicResource {
    /** @param args Default: nothing is dropped. */
    constructor(name: string, args: SlotCleanupArgs | undefined, opts?: pulumi.CustomResourceOptions) {
        super(
            "slotCleanup",
            "SlotCleanup",
            name,
            args ? { ...args, url: pulumi.secret(args.url) } : {},
            pulumi.mergeOptions({ additionalSecretOutputs: ["url"] }, opts),
        );
    }
}
