import * as pulumi from "@pulumi/pulumi";
import { DynamicResource } from "./dynamicResource";

/** What {@link SlotCleanup} drops. */
export interface SlotCleanupArgs {
    /** `postgresql://user:password@host:port/database`, reachable from where Pulumi runs. Kept as a secret. */
    url: pulumi.Input<string>;
    /** Replication slot to drop. */
    slot?: pulumi.Input<string>;
    /** Publication to drop. */
    publication?: pulumi.Input<string>;
    /** How long the slot may still be read when it is to be dropped, s: workers that are being stopped read it. */
    freeSeconds: pulumi.Input<number>;
}

/**
 * Makes nothing. When it is deleted, a source's replication slot, once nobody reads it, and publication are dropped. It is
 * a resource of its own, and no part of a connector's deletion, because a connector that goes with its whole Connect
 * cluster is not deleted by anybody, while the slot in somebody else's database would fill that database's disk.
 *
 * Every source that could have one has one, and an empty one drops nothing: to take the policy away is then an update. As a
 * deletion it would be the very drop that is no longer asked for.
 */
export class SlotCleanup extends DynamicResource {
    /** @param args undefined: nothing is dropped. */
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
