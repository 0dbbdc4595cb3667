import * as pulumi from "@pulumi/pulumi";
import { DockerHost } from "./dockerHost";
import { javaCommand, JvmRoleArgs, memberPorts, MetricsTarget, metricsTargets } from "./jvm";
import { BrokerSettings, Listener, renderServerProperties } from "./render/serverProperties";
import { bootstrapList, hostsOf, outsideAddress } from "./render/topology";
import { Readiness } from "./rolling/readiness";
import { rollMembers } from "./rolling/rollMembers";
import { ZookeeperEnsemble } from "./zookeeperEnsemble";

const CONFIG_FILE = "/etc/connect-cdc/server.properties";
const DATA_PATH = "/var/lib/kafka";
const INTERNAL_PORT = 19092;

/** Arguments of {@link KafkaCluster}. */
export interface KafkaClusterArgs extends JvmRoleArgs, BrokerSettings {
    zookeeper: ZookeeperEnsemble;
    /** Brokers of the cluster; their ids are 0, 1, 2, ... */
    brokers: number;
    /** Port of broker 0 for clients outside; broker i has this port + i. */
    port: number;
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
    /** `host:port` of every broker for clients outside. */
    public readonly addresses: pulumi.Output<string[]>;
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
        const targets = hosts.map((host, i) => outsideAddress(host, args.port + i));
        const listeners = hosts.map((host, i) => listenersOf(`${name}-${i}`, host, args.port + i, spread));
        const peers = hosts.map((host, i) =>
            spread
                ? { host: host.advertisedAddress, port: args.port + i }
                : { host: `${name}-${i}`, port: INTERNAL_PORT },
        );
        const factors = replicationDefaults(args);

        this.replicationFactor = factors.defaultReplicationFactor;
        this.maxMessageBytes = args.maxMessageBytes;
        this.ready = rollMembers(name, {
            kind: "kafka",
            targets,
            readySeconds: args.readySeconds,
            parent: this,
            dependsOn: [args.zookeeper.ready],
            members: hosts.map((host, i) => ({
                host,
                image: args.image,
                command: javaCommand(args, "kafka.Kafka", CONFIG_FILE, "kafka"),
                files: {
                    [CONFIG_FILE]: args.zookeeper.connectString.apply((zookeeperConnect) =>
                        renderServerProperties({
                            ...args,
                            ...factors,
                            brokerId: i,
                            dataDir: `${DATA_PATH}/data`,
                            zookeeperConnect,
                            listeners: listeners[i]!,
                            interBrokerListener: listeners[i]![0]!.name,
                        }),
                    ),
                },
                dataPath: DATA_PATH,
                protectData: args.protectData,
                ports: memberPorts(args, i, { [args.port + i]: args.port + i }),
                healthcheck: args.zookeeper.connectString.apply((servers) => [
                    "/usr/local/bin/health-kafka",
                    "localhost",
                    String(args.port + i),
                    String(i),
                    servers,
                ]),
                memoryMb: args.memoryMb,
                stopGraceSeconds: args.stopGraceSeconds,
            })),
        });
        this.bootstrapServers = pulumi.output(bootstrapList(peers));
        this.addresses = pulumi.output(targets);
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

/** Listeners of a broker, the one for its peers first. */
function listenersOf(name: string, host: DockerHost, port: number, spread: boolean): Listener[] {
    const external = { name: "EXTERNAL", port, advertised: outsideAddress(host, port) };
    // Where members share no network, peers come from outside too.
    return spread
        ? [external]
        : [{ name: "INTERNAL", port: INTERNAL_PORT, advertised: `${name}:${INTERNAL_PORT}` }, external];
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
