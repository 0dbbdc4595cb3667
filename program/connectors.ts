import * as pulumi from "@pulumi/pulumi";
import { ConnectCluster } from "../components/connectCluster";
import { Connector } from "../components/connector";
import { JmsBroker } from "../components/jmsBroker";
import { SECRETS_FOLDER } from "../components/secretFiles";
import { SourceDatabase } from "../components/sourceDatabase";
import { PlatformConfig } from "../config";
import { completeConnector } from "../connectorConfigs/completeConnector";

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

/** Declares each connector of the config, completed by what follows from the platform. Returns the stack's output of them. */
export function declareConnectors(config: PlatformConfig, servers: ConnectorServers): Record<string, object> {
    const platform = endpoints(config, servers);
    const declared = Object.entries(config.connectors).map(([name, { addDefaults, ...entry }]): [string, object] => {
        const complete = platform.apply((known) => completeConnector(name, { ...entry, addDefaults }, known));
        const connector = new Connector(
            name,
            {
                ...entry,
                name,
                cluster: servers.connect.groupId,
                restUrls: servers.connect.restUrls,
                config: complete.config,
                secrets: complete.secretNames
                    .apply((names) => pulumi.all(names.map((secret) => [secret, servers.secrets[secret]!])))
                    .apply(Object.fromEntries),
            },
            // Source, sinks and Connect are one stack: with the workers gone there is nothing to delete by REST.
            { dependsOn: servers.ready, deletedWith: servers.connect },
        );
        const { state, tasks } = connector;
        return [name, { class: entry.class, declaredState: entry.state, state, tasks }];
    });
    return Object.fromEntries(declared);
}

/** Where the servers are that connectors speak to. */
function endpoints(config: PlatformConfig, { database, jmsBroker }: ConnectorServers) {
    return pulumi
        .all([
            database?.host ?? config.database.host!,
            database?.port ?? config.database.port,
            jmsBroker?.url ?? config.jmsBroker.url!,
        ])
        .apply(([host, port, url]) => ({
            secretsFolder: SECRETS_FOLDER,
            brokers: config.kafka.brokers,
            database: { ...config.database, host, port },
            jmsBroker: { ...config.jmsBroker, url },
        }));
}
