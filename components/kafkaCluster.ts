import * as pulumi from "@pulumi/pulumi";
import { javaCommand, JvmRoleArgs, memberPorts, memberTls, MetricsTarget, metricsTargets, QUICK_COMPILER } from "./jvm";
import {
    brokerListeners,
    brokerPeerAddress,
    type BrokerPlace,
    HEALTH_PORT,
    peerListener,
} from "./render/brokerListeners";
import { BrokerSettings, renderServerProperties } from "./render/serverProperties";
import { acceptsPlain, acceptsTls, TLS_FILES, usesTls } from "./render/tls";
import { bootstrapList, hostsOf, outsideAddress } from "./render/topology";
import { Readiness } from "./rolling/readiness";
import { rollMembers } from "./rolling/rollMembers";
import { ZookeeperAcl } from "./zookeeperAcl";
import { ZookeeperEnsemble } from "./zookeeperEnsemble";

const CONFIG_FILE = "/etc/connect-cdc/server.properties";
const DATA_PATH = "/var/lib/kafka";

/**
 * With TLS both compilers: only the second one uses the processor's instructions for AES, without which TLS takes a hundred times
 * the time. What it and TLS take of memory for a moment goes back to the system.
 */
const TLS_JVM = ["-XX:TrimNativeHeapInterval=10000", "-XX:MinHeapFreeRatio=20", "-XX:MaxHeapFreeRatio=40"];

/** Arguments of {@link KafkaCluster}. */
export interface KafkaClusterArgs extends JvmRoleArgs, BrokerSettings {
    zookeeper: ZookeeperEnsemble;
    /** Brokers of the cluster; their ids are 0, 1, 2, ... */
    brokers: number;
    /** Port of broker 0 for clients outside, without TLS; broker i has this port + i. */
    port: number;
    /** The same with TLS, for clients with a user. */
    tlsPort: number;
    /** The same with TLS, for clients with a certificate: the operator, and the other members where there are several hosts. */
    operatorPort: number;
    /** Default: the number of brokers, at most 3. */
    offsetsTopicReplicationFactor?: number;
    /** Default: the number of brokers, at most 3. */
    transactionStateLogReplicationFactor?: number;
    /** Default: one less than its replication factor, at least 1. */
    transactionStateLogMinIsr?: number;
    /** Default: the number of brokers, at most 3. */
    defaultReplicationFactor?: number;
    /** Default: one less than the default replication factor, at least 1. */
    minInsyncReplicas?: number;
    /** Keeps the data volumes from being deleted. Default false. */
    protectData?: boolean;
}

/** A Kafka cluster on ZooKeeper, ready when all brokers are registered and no partition is under-replicated. */
export class KafkaCluster extends pulumi.ComponentResource {
    /** `host:port,...` for clients on the members' network: at most the first three brokers. */
    public readonly bootstrapServers: pulumi.Output<string>;
    /** `host:port` of every broker for the stack's own clients outside: those with the operator's certificate from `prefer` on. */
    public readonly addresses: pulumi.Output<string[]>;
    /** `host:port` of every broker for other clients outside. With `require` they need a user. */
    public readonly outsideAddresses: pulumi.Output<string[]>;
    /** `host:port` of every broker's listener for users. */
    public readonly tlsAddresses: pulumi.Output<string[]>;
    /** `host:port` of every broker for other members. */
    public readonly peerAddresses: string[];
    /** Replication factor that new topics get: the number of brokers, at most 3. */
    public readonly replicationFactor: number;
    /** Maximum size of a record, bytes. */
    public readonly maxMessageBytes: number;
    /** Entries of the brokers in a file of targets for Prometheus; none where metrics are off. */
    public readonly metricsTargets: pulumi.Output<MetricsTarget[]>;
    /** Resolves when the cluster is ready. */
    public readonly ready: Readiness;

