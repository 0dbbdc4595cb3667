import { clientTlsSettings, type KafkaStore, storeSettings } from "./kafkaTls";
import { renderProperties, Setting } from "./properties";
import { acceptsPlain, acceptsTls, REST_PRINCIPALS, type TlsMode, usesTls } from "./tls";

const MIB = 2 ** 20;

/** Settings that are the same for every worker of a cluster. */
export interface WorkerSettings {
    /** `group.id`. */
    groupId: string;
    /** `config.storage.topic`. */
    configStorageTopic: string;
    /** `offset.storage.topic`. */
    offsetStorageTopic: string;
    /** `status.storage.topic`. */
    statusStorageTopic: string;
    /** `key.converter` and `value.converter`, with their settings. */
    converters: Record<string, string>;
    /** `offset.flush.interval.ms`. */
    offsetFlushIntervalMs: number;
    /**
     * `scheduled.rebalance.max.delay.ms`: how long the tasks of a lost worker stay unassigned. Kafka's default is 5 minutes
     * (KIP-415).
     */
    scheduledRebalanceMaxDelayMs: number;
    /** `exactly.once.source.support` (KIP-618). */
    exactlyOnceSource: "enabled" | "preparing" | "disabled";
    /** `connector.client.config.override.policy`. */
    clientConfigOverridePolicy: string;
    /** Largest heap of a worker, MiB. Memory of the clients follows from it. */
    heapMb: number;
    /** Raw settings, which win; lists are added to those of the platform. */
    config: Record<string, Setting>;
}

/** Content of a worker's `connect-distributed.properties`. Facts: Kafka documentation, "Kafka Connect Configs". */
export interface ConnectProperties extends WorkerSettings {
    bootstrapServers: string;
    /** Maximum size of a record, bytes: `max.request.size` of all producers. */
    maxMessageBytes: number;
    /** Replication factor of the three internal topics. */
    replicationFactor: number;
    pluginPath: string;
    /** `plugin.discovery` (KIP-898): `service_load` does not read every class, and finds only plugins with a service file. */
    pluginDiscovery: string;
    /** Port of the REST API without TLS in the container. */
    restPort: number;
    /** Host that the other workers forward REST calls to. */
    restAdvertisedHost: string;
    restAdvertisedPort: number;
    /** Folder below which `${directory:<folder>:<file>}` may read. */
    secretsFolder: string;
    /** TLS of the REST API and of the links to Kafka. Default: none. */
    tls?: WorkerTls;
    /** True: the REST API asks for a user, of {@link restJaas}. Default false. */
    restUsers?: boolean;
}

/**
 * The JAAS file of a worker's JVM with the users of its REST API. All requests need one, `/health` included; workers among
 * themselves sign `POST /connectors/<name>/tasks` and `PUT /connectors/<name>/fence` instead. A worker reads the file of users once.
 *
 * Source: KIP-285, and `JaasBasicAuthFilter` and `PropertyFileLoginModule` of Kafka 3.9.
 */
export function restJaas(usersFile: string): string {
    return `KafkaConnect {
    org.apache.kafka.connect.rest.basic.auth.extension.PropertyFileLoginModule required file="${usersFile}";
};
`;
}

/** Of the image; `RestAuthorizer.java`. */
const AUTHORIZER = "RestAuthorizer";
const BASIC = "org.apache.kafka.connect.rest.basic.auth.extension.BasicAuthSecurityRestExtension";

/** TLS of a worker. */
export interface WorkerTls extends KafkaStore {
    mode: TlsMode;
    /** Port of the REST API with TLS in the container. */
    restPort: number;
    /** Port of the worker's own health check, bound on the container's loopback where the REST API has TLS only. */
    healthPort: number;
}

