import * as pulumi from "@pulumi/pulumi";
import { DynamicResource } from "../dynamicResource";

/** What kind of server a probe speaks to. */
export type MemberKind = "zookeeper" | "kafka" | "connect" | "postgres" | "artemis";

/** Arguments of {@link Readiness}. */
export interface ReadinessArgs {
    kind: MemberKind;
    /** Addresses of all members as this machine reaches them: `host:port`, or a URL for Connect. */
    targets: string[];
    /** Container ids by member name; when one changes, the whole is waited for again. */
    members: Record<string, pulumi.Input<string>>;
    /** Time limit, s. */
    timeoutSeconds: number;
    /** Of workers: connectors that this update leaves as they are. Of these it restarts what has FAILED. Default: all. */
    keptConnectors?: string[];
}

/** Waits until a whole cluster is well. What needs the cluster depends on this resource. */
export class Readiness extends DynamicResource {
    constructor(name: string, args: ReadinessArgs, opts?: pulumi.CustomResourceOptions) {
        super(
            "components/rolling/readinessProvider",
            "Readiness",
            name,
            { ...args, expected: args.targets.length },
            opts,
        );
    }
}

/** Arguments of {@link Gate}. */
export interface GateArgs {
    kind: MemberKind;
    /** Name of the member, such as `kafka-0`. */
    member: string;
    containerId: pulumi.Input<string>;
    /** Docker name and engine of every member's container, in the order of `targets`. */
    containers: { container: string; endpoint: string; certPath?: string }[];
    /** Addresses of all members of the role, this one's at `index`. */
    targets: string[];
    index: number;
    /** Tasks that must run again, as `connector/task`: what {@link RollStart} recorded. Default: all that have not FAILED. */
    runningTasks?: pulumi.Input<string[]>;
    /** Digest of the roll that these ran before: the input of {@link RollStart}. */
    roll?: pulumi.Input<string>;
    /** Of a worker: connectors that this update leaves as they are, whose tasks may not fail. Default: all. */
    keptConnectors?: string[];
    /** Of a worker: values that no message may hold. */
    secrets?: pulumi.Input<string[]>;
    /** Time limit, s. */
    timeoutSeconds: number;
}

/**
 * Stands after a member: on the first `up` it does not wait, so that members start in parallel; after a replaced
 * container it waits until the member has rejoined, but not for members that do not run yet. The next member depends on it, so
 * members roll one by one.
 */
export class Gate extends DynamicResource {
    constructor(name: string, args: GateArgs, opts?: pulumi.CustomResourceOptions) {
        super("components/rolling/gateProvider", "Gate", name, { ...args, expected: args.targets.length }, opts);
    }
}

/** Arguments of {@link RollStart}. */
export interface RollStartArgs {
    /** REST URLs of the workers. */
    targets: string[];
    /** Digest of all members' inputs: a change of it begins a roll. */
    digest: pulumi.Input<string>;
}

/** Stands before the workers: when a roll begins, it records which tasks run, before any worker is replaced. */
export class RollStart extends DynamicResource {
    declare public readonly runningTasks: pulumi.Output<string[]>;

    constructor(name: string, args: RollStartArgs, opts?: pulumi.CustomResourceOptions) {
        super("components/rolling/rollStartProvider", "RollStart", name, { ...args, runningTasks: undefined }, opts);
    }
}
