import * as pulumi from "@pulumi/pulumi";
import type { TlsAuth } from "./client/auth";
import type { OnNewKafkaCluster } from "./position/kafkaIdentity";
import type { OnDelete } from "./inputs/checkOnDelete";
import type { Adopt } from "./provider/ownership";
import type { OnPositionLoss } from "./position/positionLoss";
import type { OnSilentCluster } from "./position/sameCluster";
import { DynamicResource } from "./dynamicResource";
import type { AnyConnector, ConnectorType } from "./typed/settings";

/**
 * Arguments of {@link Connector}.
 *
 * @typeParam Type a class with its settings, as the command `connector-types` writes it. Default: any class.
 */
export interface ConnectorArgs<Type extends ConnectorType = AnyConnector> {
    /** Name of the connector. With `cluster` it is its identity: another one replaces the connector, unless `renamedFrom` is given. */
    name: pulumi.Input<string>;
    /** Name of the Connect cluster: its group id, or any name that you keep. */
    cluster: pulumi.Input<string>;
    /** URLs of the workers' REST APIs. Any worker may answer; they may change freely. */
    restUrls: pulumi.Input<pulumi.Input<string>[]>;
    /** Java class of the connector. Every worker must have it. */
    class: pulumi.Input<Type["class"]>;
    /** `tasks.max`. Default 1. */
    tasksMax?: pulumi.Input<number>;
    /**
     * Tasks that must run before the connector counts as running; at most `tasksMax`. Default 1; 0 for the sources of MirrorMaker
     * and for JDBC sources, which run without a task while there is nothing to copy. With 0, a connector that has no task counts as
     * running after 5 s.
     */
    minTasks?: pulumi.Input<number>;
    /**
     * Settings of the connector, without `name`, `connector.class` and `tasks.max`. Passwords stand in it as references to
     * a config provider of the workers: `${directory:/folder:name}`; where they have none, in `sensitiveConfig`.
     */
    config: pulumi.Input<Type["config"]>;
    /**
     * More settings, whose values are secrets: for workers that have no config provider. They are sent with `config`, kept as
     * secrets in the state, taken out of every message, and written when they change here: what the server shows of them is
     * not compared. Whoever reaches the REST API or the config topic reads them, unless the service hides them. Default: none.
     */
    sensitiveConfig?: pulumi.Input<Partial<Type["config"]>>;
    /**
     * Values of the secrets that the config refers to, by the name that the references end with. Connect is not told: they
     * are taken out of every message, and a changed one restarts the connector's tasks.
     */
    secrets?: pulumi.Input<Record<string, pulumi.Input<string>>>;
    /** State that the connector is to be in. `stopped` needs Connect 3.5. Default `running`. */
    state?: pulumi.Input<"running" | "paused" | "stopped">;
    /**
     * What is to happen when a connector of that name exists already. `"equal"`: one with this config is taken over without
     * a write of it, a different one is an error. True: a different one is taken over, too, and gets this config. False: an
     * error either way, unless an `up` of this stack that did not end well made it. Default false.
     *
     * The resource option `import`, with the connector's name, is `"equal"` for a connector that must exist, in this state.
     */
    adopt?: pulumi.Input<boolean | "equal">;
    /**
     * False: preview asks no worker what it finds in the config, such as when the same run brings workers of another
     * version. Default true.
     */
    checkLive?: pulumi.Input<boolean>;
    /**
     * Credentials for the workers' REST APIs: user and password (HTTP Basic), a token, own headers, a client certificate for
     * `https://`, or several of them.
     * Kept as a secret. A changed one is an update that writes nothing to the cluster. Default: none.
     */
    auth?: pulumi.Input<ConnectorAuthArgs>;
    /**
     * What becomes of its position, and of its slot and publication, when it is deleted. Its last offsets are kept in a file
     * either way, from Connect 3.5 on. Kept as a secret: the database's URL has a password. Default: offsets stay, nothing
     * is dropped.
     */
    onDelete?: pulumi.Input<{
        offsets?: pulumi.Input<OnDelete["offsets"]>;
        database?: pulumi.Input<{
            url: pulumi.Input<string>;
            slot?: pulumi.Input<"drop" | undefined>;
            publication?: pulumi.Input<"drop" | undefined>;
        }>;
    }>;
    /**
     * What is to happen when a change would make it lose its position: another name, cluster or class, Debezium's
     * `topic.prefix`, `slot.name` and `database.dbname`; or when a new source would begin anew on a slot that is there
     * already, as far as `onDelete.database` lets that be seen. `refuse` is an error. Default `refuse`.
     */
    onPositionLoss?: pulumi.Input<OnPositionLoss>;
    /**
     * What is to happen when the workers belong to another Kafka cluster than the one that it was made on. `refuse` is an
     * error; `recreate` counts it as gone, and `up` makes it there. Default `refuse`.
     */
    onNewKafkaCluster?: pulumi.Input<OnNewKafkaCluster>;
    /**
     * What is to happen when all `restUrls` are other ones, the connector is not found there, and no worker of the old ones
     * answers: the old Connect cluster may run it still. `refuse` is an error; `recreate` makes it at the new ones. Where the
     * old cluster answers and has the connector, it is an error in any case. Default `refuse`.
     */
    onSilentCluster?: pulumi.Input<OnSilentCluster>;
    /**
     * Keys of `config` that its position hangs on besides those that are known of its class, such as those of a source of
     * your own. A change of one is what `onPositionLoss` is for. Default: none.
     */
    positionKeys?: pulumi.Input<pulumi.Input<string>[]>;
    /**
     * The name that the connector had before. `up` makes it go on under `name` from the old one's offsets or consumer group,
     * on the same replication slot, and deletes the old one; an interrupted `up` is gone on with by the next one. Needs
     * Connect 3.7 (KIP-875, KIP-980). May stay when it is done. Default: none.
     */
    renamedFrom?: pulumi.Input<string>;
    /** Time limit of create, update and delete, s. Default 300. */
    timeoutSeconds?: pulumi.Input<number>;
}

