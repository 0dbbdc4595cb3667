import type { Credentials } from "@connect-cdc/connector/client";
import * as pulumi from "@pulumi/pulumi";
import { ConnectCluster } from "./connectCluster";
import { DockerHost } from "./dockerHost";
import { Image } from "./image";
import { JmsBroker } from "./jmsBroker";
import { KafkaCluster } from "./kafkaCluster";
import { Member } from "./member";
import { hostOf } from "./render/topology";
import type { SchemaRegistry } from "./schemaRegistry";
import { SecretFiles, SECRETS_FOLDER } from "./secretFiles";
import { SourceDatabase } from "./sourceDatabase";
import { SECRETS_LABEL } from "./stackObjects";
import { ZookeeperEnsemble } from "./zookeeperEnsemble";

const FILE = "watch.json";
/** Port of the health check, inside the container only. */
const HEALTH_PORT = 8000;

/** Arguments of {@link Watch}. */
export interface WatchArgs {
    hosts: DockerHost[];
    image: Image;
    /** Host name; empty: the first host. */
    placement: string[];
    /** Time between two snapshots, s. */
    intervalSeconds: number;
    /** True: it restarts FAILED connectors and tasks, within limits. */
    heal: boolean;
    /** Memory limit, MiB. */
    memoryMb: number;
    zookeeper: ZookeeperEnsemble;
    kafka: KafkaCluster;
    connect: ConnectCluster;
    /** Credentials for the members. Default: they take plain links. */
    credentials?: pulumi.Output<Credentials>;
    /** Declared connectors with their declared state. */
    connectors: Record<string, string>;
    /** Values that its log must not contain, although traces may. Default: the passwords below only. */
    secrets?: pulumi.Input<string>[];
    /** The stack's own database with its login. Default: not watched. */
    database?: { server: SourceDatabase; name: string; user: string; password: pulumi.Input<string> };
    /** The stack's own schema registry. Default: not watched. */
    registry?: SchemaRegistry;
    /** The stack's own JMS broker with the operator's login. Default: not watched. */
    jmsBroker?: { server: JmsBroker; user: string; password: pulumi.Input<string>; queues: string[] };
}

/**
 * A container that takes snapshots of the stack from inside, at an interval, and logs changes. It has no Docker socket, so
 * the snapshots have no containers. Its settings are in a secret file, because logins are among them.
 */
export class Watch extends pulumi.ComponentResource {
    public readonly containerId: pulumi.Output<string>;

    constructor(name: string, args: WatchArgs, opts?: pulumi.ComponentResourceOptions) {
        super("cdc:index:Watch", name, {}, opts);
        const host = hostOf(0, args.hosts, args.placement);
        const { intervalSeconds, heal } = args;
        const content = pulumi
            .output(targetOf(args))
            .apply((target) => JSON.stringify({ target, intervalSeconds, heal }, undefined, 1));
        const secretFiles = new SecretFiles(
            `${name}-secrets`,
            { host, image: args.image, user: "cdc", secrets: { [FILE]: content } },
            { parent: this },
        );
        const member = new Member(
            name,
            {
                host,
                image: args.image,
                command: [`${SECRETS_FOLDER}/${FILE}`, String(HEALTH_PORT)],
                files: {},
                readOnly: true,
                secrets: { volumeName: secretFiles.volumeName, path: SECRETS_FOLDER },
                ports: {},
                healthcheck: ["/usr/local/bin/health-watch", String(HEALTH_PORT)],
                memoryMb: args.memoryMb,
                stopGraceSeconds: 10,
                // It reads its file at start: a new content needs a new container.
                labels: { [SECRETS_LABEL]: secretFiles.writerId },
            },
            { parent: this },
        );
        this.containerId = member.containerId;
        this.registerOutputs({ containerId: this.containerId });
    }
}

/** The servers to watch, by the addresses that members use among themselves. */
function targetOf({
    zookeeper,
    kafka,
    connect,
    connectors,
    secrets,
    database,
    registry,
    jmsBroker,
    credentials,
}: WatchArgs) {
    return {
        credentials,
        stack: pulumi.getStack(),
        project: pulumi.getProject(),
        engines: {},
        zookeeper: zookeeper.peerAddresses,
        kafka: kafka.peerAddresses,
        connect: connect.peerUrls,
        connectors,
        secrets,
        database: database && {
            host: database.server.host,
            port: database.server.port,
            database: database.name,
            user: database.user,
            password: database.password,
            ca: database.server.ca,
        },
        registry: registry?.peerAddresses,
        jmsBroker: jmsBroker && {
            ...jmsBroker.server.peer,
            user: jmsBroker.user,
            password: jmsBroker.password,
            queues: jmsBroker.queues,
        },
    };
}
