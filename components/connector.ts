import * as pulumi from "@pulumi/pulumi";
import { DynamicResource } from "./dynamicProvider";

/** Arguments of {@link Connector}. */
export interface ConnectorArgs {
    /** Name of the connector. With `cluster` it is its identity: another one replaces the connector. */
    name: pulumi.Input<string>;
    /** Name of the Connect cluster: its group id, or any name for a cluster that is not this stack's. */
    cluster: pulumi.Input<string>;
    /** URLs of the workers' REST APIs. Any worker may answer; they may change freely. */
    restUrls: pulumi.Input<pulumi.Input<string>[]>;
    /** Java class of the connector. Every worker must have it. */
    class: pulumi.Input<string>;
    /** `tasks.max`. Default 1. */
    tasksMax?: pulumi.Input<number>;
    /** Tasks that must run before the connector counts as running. Default 1. */
    minTasks?: pulumi.Input<number>;
    /**
     * Settings of the connector, without `name`, `connector.class` and `tasks.max`. Passwords stand in it as references to
     * a config provider of the workers: `${directory:/folder:name}`.
     */
    config: pulumi.Input<Record<string, pulumi.Input<string | number | boolean>>>;
    /**
     * Values of the secrets that the config refers to, by the name that the references end with. Connect is not told: they
     * are taken out of every message, and a changed one restarts the connector's tasks.
     */
    secrets?: pulumi.Input<Record<string, pulumi.Input<string>>>;
    /** State that the connector is to be in. `stopped` needs Connect 3.5. Default `running`. */
    state?: pulumi.Input<"running" | "paused" | "stopped">;
    /** True: take over a connector of that name that exists already and differs, and write this config over its own. Default false. */
    adopt?: pulumi.Input<boolean>;
    /** Time limit of create, update and delete, s. Default 300. */
    timeoutSeconds?: pulumi.Input<number>;
}

/**
 * A connector of any Connect cluster from 2.8 on. Create and update end when the connector and its tasks are in their state,
 * stably. A task that stays FAILED fails them with the cause of its trace; the connector stays in the stack's state, and the
 * next `up` goes on. An existing connector that is equal is taken over without a write.
 */
export class Connector extends DynamicResource {
    /** State that was seen: `running`, `paused`, `stopped`, or `failed` when the connector or a task has FAILED. */
    declare public readonly state: pulumi.Output<string>;
    /** Tasks with their states. */
    declare public readonly tasks: pulumi.Output<{ id: number; state: string }[]>;
    /** `source` or `sink`. */
    declare public readonly type: pulumi.Output<string>;
    /** Version of the connector's plugin. */
    declare public readonly version: pulumi.Output<string>;

    constructor(name: string, args: ConnectorArgs, opts?: pulumi.CustomResourceOptions) {
        const secrets = pulumi.secret(args.secrets ?? {});
        const outputs = { tasks: undefined, type: undefined, version: undefined, serverKeys: undefined };
        super(
            "connectApi/connectorProvider",
            "Connector",
            name,
            { state: "running", ...args, secrets, ...outputs },
            pulumi.mergeOptions({ additionalSecretOutputs: ["secrets"] }, opts),
        );
    }
}
