import * as pulumi from "@pulumi/pulumi";
import { javaCommand, JvmRoleArgs, memberPorts, memberTls, MetricsTarget, metricsTargets, QUICK_COMPILER } from "./jvm";
import { acceptsPlain, acceptsTls, TLS_FILES, usesTls } from "./render/tls";
import { bootstrapList, hostsOf, outsideAddress, peerAddress } from "./render/topology";
import { EnsembleSettings, renderZooCfg } from "./render/zooCfg";
import { Readiness } from "./rolling/readiness";
import { rollMembers } from "./rolling/rollMembers";

const CONFIG_FILE = "/etc/connect-cdc/zoo.cfg";
const DATA_PATH = "/var/lib/zookeeper";

/** Arguments of {@link ZookeeperEnsemble}. */
export interface ZookeeperEnsembleArgs extends JvmRoleArgs, EnsembleSettings {
    /** Servers of the ensemble; their `myid` is 0, 1, 2, ... Use an odd number: 4 servers survive no more losses than 3. */
    servers: number;
    /** Client port of server 0; server i has this port + i. With `require` it is on the container's loopback only. */
    clientPort: number;
    /** Client port with TLS of server 0; server i has this port + i. */
    tlsPort: number;
    /** Port of server 0 for followers; server i has this port + i. */
    quorumPort: number;
    /** Port of server 0 for leader election; server i has this port + i. */
    electionPort: number;
    /** Keeps the data volumes from being deleted. Default false. */
    protectData?: boolean;
}

/** A ZooKeeper ensemble: servers with their volumes, ready when a quorum has a leader and every server serves. */
export class ZookeeperEnsemble extends pulumi.ComponentResource {
    /** `host:port,...` for `zookeeper.connect`: at most the first three servers. */
    public readonly connectString: pulumi.Output<string>;
    /** `host:port` of every server for clients outside, with TLS from `prefer` on. */
    public readonly addresses: pulumi.Output<string[]>;
    /** `host:port` of every server's port with TLS, for the operator. */
    public readonly tlsAddresses: string[];
    /** `host:port` of every server for other members. */
    public readonly peerAddresses: string[];
    /** Entries of the servers in a file of targets for Prometheus; none where metrics are off. */
    public readonly metricsTargets: pulumi.Output<MetricsTarget[]>;
    /** Resolves when the ensemble is ready. */
    public readonly ready: Readiness;

    constructor(name: string, args: ZookeeperEnsembleArgs, opts?: pulumi.ComponentResourceOptions) {
        super("cdc:index:ZookeeperEnsemble", name, {}, opts);
        const hosts = hostsOf(args.servers, args.hosts, args.placement);
        const spread = args.hosts.length > 1;
        const { tls } = args;
        const mode = tls?.mode ?? "off";
        const usedPort = usesTls(mode) ? args.tlsPort : args.clientPort;
        const targets = hosts.map((host, i) => outsideAddress(host, usedPort + i));
        const peers = hosts.map((host, i) => {
            const port = usedPort + i;
            return peerAddress(`${name}-${i}`, host, args.hosts, { inside: port, outside: port });
        });
        const servers = peers.map(({ host }, id) => ({
            id,
            host,
            quorumPort: args.quorumPort + id,
            electionPort: args.electionPort + id,
        }));

        // With TLS connections are Netty's, and its pool of buffers took some 12 MiB of each server
        const netty = acceptsTls(mode) ? ["-Dio.netty.allocator.type=unpooled"] : [];
        const jvmFlags = [QUICK_COMPILER, ...netty, ...args.jvmFlags];
        this.ready = rollMembers(name, {
            kind: "zookeeper",
            targets,
            credentials: tls?.credentials,
            readySeconds: args.readySeconds,
            parent: this,
            dependsOn: [],
            members: hosts.map((host, i) => {
                const clientPort = args.clientPort + i;
                const tlsPort = args.tlsPort + i;
                const clientPorts = [
                    ...(acceptsPlain(mode) ? [clientPort] : []),
                    ...(acceptsTls(mode) ? [tlsPort] : []),
                ];
                const quorumPorts = spread ? [args.quorumPort + i, args.electionPort + i] : [];
                return {
                    host,
                    image: args.image,
                    command: javaCommand(
                        { ...args, jvmFlags },
                        "org.apache.zookeeper.server.quorum.QuorumPeerMain",
                        CONFIG_FILE,
                        "zookeeper",
                    ),
                    files: {
                        [CONFIG_FILE]: renderZooCfg({
                            ...args,
                            dataDir: DATA_PATH,
                            clientPort,
                            // The advertised address is the host's, not the container's.
                            listenOnAllAddresses: spread,
                            servers,
                            tls: { mode, clientPort: tlsPort, store: TLS_FILES.store },
                        }),
                        [`${DATA_PATH}/myid`]: `${i}\n`,
                    },
                    dataPath: DATA_PATH,
                    protectData: args.protectData,
                    ports: memberPorts(
                        args,
                        i,
                        Object.fromEntries([...clientPorts, ...quorumPorts].map((port) => [port, port])),
                    ),
                    healthcheck: ["/usr/local/bin/health-zookeeper", String(clientPort)],
                    memoryMb: args.memoryMb,
                    stopGraceSeconds: args.stopGraceSeconds,
                    tls: memberTls(`${name}-${i}`, "zookeeper", host, args, this),
                };
            }),
        });
        this.connectString = pulumi.output(bootstrapList(peers));
        this.addresses = pulumi.output(targets);
        this.tlsAddresses = hosts.map((host, i) => outsideAddress(host, args.tlsPort + i));
        this.peerAddresses = peers.map(({ host, port }) => `${host}:${port}`);
        this.metricsTargets = pulumi.output(metricsTargets(name, args, hosts));
        this.registerOutputs({ connectString: this.connectString, addresses: this.addresses, ready: this.ready });
    }
}
