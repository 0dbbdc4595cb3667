/*
 * The connectors of the running program. The engine runs all dynamic resources of one `up` in one process. It checks each
 * declared resource there before it creates, updates or replaces it, and deletes removed resources last. So a deletion can see
 * that another resource has its connector or its slot now. `pulumi destroy` checks nothing.
 */
import type { ConnectorInfo } from "../client/types";
import type { ConnectorInputs } from "../inputs/connectorInputs";
import type { OnDelete } from "../inputs/onDelete";
import { fullConfig } from "../lifecycle/fullConfig";
import { haveSameServer, haveSameSlot, isSameClass, isShared, sourceClass } from "../position/sourceClasses";
import { isPostgresSource, postgresSource } from "../postgres/postgresSource";

type Identity = Pick<ConnectorInputs, "name" | "cluster" | "restUrls">;
type Declared = Identity & Pick<ConnectorInputs, "class" | "config" | "sensitiveConfig" | "tasksMax" | "renamedFrom">;

/** By cluster and name. */
const declared = new Map<string, { connector: Declared; isHeld: boolean }>();
/** The last operation on a connector. */
const operations = new Map<string, Promise<unknown>>();

export function connectorId({ cluster, name }: Pick<Identity, "cluster" | "name">): string {
    return `${cluster}/${name}`;
}

/** @param olds previous inputs; undefined or empty for a new or replaced resource. */
export function declareConnector(olds: Partial<Identity> | undefined, connector: Declared): void {
    const isHeld = olds?.name === connector.name && olds.cluster === connector.cluster;
    declared.set(connectorId(connector), { connector, isHeld });
}

/** Called when a connector was created: its resource owns it from now on. */
export function holdConnector(connector: Declared): void {
    declared.set(connectorId(connector), { connector, isHeld: true });
}

/** True when a declared resource owns this connector already, and does not have to create it yet. */
export function isHeld(connector: Identity): boolean {
    return declaredAs(connector)?.isHeld ?? false;
}

/** The declared connector that continues from this one under another name, if any. */
export function successorOf({ name, cluster }: Identity): string | undefined {
    return allDeclared().find((other) => other.cluster === cluster && other.renamedFrom === name)?.name;
}

/**
 * The deletion policy of a connector, without the offsets, slot and publication that a declared connector continues with, under
 * any name.
 *
 * @param report receives a line about what stays.
 */
export function withoutClaimed(deleted: Declared & { onDelete?: OnDelete }, report: (line: string) => void): OnDelete {
    const { offsets, database } = deleted.onDelete ?? {};
    const ours = postgresSource(deleted.config);
    const isClaimedBy = { slot: haveSameSlot, publication: haveSamePublication };
    const keepClaimed = (kind: keyof typeof ours, policy: "drop" | undefined) => {
        const other = policy && postgresSources().find(({ config }) => isClaimedBy[kind](deleted.config, config));
        if (other) {
            report(`${kind} "${ours[kind]}" is not dropped: connector "${other.name}" of this program uses it`);
        }
        return other ? undefined : policy;
    };
    const isContinued =
        declaredAs(deleted) !== undefined || allDeclared().some((other) => isSameSource(deleted, other));
    return {
        offsets: isContinued ? "retain" : offsets,
        database: database && {
            url: database.url,
            ca: database.ca,
            slot: keepClaimed("slot", database.slot),
            publication: keepClaimed("publication", database.publication),
        },
    };
}

/** Runs the operations on one connector one after the other: a creation must not take over a connector during its deletion. */
export async function inTurn<T>(
    connector: Pick<Identity, "cluster" | "name">,
    operation: () => Promise<T>,
): Promise<T> {
    const id = connectorId(connector);
    const turn = (operations.get(id) ?? Promise.resolve()).then(operation);
    operations.set(
        id,
        turn.catch(() => undefined),
    );
    return turn;
}

/** Declared connectors of a cluster, by name. */
export function declaredOn(restUrls: string[]): Record<string, { info: ConnectorInfo }> {
    const ofCluster = [...declared.values()].filter(({ connector }) => shareWorker(connector.restUrls, restUrls));
    return Object.fromEntries(
        ofCluster.map(({ connector }) => [
            connector.name,
            { info: { name: connector.name, config: fullConfig(connector) } },
        ]),
    );
}

/** The engine starts a process for each run; tests run several in one. */
export function forgetProgram(): void {
    declared.clear();
}

/** The same connector. The program may have given its cluster another name. */
function declaredAs({ name, cluster, restUrls }: Identity) {
    return [...declared.values()].find(
        ({ connector }) =>
            connector.name === name && (connector.cluster === cluster || shareWorker(connector.restUrls, restUrls)),
    );
}

function shareWorker(some: string[], others: string[]): boolean {
    return some.some((restUrl) => others.includes(restUrl));
}

function postgresSources(): Declared[] {
    return allDeclared().filter((connector) => isPostgresSource(connector.class));
}

function haveSamePublication(a: Declared["config"], b: Declared["config"]): boolean {
    return haveSameServer(a, b) && postgresSource(a).publication === postgresSource(b).publication;
}

/** True for one source under two names: both read the same database and write the same topics. */
function isSameSource(a: Declared, b: Declared): boolean {
    const shared = isSameClass(a.class, b.class) ? (sourceClass(a.class)?.shared ?? []) : [];
    return shared.length > 0 && shared.every((keys) => isShared(a.config, b.config, keys));
}

function allDeclared(): Declared[] {
    return [...declared.values()].map(({ connector }) => connector);
}