/** Credentials for the workers' REST APIs. All ways may be given at once, except for `basic` beside `bearer`. */
export interface ConnectorAuthArgs {
    /** User and password, sent with every request (HTTP Basic). */
    basic?: pulumi.Input<{ username: pulumi.Input<string>; password: pulumi.Input<string> }>;
    /** Token, sent with every request: `Authorization: Bearer <token>` (RFC 6750). */
    bearer?: pulumi.Input<string>;
    /** Headers of every request, such as `X-Api-Key`, by name. */
    headers?: pulumi.Input<Record<string, pulumi.Input<string>>>;
    /** How `https://` workers are trusted, and what they trust: PEM texts, or a PKCS12 file in base64. */
    tls?: pulumi.Input<{ [K in keyof TlsAuth]: pulumi.Input<TlsAuth[K]> }>;
}

/**
 * A connector of any Connect cluster from 2.8 on. Create and update end when the connector and its tasks are in their state,
 * stably. A task that stays FAILED fails them with the cause of its trace; the connector stays in the stack's state, and the
 * next `up` goes on. An existing connector is taken over as {@link ConnectorArgs.adopt} says.
 */
export class Connector<Type extends ConnectorType = AnyConnector> extends DynamicResource {
    /** State that was seen: `running`, `paused`, `stopped`, or `failed` when the connector or a task has FAILED. */
    declare public readonly state: pulumi.Output<string>;
    /** Tasks with their states. */
    declare public readonly tasks: pulumi.Output<{ id: number; state: string }[]>;
    /** `source` or `sink`. */
    declare public readonly type: pulumi.Output<string>;
    /** Version of the connector's plugin. */
    declare public readonly version: pulumi.Output<string>;
    /**
     * Topics that a sink declares by `topics`, and those that the connector had used when it was last created or updated, as
     * Connect tracks them (`topic.tracking.enable`). A new source has used none yet.
     */
    declare public readonly topics: pulumi.Output<string[]>;
    /** Id of the Kafka cluster that it is on: a part of its identity. */
    declare public readonly kafkaClusterId: pulumi.Output<string>;

