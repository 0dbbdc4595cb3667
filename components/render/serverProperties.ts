import { type KafkaStore, storeSettings } from "./kafkaTls";
import { renderProperties, Setting } from "./properties";
import { acceptsPlain, acceptsTls, type TlsMode, usesTls } from "./tls";

/** A listener of a broker. */
export interface Listener {
    /** Upper-case name, unique in the broker. */
    name: string;
    /** `SSL` needs the client's certificate, `SASL_SSL` its user. Default: `PLAINTEXT`. */
    protocol?: "SSL" | "SASL_SSL";
    /** Address of the container that it is bound on. Default: all. */
    address?: string;
    port: number;
    /** `host:port` that the brokers give to clients of this listener. */
    advertised: string;
}

/** Settings that are the same for every broker of a cluster. */
export interface BrokerSettings {
    /** `num.network.threads`. */
    networkThreads: number;
    /** `num.io.threads`. */
    ioThreads: number;
    /** `socket.send.buffer.bytes`. */
    socketSendBufferBytes: number;
    /** `socket.receive.buffer.bytes`. */
    socketReceiveBufferBytes: number;
    /** `socket.request.max.bytes`. */
    socketRequestMaxBytes: number;
    /** Partitions of a topic created without a number. */
    numPartitions: number;
    /** `num.recovery.threads.per.data.dir`. */
    recoveryThreadsPerDataDir: number;
    /** `log.retention.hours`. */
    retentionHours: number;
    /** `log.segment.bytes`. */
    segmentBytes: number;
    /** `log.retention.check.interval.ms`. */
    retentionCheckIntervalMs: number;
    /** `zookeeper.connection.timeout.ms`. */
    zookeeperConnectionTimeoutMs: number;
    /** `group.initial.rebalance.delay.ms`. */
    groupInitialRebalanceDelayMs: number;
    /** `log.cleaner.dedupe.buffer.size`: Kafka's own default of 128 MiB does not fit a small heap. */
    logCleanerDedupeBufferBytes: number;
    /** `message.max.bytes`. Topics without `max.message.bytes` of their own follow it. */
    maxMessageBytes: number;
    /** Raw settings, which win. */
    config: Record<string, Setting>;
}

/** Content of a broker's `server.properties`. Facts: Kafka documentation, "Broker Configs". */
export interface ServerProperties extends BrokerSettings {
    brokerId: number;
    dataDir: string;
    zookeeperConnect: string;
    listeners: Listener[];
    /** Name of the listener that brokers use among themselves. */
    interBrokerListener: string;
    offsetsTopicReplicationFactor: number;
    transactionStateLogReplicationFactor: number;
    transactionStateLogMinIsr: number;
    defaultReplicationFactor: number;
    minInsyncReplicas: number;
    /** TLS of listeners and of the links to ZooKeeper. Default: none. */
    tls?: BrokerTls;
}

/** TLS of a broker. */
export interface BrokerTls extends KafkaStore {
    mode: TlsMode;
}

