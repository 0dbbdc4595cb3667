/**
 * Modes of TLS, from plain links to encrypted and authenticated ones. A running stack goes by one step at a time, as ZooKeeper's
 * and Kafka's own guides do it: members of two modes that are neighbours work together, so that each step is an ordinary roll.
 *
 * - `off`: no link has TLS.
 * - `offer`: servers take TLS, too. Members do not use it yet.
 * - `prefer`: members use TLS. Servers still take plain links.
 * - `require`: servers take TLS only, and clients without a certificate or a user are refused.
 */
export const TLS_MODES = ["off", "offer", "prefer", "require"] as const;

export type TlsMode = (typeof TLS_MODES)[number];

/** Common names in the members' certificates. */
export const MEMBER_ROLES = ["zookeeper", "kafka", "connect", "registry", "postgres", "artemis"] as const;

/** Common name, and name as a user, of who may do everything. */
export const OPERATOR = "operator";

/** Common names in certificates that may use the workers' REST API: workers forward requests to each other. */
export const REST_PRINCIPALS = ["connect", OPERATOR];

/** Common names in certificates that may change schemas. */
export const SCHEMA_WRITERS = ["connect", OPERATOR];

/** Whether servers take plain links. */
export function acceptsPlain(mode: TlsMode): boolean {
    return mode !== "require";
}

/** Whether servers take TLS. */
export function acceptsTls(mode: TlsMode): boolean {
    return mode !== "off";
}

/** Whether the stack's own clients use TLS. */
export function usesTls(mode: TlsMode): boolean {
    return mode === "prefer" || mode === "require";
}

/** Folder in which a server finds its key and its certificates. Connectors cannot read it: it is outside of their folder. */
export const TLS_FOLDER = "/run/secrets/connect-cdc-tls";

/** Files in {@link TLS_FOLDER}. */
export const TLS_FILES = {
    /** PKCS12, for the JVM: the key with its certificate, and all trusted authorities. */
    store: `${TLS_FOLDER}/store.p12`,
    /** PEM: the certificate. */
    cert: `${TLS_FOLDER}/cert.pem`,
    /** PEM (PKCS8): the key. */
    key: `${TLS_FOLDER}/key.pem`,
    /** PEM: all trusted authorities. */
    ca: `${TLS_FOLDER}/ca.pem`,
} as const;

/** Files on the workers with the authorities of servers that are not the stack's own, PEM. They are no secrets. */
export const AUTHORITY_FILES = {
    database: "/etc/connect-cdc/database-ca.pem",
    jmsBroker: "/etc/connect-cdc/jms-broker-ca.pem",
} as const;

/** Password of {@link TLS_FILES.store}. The JVM needs one. It is public: the mode of the file protects the key. */
export const STORE_PASSWORD = "connect-cdc";
