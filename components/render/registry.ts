/** Input of {@link registrySettings}. */
export interface RegistrySettings {
    /** Port in the container. */
    port: number;
    /** Folder of its store. */
    folder: string;
    /** Compatibility of subjects without a level of their own. */
    compatibility: string;
}

/** Settings of Apicurio Registry. Facts: its documentation, "Configuring Apicurio Registry", and that of Quarkus. */
export function registrySettings({ port, folder, compatibility }: RegistrySettings): Record<string, string | number> {
    return {
        "quarkus.http.host": "0.0.0.0",
        "quarkus.http.port": port,
        // Without WRITE_DELAY=0, H2 writes a commit up to 0.5 s later: a kill would lose schemas that records refer to
        "quarkus.datasource.jdbc.url": `jdbc:h2:file:${folder}/schemas;WRITE_DELAY=0`,
        // The default opens 20 connections at start and keeps them
        "quarkus.datasource.jdbc.initial-size": 1,
        "quarkus.datasource.jdbc.min-size": 1,
        "quarkus.datasource.jdbc.max-size": 10,
        "registry.rules.global.compatibility": compatibility,
        // Subjects can be deleted, as in other registries with this API
        "registry.rest.artifact.deletion.enabled": "true",
        "registry.apis.v2.date-format": "yyyy-MM-dd'T'HH:mm:ss'Z'",
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