    constructor(
        name: string,
        args: ConnectorArgs<Type>,
        { import: imported, ...opts }: pulumi.CustomResourceOptions = {},
    ) {
        if (opts.customTimeouts) {
            // The engine leaves them to providers, and Pulumi's process for dynamic ones does not pass them on
            throw new Error(`resource "${name}": customTimeouts has no effect on a Connector; set timeoutSeconds`);
        }
        claim(name, args);
        // The engine's own import asks a dynamic provider without its text, which nothing can answer
        const adopt = imported === undefined ? args.adopt : importing(name, imported, args);
        const stack = `${pulumi.getProject()}/${pulumi.getStack()}`;
        const onDelete = args.onDelete && pulumi.secret(args.onDelete);
        const secrets = pulumi.secret(args.secrets ?? {});
        const sensitiveConfig = args.sensitiveConfig && pulumi.secret(args.sensitiveConfig);
        const auth = args.auth && pulumi.secret(args.auth);
        const outputs = {
            tasks: undefined,
            type: undefined,
            version: undefined,
            topics: undefined,
            serverKeys: undefined,
            kafkaClusterId: undefined,
        };
        super(
            "connector",
            "Connector",
            name,
            { state: "running", ...args, adopt, stack, onDelete, secrets, sensitiveConfig, auth, ...outputs },
            // Where the engine decides on a replacement by itself (--replace, taint), it does not ask the provider for the order
            pulumi.mergeOptions(
                {
                    deleteBeforeReplace: true,
                    additionalSecretOutputs: ["onDelete", "secrets", "sensitiveConfig", "auth", "written"],
                },
                opts,
            ),
        );
    }
}

/**
 * What the option `import` makes of `adopt`.
 *
 * @throws Error when the option names another connector than the arguments.
 */
function importing(
    resource: string,
    id: pulumi.Input<string>,
    { name, cluster }: Pick<ConnectorArgs, "name" | "cluster">,
): pulumi.Input<Adopt> {
    const adopt = ([id, name, cluster]: string[]): Adopt => {
        if (id !== name && id !== `${cluster}/${name}`) {
            throw new Error(
                `resource "${resource}": the option import is "${id}"; it must be the connector's name, "${name}"`,
            );
        }
        return "import";
    };
    const given = [id, name, cluster];
    return given.every((value) => typeof value === "string") ? adopt(given) : pulumi.all(given).apply(adopt);
}

/** Of each run of a program, which one process may have several of: resources by cluster and name of their connector. */
const claims = new WeakMap<object, { names: Map<string, string>; oldNames: Map<string, string> }>();

/** @throws Error when another resource of this run has the same connector, or takes its position away. */
function claim(
    resource: string,
    { name, cluster, renamedFrom }: Pick<ConnectorArgs, "name" | "cluster" | "renamedFrom">,
): void {
    const run = pulumi.runtime.getMonitor()!;
    const { names, oldNames } = claims.get(run) ?? { names: new Map<string, string>(), oldNames: new Map() };
    claims.set(run, { names, oldNames });
    const add = ([name, cluster, oldName]: (string | undefined)[]) => {
        const [id, oldId] = [name, oldName].map((one) => JSON.stringify([cluster, one]));
        const other = names.get(id!);
        if (other !== undefined) {
            throw new Error(
                `resources "${other}" and "${resource}" are the same connector: name "${name}" of cluster "${cluster}". ` +
                    "Remove one of them, or give it another name or cluster",
            );
        }
        names.set(id!, resource);
        if (oldName !== undefined) {
            oldNames.set(oldId!, resource);
        }
        for (const one of [id!, oldId!]) {
            const [has, takes] = [names.get(one), oldNames.get(one)];
            if (has !== undefined && takes !== undefined) {
                throw new Error(
                    `resource "${has}" is the connector that renamedFrom of resource "${takes}" would delete, of cluster ` +
                        `"${cluster}". Remove renamedFrom when the rename is done, or remove resource "${has}"`,
                );
            }
        }
    };
    if ([name, cluster, renamedFrom ?? ""].every((value) => typeof value === "string")) {
        add([name, cluster, renamedFrom] as (string | undefined)[]);
    } else {
        pulumi.all([name, cluster, renamedFrom]).apply(add);
    }
}