    constructor(name: string, args: KafkaClusterArgs, opts?: pulumi.ComponentResourceOptions) {
        super("cdc:index:KafkaCluster", name, {}, opts);
        const hosts = hostsOf(args.brokers, args.hosts, args.placement);
        const spread = args.hosts.length > 1;
        const { tls } = args;
        const mode = tls?.mode ?? "off";
        const places = hosts.map((host, i) => ({
            name: `${name}-${i}`,
            host,
            spread,
            mode,
            port: args.port + i,
            tlsPort: args.tlsPort + i,
            operatorPort: args.operatorPort + i,
        }));
        const targets = places.map(({ host, port, operatorPort }) =>
            outsideAddress(host, usesTls(mode) ? operatorPort : port),
        );
        const outside = places.map(({ host, port, tlsPort }) =>
            outsideAddress(host, acceptsPlain(mode) ? port : tlsPort),
        );
        const peers = places.map(brokerPeerAddress);
        const factors = replicationDefaults(args);

        this.replicationFactor = factors.defaultReplicationFactor;
        this.maxMessageBytes = args.maxMessageBytes;
        const nodeAccess = (dependsOn: Readiness) =>
            tls &&
            new ZookeeperAcl(
                `${name}-zookeeper-acl`,
                {
                    targets: args.zookeeper.tlsAddresses,
                    credentials: tls.operator,
                    owner: acceptsPlain(mode) ? "everyone" : "brokers",
                },
                { parent: this, dependsOn },
            );
        // From here down brokers have no certificate for ZooKeeper: an up that failed before may have left nodes that need one
        const opened = usesTls(mode) ? undefined : nodeAccess(args.zookeeper.ready);
        const jvmFlags = [...(acceptsTls(mode) ? TLS_JVM : [QUICK_COMPILER]), ...args.jvmFlags];
        this.ready = rollMembers(name, {
            kind: "kafka",
            targets,
            credentials: tls?.credentials,
            readySeconds: args.readySeconds,
            parent: this,
            dependsOn: [args.zookeeper.ready, ...(opened ? [opened] : [])],
            members: hosts.map((host, i) => ({
                host,
                image: args.image,
                command: javaCommand({ ...args, jvmFlags }, "kafka.Kafka", CONFIG_FILE, "kafka"),
                files: {
                    [CONFIG_FILE]: args.zookeeper.connectString.apply((zookeeperConnect) =>
                        renderServerProperties({
                            ...args,
                            ...factors,
                            brokerId: i,
                            dataDir: `${DATA_PATH}/data`,
                            zookeeperConnect,
                            listeners: brokerListeners(places[i]!),
                            interBrokerListener: peerListener(mode, spread),
                            tls: { mode, store: TLS_FILES.store },
                        }),
                    ),
                },
                dataPath: DATA_PATH,
                protectData: args.protectData,
                ports: memberPorts(args, i, Object.fromEntries(publishedPorts(places[i]!).map((port) => [port, port]))),
                healthcheck: usesTls(mode)
                    ? ["/usr/local/bin/health-kafka", "127.0.0.1", String(HEALTH_PORT), String(i)]
                    : args.zookeeper.connectString.apply((servers) => [
                          "/usr/local/bin/health-kafka",
                          "localhost",
                          String(args.port + i),
                          String(i),
                          servers,
                      ]),
                memoryMb: args.memoryMb,
                stopGraceSeconds: args.stopGraceSeconds,
                tls: memberTls(`${name}-${i}`, "kafka", host, args, this),
            })),
        });
        // Not before all brokers have the new mode: one of another mode still makes nodes of the other kind
        if (usesTls(mode)) nodeAccess(this.ready);
        this.bootstrapServers = pulumi.output(bootstrapList(peers));
        this.addresses = pulumi.output(targets);
        this.outsideAddresses = pulumi.output(outside);
        this.tlsAddresses = pulumi.output(places.map(({ host, tlsPort }) => outsideAddress(host, tlsPort)));
        this.peerAddresses = peers.map(({ host, port }) => `${host}:${port}`);
        this.metricsTargets = pulumi.output(metricsTargets(name, args, hosts));
        this.registerOutputs({
            bootstrapServers: this.bootstrapServers,
            addresses: this.addresses,
            replicationFactor: this.replicationFactor,
            ready: this.ready,
        });
    }
}

/** Ports of a broker that clients outside reach. */
function publishedPorts({ mode, port, tlsPort, operatorPort }: BrokerPlace): number[] {
    return [...(acceptsPlain(mode) ? [port] : []), ...(acceptsTls(mode) ? [operatorPort, tlsPort] : [])];
}

/** Replication factors: at most the number of brokers. */
function replicationDefaults(args: KafkaClusterArgs) {
    const most = Math.min(3, args.brokers);
    const defaultReplicationFactor = args.defaultReplicationFactor ?? most;
    const transactionStateLogReplicationFactor = args.transactionStateLogReplicationFactor ?? most;
    return {
        offsetsTopicReplicationFactor: args.offsetsTopicReplicationFactor ?? most,
        transactionStateLogReplicationFactor,
        transactionStateLogMinIsr:
            args.transactionStateLogMinIsr ?? Math.max(1, transactionStateLogReplicationFactor - 1),
        defaultReplicationFactor,
        minInsyncReplicas: args.minInsyncReplicas ?? Math.max(1, defaultReplicationFactor - 1),
    };
}
