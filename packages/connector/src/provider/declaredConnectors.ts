/*
 * What the running program declares. The engine runs all dynamic resources of one `up` in one process, and checks each
 * declared one there before it creates, updates or replaces it; what has left the program is deleted last. So a deletion
 * can see that another resource has its connector, or its slot, now. `pulumi destroy` checks nothing.
 */
import type { ConnectorInfo } from "../client/types";
import type { ConnectorInputs } from "../inputs/connectorInputs";
import { fullConfig } from "../lifecycle/fullConfig";
import type { OnDelete } from "../inputs/checkOnDelete";
import { isSameClass, isShared, sourceClass } from "../position/sourceClasses";
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

/** @param olds inputs of before; of a new resource, and of one that is being replaced, undefined or empty. */
export function declareConnector(olds: Partial<Identity> | undefined, connector: Declared): void {
    const isHeld = olds?.name === connector.name && olds.cluster === connector.cluster;
    declared.set(connectorId(connector), { connector, isHeld });
}

/** Called when a connector was created: its resource has it from now on. */
export function holdConnector(connector: Declared): void {
    declared.set(connectorId(connector), { connector, isHeld: true });
}

/** True when a declared resource has this connector already, and is not one that is yet to create it. */
export function isHeld(connector: Identity): boolean {
    return declaredAs(connector)?.isHeld ?? false;
}

/** The declared connector, if there is one, that goes on from this one under another name. */
export function successorOf({ name, cluster }: Identity): string | undefined {
    return allDeclared().find((other) => other.cluster === cluster && other.renamedFrom === name)?.name;
}

/**
 * The policy of a connector that is deleted, without what a declared one goes on with, under whatever name: offsets, slot
 * and publication.
 *
 * @param say takes a line about what stays.
 */
export function unclaimed(doomed: Declared & { onDelete?: OnDelete }, say: (line: string) => void): OnDelete {
    const { offsets, database } = doomed.onDelete ?? {};
    const ours = postgresSource(doomed.config);
    const keepClaimed = (kind: keyof typeof ours, policy: "drop" | undefined) => {
        const other =
            policy && sourcesOfSameServer(doomed).find(({ config }) => postgresSource(config)[kind] === ours[kind]);
        if (other) say(`${kind} "${ours[kind]}" stays: connector "${other.name}" of this program has it`);

        return other ? undefined : policy;
    };
    const isContinued = declaredAs(doomed) !== undefined || allDeclared().some((other) => isSameSource(doomed, other));
    return {
        offsets: isContinued ? "retain" : offsets,
        database: database && {
            url: database.url,
            slot: keepClaimed("slot", database.slot),
            publication: keepClaimed("publication", database.publication),
        },
    };
}

/** Runs operations on one connector one after the other: a creation must not take over what is just being deleted. */
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

/** The same connector, also where only the name that the program gives its cluster is another one. */
function declaredAs({ name, cluster, restUrls }: Identity) {
    return [...declared.values()].find(
        ({ connector }) =>
            connector.name === name && (connector.cluster === cluster || shareWorker(connector.restUrls, restUrls)),
    );
}

function shareWorker(some: string[], others: string[]): boolean {
    return some.some((restUrl) => others.includes(restUrl));
}

function sourcesOfSameServer({ config }: Declared): Declared[] {
    return allDeclared().filter(
        (other) =>
            isPostgresSource(other.class) &&
            ["database.hostname", "database.port"].every((key) => other.config[key] === config[key]),
    );
}

/** True for two names of one source: it reads the same, and writes the same topics. */
function isSameSource(a: Declared, b: Declared): boolean {
    const shared = isSameClass(a.class, b.class) ? (sourceClass(a.class)?.shared ?? []) : [];
    return shared.length > 0 && shared.every((keys) => isShared(a.config, b.config, keys));
}

function allDeclared(): Declared[] {
    return [...declared.values()].map(({ connector }) => connector);
}
