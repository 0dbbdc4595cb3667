import * as pulumi from "@pulumi/pulumi";
import { type ArgsOf, DynamicResource } from "../dynamicResource";
import type { RollStartInputs } from "./rollStartProvider";

/** Arguments of {@link RollStart}. */
export type RollStartArgs = ArgsOf<RollStartInputs, "digest" | "credentials">;

/** Stands before the workers. When a roll begins, it records which tasks run, before any worker is replaced. */
export class RollStart extends DynamicResource {
    /** Tasks that ran when the last roll began, as `connector/task`. */
    declare public readonly runningTasks: pulumi.Output<string[]>;

    constructor(name: string, args: RollStartArgs, opts?: pulumi.CustomResourceOptions) {
        super("RollStart", name, { ...args, runningTasks: undefined }, opts);
    }
}
