/*
 * Which resource has a connector, as far as this user's machine knows. Connect keeps nothing of a connector but its config,
 * where a mark would be a setting that nobody declared; and Pulumi tells a provider nothing of other stacks, nor of a
 * creation that was killed. So a file for each connector says who created it or took it over last.
 */
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { stateFolder } from "../stateFolder";

/**
 * What is to happen when a connector that is to be created exists already. False: an error, unless an unfinished creation of
 * this stack made it. `equal`: one with the declared config is taken over without a write of it. `import`: the same, and one
 * that does not exist, or has another state, is an error. True: its config is overwritten where it differs.
 */
export type Adopt = boolean | "equal" | "import";

/** A connector, and the cluster that it is on. */
export interface OwnedConnector {
    name: string;
    cluster: string;
    restUrls: string[];
    kafkaClusterId?: string;
}

/** The resource that has a connector. */
export interface Owner {
    /** `<project>/<stack>`. */
    stack: string;
    /** Made at each creation and take-over, and kept in the state: two resources of one connector have different ones. */
    claim: string;
    /** False while it is being created or taken over: a state that does not know it yet has no right to it. */
    isHeld: boolean;
    /** True: an operation failed, and its tasks may run with an old config or secret. */
    restartDue?: boolean;
}

/** The resource that created a connector or took it over last; undefined when this user's files do not say. */
export function ownerOf(connector: OwnedConnector): Owner | undefined {
    try {
        const known = JSON.parse(readFileSync(fileOf(connector), "utf8")) as Owner & OwnedConnector;
        return isSameCluster(connector, known) ? known : undefined;
    } catch {
        return undefined;
    }
}

/** Keeps the owner of a connector. A folder that cannot be written to is no reason to fail: then `adopt` has to be given. */
export function keepOwner(connector: OwnedConnector, { stack, claim, isHeld, restartDue }: Owner): void {
    const { name, cluster, restUrls, kafkaClusterId } = connector;
    try {
        mkdirSync(stateFolder("connectors"), { recursive: true, mode: 0o700 });
        const text = JSON.stringify(
            { name, cluster, restUrls, kafkaClusterId, stack, claim, isHeld, restartDue },
            null,
            4,
        );
        writeFileSync(fileOf(connector), `${text}\n`, { mode: 0o600 });
    } catch {
        // see above
    }
}

/** Keeps whether the connector's tasks are to be restarted: a resource of another name that takes it over cannot know. */
export function keepRestartDue(connector: OwnedConnector, claim: string, restartDue: boolean): void {
    const owner = ownerOf(connector);
    if (owner?.claim === claim && (owner.restartDue ?? false) !== restartDue) {
        keepOwner(connector, { ...owner, restartDue });
    }
}

/** Forgets the owner of a connector that is gone, unless it is another one by now. */
export function forgetOwner(connector: OwnedConnector, claim: string | undefined): void {
    if (claim !== undefined && ownerOf(connector)?.claim === claim) rmSync(fileOf(connector), { force: true });
}

function fileOf({ name, kafkaClusterId }: Pick<OwnedConnector, "name" | "kafkaClusterId">): string {
    const id = createHash("sha256")
        .update(JSON.stringify([kafkaClusterId, name]))
        .digest("hex")
        .slice(0, 16);
    return join(stateFolder("connectors"), `${id}.json`);
}

/** One Kafka cluster may have several Connect clusters; two programs may call one of them by different names. */
function isSameCluster(one: OwnedConnector, other: OwnedConnector): boolean {
    return one.cluster === other.cluster || one.restUrls.some((restUrl) => other.restUrls.includes(restUrl));
}
