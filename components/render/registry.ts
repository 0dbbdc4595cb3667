import { clientTlsSettings, type KafkaStore } from "./kafkaTls";
import { acceptsPlain, acceptsTls, STORE_PASSWORD, type TlsMode, usesTls } from "./tls";

/** Where a registry keeps its schemas: in a topic, or in a file of one instance. */
export type RegistryStore = { bootstrapServers: string } | { folder: string };

/** Input of {@link registrySettings}. */
export interface RegistrySettings {
    /** Port in the container. */
    port: number;
    /** Compatibility of subjects without a level of their own. */
    compatibility: string;
    store: RegistryStore;
    /** TLS of the API and of the link to Kafka. Default: none. */
    tls?: RegistryTls;
}

/** TLS of a registry. */
export interface RegistryTls extends KafkaStore {
    mode: TlsMode;
    /** Port with TLS in the container. */
    port: number;
    /** Path of the file with {@link CLIENT_AUTH_PROPERTIES}. */
    clientAuthFile: string;
    /** Common names in certificates that may change schemas. */
    writers: string[];
}

/**
 * Settings by which the port with TLS refuses clients without a certificate. For Quarkus, `quarkus.http.ssl.client-auth` is fixed
 * when the registry is built, to NONE. Values of that kind have the highest ordinal there is, and win over -D. A source in a file
 * with the same ordinal is asked before them. (MicroProfile Config, "ConfigSource Ordering"; SmallRye Config, "Config Locations";
 * seen with 3.0.9.) Quarkus warns of it at start. The health check fails if a registry does not obey.
 */
export const CLIENT_AUTH_PROPERTIES = `config_ordinal=${2 ** 31 - 1}\nquarkus.http.ssl.client-auth=REQUIRED\n`;

/** Settings of Apicurio Registry. Facts: its documentation, "Apicurio Registry configuration reference", and that of Quarkus. */
export function registrySettings({
    port,
    compatibility,
    store,
    tls,
}: RegistrySettings): Record<string, string | number> {
    return {
        "quarkus.http.host": "0.0.0.0",
        "quarkus.http.port": port,
        ...storeSettings(store),
        ...(tls && tlsSettings(tls)),
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

/** Apicurio gives settings with the prefix `apicurio.kafka.common.` to all its clients of Kafka (`KafkaSqlConfiguration`). */
function tlsSettings({ mode, store, port, clientAuthFile }: RegistryTls): Record<string, string | number> {
    if (!acceptsTls(mode)) return {};
    const stores = ["key-store", "trust-store"].flatMap((kind) => [
        [`quarkus.http.ssl.certificate.${kind}-file`, store],
        [`quarkus.http.ssl.certificate.${kind}-file-type`, "PKCS12"],
        [`quarkus.http.ssl.certificate.${kind}-password`, STORE_PASSWORD],
    ]);
    return {
        "quarkus.http.ssl-port": port,
        ...Object.fromEntries(stores),
        "smallrye.config.locations": clientAuthFile,
        // Without it, Quarkus closes the plain port where clients need a certificate
        "quarkus.http.insecure-requests": acceptsPlain(mode) ? "enabled" : "disabled",
        ...(usesTls(mode) && clientTlsSettings({ store }, "apicurio.kafka.common.")),
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
        ...registryMain(settings.tls, "/opt/registry/registry.jar", "/opt/registry/authorizer.jar"),
    ];
}

/**
 * What the JVM of a registry runs. In `require` only some certificates may write (`RegistryAuthorizer.java`); as long as the
 * registry takes plain requests, everyone may.
 */
export function registryMain(tls: RegistryTls | undefined, registryJar: string, authorizerJar: string): string[] {
    if (tls === undefined || acceptsPlain(tls.mode)) return ["-jar", registryJar];
    // -jar would leave out the class path
    return [
        `-Dregistry.authorizer.writers=${tls.writers.join(",")}`,
        "-cp",
        `${registryJar}:${authorizerJar}`,
        "io.quarkus.runner.GeneratedMain",
    ];
}
