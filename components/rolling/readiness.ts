import * as pulumi from "@pulumi/pulumi";
import { type ArgsOf, DynamicResource } from "../dynamicResource";
import type { ReadinessInputs } from "./readinessProvider";

/** Arguments of {@link Readiness}. */
export type ReadinessArgs = ArgsOf<Omit<ReadinessInputs, "expected">, "members" | "credentials">;

/** Waits until a whole cluster is ready. Resources that need the cluster depend on this resource. */
export class Readiness extends DynamicResource {
    constructor(name: string, args: ReadinessArgs, opts?: pulumi.CustomResourceOptions) {
        super("Readiness", name, { ...args, expected: args.targets.length }, opts);
    }
}
