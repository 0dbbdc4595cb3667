import { STORE_PASSWORD } from "./tls";

/** TLS of a server with Kafka's settings, or of a client in it. */
export interface KafkaStore {
    /** Path of a PKCS12 file with the key, its certificate and the trusted authorities, see `TLS_FILES.store`. */
    store: string;
}

/**
 * Settings by which Kafka's servers and clients find their key and the trusted authorities. Facts: Kafka documentation,
 * "Security", "Encryption and Authentication using SSL".
 * @param prefix of each setting, such as `zookeeper.`.
 */
export function storeSettings({ store }: KafkaStore, prefix = ""): Record<string, string> {
    const kinds = ["keystore", "truststore"].flatMap((kind) => [
        [`${prefix}ssl.${kind}.location`, store],
        [`${prefix}ssl.${kind}.type`, "PKCS12"],
        [`${prefix}ssl.${kind}.password`, STORE_PASSWORD],
    ]);
    return Object.fromEntries(kinds);
}

/** The same of clients that show their certificate to brokers. They check the names of these (`https`, Kafka's default). */
export function clientTlsSettings(store: KafkaStore, prefix = ""): Record<string, string> {
    return { [`${prefix}security.protocol`]: "SSL", ...storeSettings(store, prefix) };
}
