/*
 * The resource that owns a connector, as far as this user's machine knows. Connect stores only the config of a connector, where
 * a mark would be an undeclared setting; and a Pulumi provider learns nothing about other stacks or about a killed creation. So
 * a file for each connector records which resource created it or took it over last.
 */
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { stateFolder } from "../stateFolder";

/** A connector and its cluster. */
export interface OwnedConnector {
    name: string;
    cluster: string;
    restUrls: string[];
    kafkaClusterId?: string;
}

/** The resource that owns a connector. */
export interface Owner {
    /** `<project>/<stack>`. */
    stack: string;
    /** Id of the creation or take-over, also kept in the state: two resources of one connector have different ids. */
    claim: string;
    /** False during the creation or take-over: a state without the connector does not own it. */
    isHeld: boolean;
    /** True: an operation failed, and the tasks may run with an old config or secret. */
    restartDue?: boolean;
}

/** The resource that created the connector or took it over last; undefined when this user has no file about it. */
export function ownerOf(connector: OwnedConnector): Owner | undefined {
    try {
        const known = JSON.parse(readFileSync(fileOf(connector), "utf8")) as Owner & OwnedConnector;
        return isSameCluster(connector, known) ? known : undefined;
    } catch {
        return undefined;
    }
}

/** Records the owner of a connector. A folder that cannot be written is not an error: `adopt` is then necessary. */
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
        // See above
    }
}

/** Records whether a restart of the tasks is due, for a resource of another name that takes the connector over. */
export function keepRestartDue(connector: OwnedConnector, claim: string, restartDue: boolean): void {
    const owner = ownerOf(connector);
    if (owner?.claim === claim && (owner.restartDue ?? false) !== restartDue) {
        keepOwner(connector, { ...owner, restartDue });
    }
}

/** Deletes the record of a deleted connector, unless another resource owns it by now. */
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

/** One Kafka cluster may have several Connect clusters; two programs may give one of them different names. */
function isSameCluster(one: OwnedConnector, other: OwnedConnector): boolean {
    return one.cluster === other.cluster || one.restUrls.some((restUrl) => other.restUrls.includes(restUrl));
}
