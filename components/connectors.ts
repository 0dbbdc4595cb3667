import { Connector, SlotCleanup } from "@connect-cdc/connector";
import { databaseUrl, isPostgresSource, postgresSource } from "@connect-cdc/connector/postgres";
import * as pulumi from "@pulumi/pulumi";
import { PlatformConfig } from "../config/config";
import { completeConnector, connectorName } from "../connectors/completeConnector";
import { endpointsOf, kafkaSide } from "../connectors/endpoints";
import { ConnectCluster } from "./connectCluster";
import { JmsBroker } from "./jmsBroker";
import { SourceDatabase } from "./sourceDatabase";

/** The servers that connectors are declared on. */
export interface ConnectorServers {
    connect: ConnectCluster;
    /** Undefined: the database is not the stack's own. */
    database?: SourceDatabase;
    /** Undefined: the JMS broker is not the stack's own. */
    jmsBroker?: JmsBroker;
    /** Readiness of all of them. */
    ready: pulumi.Resource[];
    /** Secrets by name. */
    secrets: Record<string, pulumi.Output<string>>;
}

/** Secrets that connectors refer to, by the path of their file: `<connector>/<secret>`. */
export function connectorSecrets(
    config: PlatformConfig,
    secrets: Record<string, pulumi.Output<string>>,
): Record<string, pulumi.Output<string>> {
    const platform = endpointsOf(config);
    const paths = Object.entries(config.connectors).flatMap(([name, entry]) =>
        completeConnector(name, entry, platform).secretNames.map((secret): [string, pulumi.Output<string>] => [
            `${name}/${secret}`,
            secrets[secret]!,
        ]),
    );
    return Object.fromEntries(paths);
}

/**
 * Declares each connector of the config, completed by what follows from the platform. Returns the stack's output of them, by
 * their names on the cluster.
 */
export function declareConnectors(config: PlatformConfig, servers: ConnectorServers): Record<string, object> {
    const platform = endpoints(config, servers);
    const connectors: Connector[] = [];
    const declared = Object.entries(config.connectors).map(([name, given]): [string, object] => {
        const { addDefaults, onDelete, ...entry } = { ...given, name: connectorName(name, given) };
        const complete = platform.apply((known) => completeConnector(name, { ...entry, addDefaults }, known));
        const cleanup = isPostgresSource(entry.class)
            ? [slotCleanup(name, entry.renamedFrom, onDelete?.database ?? {}, complete.config, config, servers)]
            : [];
        const connector = new Connector(
            name,
            {
                ...entry,
                cluster: servers.connect.groupId,
                restUrls: servers.connect.restUrls,
                // Its workers are this stack's own, and what they have is, too: also when the state was lost
                adopt: entry.adopt || "equal",
                onDelete: onDelete && {
                    offsets: onDelete.offsets,
                    // Lets a new source see a slot that is there before it
                    database: onDelete.database?.url && { url: servers.secrets[onDelete.database.url.secret]! },
                },
                // The brokers are this stack's own: another Kafka cluster behind the workers is in the lost one's place
                onNewKafkaCluster: "recreate",
                // It has been done for all of them at once, before the first resource
                checkLive: false,
                config: complete.config,
                secrets: complete.secretNames
                    .apply((names) => pulumi.all(names.map((secret) => [secret, servers.secrets[secret]!])))
                    .apply(Object.fromEntries),
            },
            // Source, sinks and Connect are one stack: with the workers gone there is nothing to delete by REST.
            {
                dependsOn: [...servers.ready, ...cleanup],
                deletedWith: servers.connect,
                aliases: aliases(entry.renamedFrom),
            },
        );
        connectors.push(connector);
        // With anything of the connector in it, a stack would have no outputs at all when one connector fails
        return [entry.name, { class: entry.class, declaredState: entry.state }];
    });
    servers.connect.sweepSecrets(connectors);
    return Object.fromEntries(declared);
}

/** The state that each connector is to be in, by its name on the cluster. */
export function declaredStates({ connectors }: PlatformConfig): Record<string, string> {
    const entries = Object.entries(connectors);
    return Object.fromEntries(entries.map(([key, entry]) => [connectorName(key, entry), entry.state]));
}

/**
 * Drops a source's slot and publication after the source itself is deleted, or has gone with the whole stack. In the stack's
 * own database they go with it; any other has a URL. Without a policy nothing is dropped.
 */
function slotCleanup(
    name: string,
    renamedFrom: string | undefined,
    { url, slot, publication }: DatabasePolicy,
    connectorConfig: pulumi.Output<Record<string, string>>,
    { connect, database: { name: databaseName, user, passwordSecret } }: PlatformConfig,
    { database, secrets }: ConnectorServers,
): SlotCleanup {
    const oldName = aliases(renamedFrom && `${renamedFrom}-slot`);
    if (!slot && !publication) return new SlotCleanup(`${name}-slot`, undefined, { aliases: oldName });

    const source = connectorConfig.apply(postgresSource);
    const own = pulumi
        .all([database?.address, secrets[passwordSecret]])
        .apply(([address, password]) =>
            databaseUrl({ address: address!, database: databaseName, user, password: password! }),
        );
    return new SlotCleanup(
        `${name}-slot`,
        {
            url: url ? secrets[url.secret]! : own,
            slot: slot && source.slot,
            publication: publication && source.publication,
            freeSeconds: connect.stopGraceSeconds + 30,
        },
        { aliases: oldName, ...(!url && database && { dependsOn: database.ready, deletedWith: database }) },
    );
}

/** The resource's name of before, if it had one. */
function aliases(oldName: string | undefined): pulumi.Alias[] {
    return oldName === undefined ? [] : [{ name: oldName }];
}

type DatabasePolicy = NonNullable<NonNullable<PlatformConfig["connectors"][string]["onDelete"]>["database"]>;

/** Where the servers are that connectors speak to. */
function endpoints(config: PlatformConfig, { database, jmsBroker }: ConnectorServers) {
    return pulumi
        .all([
            database?.host ?? config.database.host!,
            database?.port ?? config.database.port,
            jmsBroker?.url ?? config.jmsBroker.url!,
        ])
        .apply(([host, port, url]) => ({
            ...kafkaSide(config),
            database: { ...config.database, host, port },
            jmsBroker: { ...config.jmsBroker, url },
        }));
}