/** Renders `server.properties` of one broker. */
export function renderServerProperties(p: ServerProperties): string {
    return renderProperties(
        {
            "broker.id": p.brokerId,
            listeners: p.listeners.map((l) => `${l.name}://${l.address ?? "0.0.0.0"}:${l.port}`).join(","),
            "advertised.listeners": p.listeners.map((l) => `${l.name}://${l.advertised}`).join(","),
            "listener.security.protocol.map": p.listeners
                .map((l) => `${l.name}:${l.protocol ?? "PLAINTEXT"}`)
                .join(","),
            "inter.broker.listener.name": p.interBrokerListener,
            "zookeeper.connect": p.zookeeperConnect,
            "zookeeper.connection.timeout.ms": p.zookeeperConnectionTimeoutMs,
            // The partitions of a dead broker have no leader for this long, and no group that it coordinates has a
            // coordinator. Kafka's default is 18 s since 2.5, made for networks with longer gaps, and was 6 s before (KIP-537):
            // with 6 s all brokers of a busy machine were seen to lose their sessions at once.
            "zookeeper.session.timeout.ms": 10_000,
            "log.dirs": p.dataDir,
            "num.network.threads": p.networkThreads,
            "num.io.threads": p.ioThreads,
            "socket.send.buffer.bytes": p.socketSendBufferBytes,
            "socket.receive.buffer.bytes": p.socketReceiveBufferBytes,
            "socket.request.max.bytes": p.socketRequestMaxBytes,
            "num.partitions": p.numPartitions,
            "num.recovery.threads.per.data.dir": p.recoveryThreadsPerDataDir,
            "offsets.topic.replication.factor": p.offsetsTopicReplicationFactor,
            "transaction.state.log.replication.factor": p.transactionStateLogReplicationFactor,
            "transaction.state.log.min.isr": p.transactionStateLogMinIsr,
            "default.replication.factor": p.defaultReplicationFactor,
            "min.insync.replicas": p.minInsyncReplicas,
            // An out-of-sync replica that became leader would lose acknowledged records.
            "unclean.leader.election.enable": false,
            // The last broker cannot move its partitions: with Kafka's default of 5 s between retries its stop takes 10 s longer.
            "controlled.shutdown.retry.backoff.ms": 1000,
            "log.retention.hours": p.retentionHours,
            "log.segment.bytes": p.segmentBytes,
            "log.retention.check.interval.ms": p.retentionCheckIntervalMs,
            "log.cleaner.dedupe.buffer.size": p.logCleanerDedupeBufferBytes,
            // The limits of fetches, also between brokers, need no change: a larger first batch is delivered all the same (KIP-74)
            "message.max.bytes": p.maxMessageBytes,
            "group.initial.rebalance.delay.ms": p.groupInitialRebalanceDelayMs,
            ...tlsSettings(p),
        },
        p.config,
    );
}

/** Settings of TLS, of authorization and of ZooKeeper's ACLs. Facts: Kafka documentation, "Security". */
function tlsSettings({ tls, listeners }: ServerProperties): Record<string, Setting> {
    if (!tls || !acceptsTls(tls.mode)) return {};
    // Without TLS nobody has a name. While members still come so, such clients may do what they could before
    const unnamed = acceptsPlain(tls.mode) ? ["User:ANONYMOUS"] : [];
    return {
        ...storeSettings(tls),
        // A certificate's principal is its common name, which comes first in the text of its subject
        "ssl.principal.mapping.rules": "RULE:^CN=([^,+]+).*$/$1/,DEFAULT",
        ...Object.assign({}, ...listeners.map(listenerSettings)),
        "authorizer.class.name": "kafka.security.authorizer.AclAuthorizer",
        "allow.everyone.if.no.acl.found": false,
        "super.users": ["User:kafka", "User:operator", ...unnamed].join(";"),
        ...(usesTls(tls.mode) && zookeeperSettings(tls)),
    };
}

function listenerSettings({ name, protocol }: Listener): Record<string, Setting> {
    const prefix = `listener.name.${name.toLowerCase()}.`;
    switch (protocol) {
        case "SSL":
            return { [`${prefix}ssl.client.auth`]: "required" };
        case "SASL_SSL":
            return {
                [`${prefix}sasl.enabled.mechanisms`]: "SCRAM-SHA-512",
                [`${prefix}scram-sha-512.sasl.jaas.config`]:
                    "org.apache.kafka.common.security.scram.ScramLoginModule required;",
            };
        default:
            return {};
    }
}

function zookeeperSettings(tls: BrokerTls): Record<string, Setting> {
    return {
        "zookeeper.ssl.client.enable": true,
        "zookeeper.clientCnxnSocket": "org.apache.zookeeper.ClientCnxnSocketNetty",
        ...storeSettings(tls, "zookeeper."),
        // Not before all brokers show their certificate: one without it could not change the nodes of the others
        "zookeeper.set.acl": !acceptsPlain(tls.mode),
    };
}
