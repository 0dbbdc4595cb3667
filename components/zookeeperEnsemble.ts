import * as pulumi from "@pulumi/pulumi";
import { javaCommand, JvmRoleArgs, memberPorts, MetricsTarget, metricsTargets } from "./jvm";
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
    /** Client port of server 0; server i has this port + i. */
    clientPort: number;
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
    /** `host:port` of every server for clients outside. */
    public readonly addresses: pulumi.Output<string[]>;
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
        const targets = hosts.map((host, i) => outsideAddress(host, args.clientPort + i));
        const peers = hosts.map((host, i) => {
            const port = args.clientPort + i;
            return peerAddress(`${name}-${i}`, host, args.hosts, { inside: port, outside: port });
        });
        const servers = peers.map(({ host }, id) => ({
            id,
            host,
            quorumPort: args.quorumPort + id,
            electionPort: args.electionPort + id,
        }));

        this.ready = rollMembers(name, {
            kind: "zookeeper",
            targets,
            readySeconds: args.readySeconds,
            parent: this,
            dependsOn: [],
            members: hosts.map((host, i) => {
                const clientPort = args.clientPort + i;
                const quorumPorts = spread ? [args.quorumPort + i, args.electionPort + i] : [];
                return {
                    host,
                    image: args.image,
                    command: javaCommand(
                        args,
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
                        }),
                        [`${DATA_PATH}/myid`]: `${i}\n`,
                    },
                    dataPath: DATA_PATH,
                    protectData: args.protectData,
                    ports: memberPorts(
                        args,
                        i,
                        Object.fromEntries([clientPort, ...quorumPorts].map((port) => [port, port])),
                    ),
                    healthcheck: ["/usr/local/bin/health-zookeeper", String(clientPort)],
                    memoryMb: args.memoryMb,
                    stopGraceSeconds: args.stopGraceSeconds,
                };
            }),
        });
        this.connectString = pulumi.output(bootstrapList(peers));
        this.addresses = pulumi.output(targets);
        this.peerAddresses = peers.map(({ host, port }) => `${host}:${port}`);
        this.metricsTargets = pulumi.output(metricsTargets(name, args, hosts));
        this.registerOutputs({ connectString: this.connectString, addresses: this.addresses, ready: this.ready });
    }
}
