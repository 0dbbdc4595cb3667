import * as pulumi from "@pulumi/pulumi";
import { type ArgsOf, DynamicResource } from "../dynamicResource";
import type { GateInputs } from "./gateProvider";

/** Arguments of {@link Gate}. */
export type GateArgs = ArgsOf<
    Omit<GateInputs, "expected">,
    /** Of workers only: `runningTasks` and `roll` come from {@link RollStart}. */
    "containerId" | "runningTasks" | "roll" | "secrets" | "credentials"
>;

/**
 * Stands after a member. On the first `up` it does not wait, so that members start in parallel. After a replaced container
 * it waits until the member has rejoined its cluster, but not for members that do not run yet. The next member depends on
 * it, so members roll one by one.
 */
export class Gate extends DynamicResource {
    constructor(name: string, args: GateArgs, opts?: pulumi.CustomResourceOptions) {
        super("Gate", name, { ...args, expected: args.targets.length }, opts);
    }
}
