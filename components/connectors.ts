import { Connector, SlotCleanup } from "@connect-cdc/connector";
import { authOf, type Credentials } from "@connect-cdc/connector/client";
import { isPostgresSource, postgresSource } from "@connect-cdc/connector/postgres";
import * as pulumi from "@pulumi/pulumi";
import { ConnectCluster } from "./connectCluster";
import { SourceDatabase } from "./sourceDatabase";

/** Time that a slot may still be read after the workers have stopped, s. */
const SLOT_FREE_SECONDS = 30;

/** A connector to declare. */
export interface ConnectorDeclaration {
    /** Name of the resource, and of the connector unless the entry has another one. */
    name: string;
    /** What the user wrote. */
    entry: {
        /** Name on the Connect cluster. Default: the name of the resource. */
        name?: string;
        class: string;
        tasksMax: number;
        minTasks?: number;
        state: "running" | "paused" | "stopped";
        adopt?: boolean;
        timeoutSeconds?: number;
        onDelete?: { offsets?: "retain" | "reset"; database?: DatabasePolicy };
        onPositionLoss?: "refuse" | "startAnew";
        renamedFrom?: string;
        /** Used by the completion of `config` only, as the next one. */
        addDefaults?: boolean;
        format?: unknown;
        /** Used by `declareTables` only, as the next two. */
        tables?: unknown;
        tablesUrl?: unknown;
        manageTables?: unknown;
    };
    /** All settings as Connect takes them. */
    config: Record<string, string>;
    /** Names of the secrets that the config refers to. */
    secretNames: string[];
}

/** What is dropped in the database after a source is deleted. */
interface DatabasePolicy {
    /** Secret with the URL of the database. Default: the stack's own database. */
    url?: { secret: string };
    slot?: "drop";
    publication?: "drop";
}

/** Arguments of {@link declareConnectors}. */
export interface ConnectorsArgs {
    connect: ConnectCluster;
    /** Credentials for the workers. Default: they take plain requests. */
    credentials?: pulumi.Output<Credentials>;
    /** Undefined: the database is not the stack's own. */
    database?: SourceDatabase;
    /** PEM of the authorities of a database that is not the stack's own. Default: no TLS. */
    databaseCa?: string;
    /** Readiness of every server that connectors use. */
    ready: pulumi.Resource[];
    /** Captured tables that a source must wait for, by its name. */
    tables: Record<string, pulumi.Resource>;
    /** Levels of compatibility of the subjects that a connector writes, by its name. Their change restarts its FAILED tasks. */
    subjectLevels: Record<string, Record<string, string> | undefined>;
    /** Secrets by name. */
    secrets: Record<string, pulumi.Output<string>>;
    /** Time for a clean stop of a worker, s. */
    stopGraceSeconds: number;
}

/** Secrets that connectors refer to, by the path of their file: `<connector>/<secret>`. */
export function connectorSecrets(
    connectors: ConnectorDeclaration[],
    secrets: Record<string, pulumi.Output<string>>,
): Record<string, pulumi.Output<string>> {
    return Object.fromEntries(
        connectors.flatMap(({ name, secretNames }) =>
            secretNames.map((secret) => [`${name}/${secret}`, secrets[secret]!] as const),
        ),
    );
}

/** Declares each connector. Returns them by name. */
export function declareConnectors(connectors: ConnectorDeclaration[], args: ConnectorsArgs): Record<string, Connector> {
    const resources = connectors.map((connector) => declareConnector(connector, args));
    args.connect.sweepSecrets(resources);
    return Object.fromEntries(connectors.map(({ name }, i) => [name, resources[i]!]));
}

/**
 * The stack's output of connectors, by their names on the cluster. No output of a `Connector` is used here: a stack would have
 * no outputs at all when one connector fails.
 */
export function connectorOutputs(
    connectors: ConnectorDeclaration[],
): Record<string, { class: string; declaredState: string }> {
    return Object.fromEntries(
        connectors.map(({ name, entry }) => [entry.name ?? name, { class: entry.class, declaredState: entry.state }]),
    );
}

/** Declared state of each connector, by its name on the cluster. */
export function declaredStates(connectors: ConnectorDeclaration[]): Record<string, string> {
    return Object.fromEntries(connectors.map(({ name, entry }) => [entry.name ?? name, entry.state]));
}

function declareConnector(connector: ConnectorDeclaration, args: ConnectorsArgs): Connector {
    const { connect, credentials, ready, secrets } = args;
    const { name, secretNames } = connector;
    const { addDefaults, format, tables: _tables, tablesUrl, manageTables, onDelete, ...entry } = connector.entry;
    const tables = args.tables[name] ? [args.tables[name]] : [];
    const cleanup = isPostgresSource(entry.class) ? [declareSlotCleanup(connector, args)] : [];
    return new Connector(
        name,
        {
            ...entry,
            name: entry.name ?? name,
            cluster: connect.groupId,
            restUrls: connect.restUrls,
            auth: credentials?.apply(authOf),
            // Its workers are this stack's own, and so are the connectors on them, also after the state was lost
            adopt: entry.adopt || "equal",
            onDelete: onDelete && {
                offsets: onDelete.offsets,
                // With the URL a new source can find out that its slot exists already
                database: onDelete.database?.url && {
                    url: secrets[onDelete.database.url.secret]!,
                    ca: args.databaseCa,
                },
            },
            // The brokers are this stack's own: another Kafka cluster behind the workers replaces a lost one
            onNewKafkaCluster: "recreate",
            // Preflight has checked all of them at once
            checkLive: false,
            config: connector.config,
            triggers: args.subjectLevels[name],
            secrets: Object.fromEntries(secretNames.map((secret) => [secret, secrets[secret]!])),
        },
        // Source, sinks and Connect are one stack: without the workers there is nothing to delete by REST.
        { dependsOn: [...ready, ...cleanup, ...tables], deletedWith: connect, aliases: aliases(entry.renamedFrom) },
    );
}

/**
 * Drops a source's slot and publication after the source was deleted, alone or with the whole stack. In the stack's own
 * database they are deleted with it; for any other the policy has a URL. Without a policy nothing is dropped.
 */
function declareSlotCleanup(
    { name, entry: { renamedFrom, onDelete }, config }: ConnectorDeclaration,
    { database, databaseCa, secrets, stopGraceSeconds }: ConnectorsArgs,
): SlotCleanup {
    const oldName = aliases(renamedFrom && `${renamedFrom}-slot`);
    const { url, slot, publication } = onDelete?.database ?? {};
    if (!slot && !publication) return new SlotCleanup(`${name}-slot`, undefined, { aliases: oldName });

    const source = postgresSource(config);
    return new SlotCleanup(
        `${name}-slot`,
        {
            ...(url ? { url: secrets[url.secret]!, ca: databaseCa } : { url: database!.url, ca: database!.ca }),
            slot: slot && source.slot,
            publication: publication && source.publication,
            freeSeconds: stopGraceSeconds + SLOT_FREE_SECONDS,
        },
        { aliases: oldName, ...(!url && database && { dependsOn: database.ready, deletedWith: database }) },
    );
}

/** Alias of a renamed resource. */
function aliases(oldName: string | undefined): pulumi.Alias[] {
    return oldName === undefined ? [] : [{ name: oldName }];
}