/** Renders `connect-distributed.properties` of one worker. */
export function renderConnectProperties(p: ConnectProperties): string {
    const { "plugin.path": plugins, "config.providers": providers, "rest.extension.classes": rest, ...raw } = p.config;
    return renderProperties(
        {
            "bootstrap.servers": p.bootstrapServers,
            "group.id": p.groupId,
            "config.storage.topic": p.configStorageTopic,
            "config.storage.replication.factor": p.replicationFactor,
            "offset.storage.topic": p.offsetStorageTopic,
            "offset.storage.replication.factor": p.replicationFactor,
            "status.storage.topic": p.statusStorageTopic,
            "status.storage.replication.factor": p.replicationFactor,
            ...p.converters,
            "plugin.path": extended(p.pluginPath, plugins),
            "plugin.discovery": p.pluginDiscovery,
            listeners: listenersOf(p),
            "rest.advertised.host.name": p.restAdvertisedHost,
            "rest.advertised.port": p.restAdvertisedPort,
            "offset.flush.interval.ms": p.offsetFlushIntervalMs,
            "scheduled.rebalance.max.delay.ms": p.scheduledRebalanceMaxDelayMs,
            // A worker without heartbeats for this long loses its tasks. Connect's default.
            "session.timeout.ms": 10_000,
            // Workers learn of a rebalance from the answer to a heartbeat, and a task moves only after the last worker has:
            // with Connect's default of 3 s this would be the longest part of a move. A worker that finds no group coordinator
            // for one interval stops its tasks (`WorkerCoordinator`): with 1 s a roll of the brokers delayed rows by 2.4 s.
            "heartbeat.interval.ms": 500,
            // A sink's new task waits until the session of the dead one has expired; the consumer's default is 45 s (KIP-735).
            // This value less one heartbeat must be longer than the time to live of JMS connections (jmsSink.ts).
            "consumer.session.timeout.ms": 11_000,
            "consumer.heartbeat.interval.ms": 1000,
            "exactly.once.source.support": p.exactlyOnceSource,
            // Before a source's task starts, the leader reads the topic of configs to its end (DistributedHerder). If it cannot within
            // this time, the task has FAILED, and stays so. Kafka's default of 3 s is shorter than the election of a partition's
            // leader after the loss of a host. It must be shorter than rebalance.timeout.ms, 60 s.
            "worker.sync.timeout.ms": 45_000,
            // Brokers abort transactions that are open for longer, and the source's task fails. Kafka's default of 1 minute is
            // shorter than many outages of a cluster. When all workers die with an open transaction in the topic of offsets, they
            // start again only after this time, which is within connect.readySeconds.
            "producer.transaction.timeout.ms": 240_000,
            // A row is written when all in-sync replicas have it. Connect's default for sources.
            "producer.acks": "all",
            // Each write waits for its replicas, one at a time (Connect allows one in flight), and costs about the same for any
            // size. Kafka's default of 16 KiB is about 20 rows. Larger batches fill while another is in flight; none waits.
            "producer.batch.size": 131_072,
            "producer.max.request.size": p.maxMessageBytes,
            ...clientMemory(p),
            // Of the internal topics: a task's stack trace may contain a row
            "max.request.size": p.maxMessageBytes,
            "connector.client.config.override.policy": p.clientConfigOverridePolicy,
            "config.providers": extended("directory", providers),
            "config.providers.directory.class": "org.apache.kafka.common.config.provider.DirectoryConfigProvider",
            // Without it a client of the REST API could read any file of the worker (KIP-933).
            "config.providers.directory.param.allowed.paths": p.secretsFolder,
            ...restExtensions(p, rest),
            ...tlsSettings(p),
        },
        raw,
    );
}

/** The certificate is looked at first: who has none of those that count is not asked for a password. */
function restExtensions({ restUsers, tls }: ConnectProperties, raw: Setting): Record<string, Setting> {
    const own = [...(tls && acceptsTls(tls.mode) ? [AUTHORIZER] : []), ...(restUsers ? [BASIC] : [])];
    const classes = extended(own.join(","), raw);
    return {
        "rest.extension.classes": classes || undefined,
        ...(own.includes(AUTHORIZER) && { "rest.authorizer.principals": REST_PRINCIPALS.join(",") }),
    };
}

function listenersOf({ restPort, tls }: ConnectProperties): string {
    const plain = `http://0.0.0.0:${restPort}`;
    if (!tls || !acceptsTls(tls.mode)) return plain;
    // `admin.listeners` do not have /health
    const other = acceptsPlain(tls.mode) ? plain : `http://127.0.0.1:${tls.healthPort}`;
    return `https://0.0.0.0:${tls.restPort},${other}`;
}

/** Settings of TLS. Facts: Kafka documentation, "Kafka Connect", "Running Kafka Connect", and "Kafka Connect Configs". */
function tlsSettings({ tls }: ConnectProperties): Record<string, Setting> {
    if (!tls || !acceptsTls(tls.mode)) return {};
    const rest = "listeners.https.";
    // Those of the worker itself, and of the connectors: their tasks, their dead letters, their offsets with exactly once
    const clients = ["", "producer.", "consumer.", "admin."].map((prefix) => clientTlsSettings(tls, prefix));
    return {
        ...storeSettings(tls, rest),
        [`${rest}ssl.client.auth`]: "required",
        // Of the worker as a client of the leader. With this prefix there are no defaults
        [`${rest}ssl.endpoint.identification.algorithm`]: "https",
        ...(usesTls(tls.mode) && { "rest.advertised.listener": "https", ...Object.assign({}, ...clients) }),
    };
}

/**
 * Bounds of what the clients of one task have in the heap: Kafka's defaults, or less with a small heap. A producer must be able
 * to hold its largest record. A fetch returns a larger record all the same (KIP-74).
 */
function clientMemory({ heapMb, maxMessageBytes }: ConnectProperties) {
    const heap = heapMb * MIB;
    return {
        "producer.buffer.memory": Math.max(maxMessageBytes, Math.min(32 * MIB, Math.floor(heap / 12))),
        "consumer.fetch.max.bytes": Math.min(50 * MIB, Math.floor(heap / 32)),
    };
}

/** Adds the user's elements: without the platform's own ones a worker would find neither plugins nor secrets. */
function extended(own: string, raw: Setting): string {
    const elements = String(raw ?? "").split(",");
    return [...new Set([own, ...elements.map((element) => element.trim())])].filter((one) => one !== "").join(",");
}
