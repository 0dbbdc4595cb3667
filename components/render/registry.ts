/** Where a registry keeps its schemas: in a topic, or in a file of one instance. */
export type RegistryStore = { bootstrapServers: string } | { folder: string };

/** Input of {@link registrySettings}. */
export interface RegistrySettings {
    /** Port in the container. */
    port: number;
    /** Compatibility of subjects without a level of their own. */
    compatibility: string;
    store: RegistryStore;
}

/** Settings of Apicurio Registry. Facts: its documentation, "Apicurio Registry configuration reference", and that of Quarkus. */
export function registrySettings({ port, compatibility, store }: RegistrySettings): Record<string, string | number> {
    return {
        "quarkus.http.host": "0.0.0.0",
        "quarkus.http.port": port,
        ...storeSettings(store),
        // Of the database in memory or in a file. The default opens 20 connections at start and keeps them
        "apicurio.datasource.jdbc.initial-size": 1,
        "apicurio.datasource.jdbc.min-size": 1,
        "apicurio.datasource.jdbc.max-size": 10,
        "apicurio.rules.global.compatibility": compatibility,
        // Subjects can be deleted, as in other registries with this API
        "apicurio.rest.deletion.artifact.enabled": "true",
        "apicurio.rest.deletion.artifact-version.enabled": "true",
    };
}

function storeSettings(store: RegistryStore): Record<string, string> {
    if ("folder" in store) {
        return {
            "apicurio.storage.kind": "sql",
            // Without WRITE_DELAY=0, H2 writes a commit up to 0.5 s later: a kill would lose schemas that records refer to
            "apicurio.datasource.url": `jdbc:h2:file:${store.folder}/schemas;WRITE_DELAY=0`,
        };
    }
    return {
        "apicurio.storage.kind": "kafkasql",
        "apicurio.kafkasql.bootstrap.servers": store.bootstrapServers,
        // The registry makes the topics. They hold all schemas there are: the brokers' retention must not remove them
        "apicurio.kafkasql.topic.cleanup.policy": "delete",
        "apicurio.kafkasql.topic.retention.ms": "-1",
        "apicurio.kafkasql.topic.retention.bytes": "-1",
    };
}

/**
 * Command line of Apicurio Registry in its image.
 *
 * @param heapMb largest heap of the JVM, MiB.
 */
export function registryCommand(settings: RegistrySettings, heapMb: number): string[] {
    return [
        "java",
        `-Xmx${heapMb}m`,
        "-XX:+UseSerialGC",
        "-XX:TieredStopAtLevel=1",
        "-Xss512k",
        "-XX:+ExitOnOutOfMemoryError",
        "-Djava.net.preferIPv4Stack=true",
        ...Object.entries(registrySettings(settings)).map(([key, value]) => `-D${key}=${value}`),
        "-jar",
        "/opt/registry/registry.jar",
    ];
}
