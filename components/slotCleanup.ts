import * as pulumi from "@pulumi/pulumi";
import { DynamicResource } from "./dynamicProvider";

/** Arguments of {@link SlotCleanup}. */
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
 */
export class SlotCleanup extends DynamicResource {
    constructor(name: string, args: SlotCleanupArgs, opts?: pulumi.CustomResourceOptions) {
        super(
            "connectApi/slotCleanupProvider",
            "SlotCleanup",
            name,
            { ...args, url: pulumi.secret(args.url) },
            pulumi.mergeOptions({ additionalSecretOutputs: ["url"] }, opts),
        );
    }
}
