import type { Credentials } from "@connect-cdc/connector/client";
import * as pulumi from "@pulumi/pulumi";
import { DynamicResource } from "./dynamicResource";
import type { ZookeeperAclInputs } from "./zookeeperAclProvider";

/** Arguments of {@link ZookeeperAcl}. */
export type ZookeeperAclArgs = Omit<ZookeeperAclInputs, "credentials"> & { credentials: pulumi.Output<Credentials> };

/**
 * Who may change the nodes of a ZooKeeper ensemble: brokers alone, or everybody whom ZooKeeper lets in. Brokers give new nodes the
 * right owner by themselves; this gives it to the root and to older nodes. `up` mends what others changed at the root and below it.
 */
export class ZookeeperAcl extends DynamicResource {
    constructor(name: string, args: ZookeeperAclArgs, opts?: pulumi.CustomResourceOptions) {
        super("ZookeeperAcl", name, { ...args, credentials: pulumi.secret(args.credentials) }, opts);
    }
}
