import { databaseUrl } from "@connect-cdc/connector/postgres";
import * as pulumi from "@pulumi/pulumi";
import { DockerHost } from "./dockerHost";
import { Image } from "./image";
import { Member } from "./member";
import { schemaSql } from "./render/postgres";
import { databaseAddress, POSTGRES_PORT } from "./render/serverAddresses";
import { hostOf, outsideAddress } from "./render/topology";
import { Readiness } from "./rolling/readiness";
import { SecretFiles, SECRETS_FOLDER } from "./secretFiles";
import { SECRETS_LABEL } from "./stackObjects";

const DATA_PATH = "/var/lib/postgresql/data";

/** Arguments of {@link SourceDatabase}. */
export interface SourceDatabaseArgs {
    hosts: DockerHost[];
    image: Image;
    /** Host name; empty: the first host. */
    placement: string[];
    /** Port for clients outside. */
    port: number;
    /** Name of the database. */
    name: string;
    /** Replication role that Debezium connects as. */
    user: string;
    /** Password of the role. */
    password: pulumi.Input<string>;
    /** Memory limit, MiB. */
    memoryMb: number;
    /** Keeps the data volume from being deleted. Default false. */
    protectData?: boolean;
}

/** The stack's own PostgreSQL with logical decoding, replication role and the demo's table. */
export class SourceDatabase extends pulumi.ComponentResource {
    /** Host as the Connect workers reach it. */
    public readonly host: pulumi.Output<string>;
    /** Port as the Connect workers reach it. */
    public readonly port: pulumi.Output<number>;
    /** `host:port` for clients outside. */
    public readonly address: pulumi.Output<string>;
    /** URL for clients outside, with user and password. */
    public readonly url: pulumi.Output<string>;
    /** Resolves when the database answers queries. */
    public readonly ready: Readiness;

    constructor(name: string, args: SourceDatabaseArgs, opts?: pulumi.ComponentResourceOptions) {
        super("cdc:index:SourceDatabase", name, {}, opts);
        const host = hostOf(0, args.hosts, args.placement);
        const secretFiles = new SecretFiles(
            `${name}-secrets`,
            { host, image: args.image, user: "postgres", secrets: { "database-password": args.password } },
            { parent: this },
        );
        const member = new Member(
            name,
            {
                host,
                image: args.image,
                user: "postgres",
                command: [
                    ["listen_addresses", "*"],
                    ["port", String(POSTGRES_PORT)],
                    ["wal_level", "logical"],
                    ["max_wal_senders", "10"],
                    ["max_replication_slots", "10"],
                    ["shared_buffers", "32MB"],
                    // A slot is free this long after its reader went silent (PostgreSQL: 60 s). Not sooner than a worker that is
                    // cut off has given up its tasks (session 10 s, heartbeat 0.5 s, stop 5 s): it may still hold rows to write.
                    ["wal_sender_timeout", "20s"],
                    // Other connections whose client is gone end after 20 + 3 x 5 s; the system's default is over two hours.
                    ["tcp_keepalives_idle", "20"],
                    ["tcp_keepalives_interval", "5"],
                    ["tcp_keepalives_count", "3"],
                ].flatMap(([key, value]) => ["-c", `${key}=${value}`]),
                files: {
                    "/etc/connect-cdc/init/schema.sql": schemaSql({ database: args.name, user: args.user }),
                },
                dataPath: DATA_PATH,
                protectData: args.protectData,
                secrets: { volumeName: secretFiles.volumeName, path: SECRETS_FOLDER },
                ports: { [POSTGRES_PORT]: args.port },
                healthcheck: ["/usr/local/bin/health-postgres", String(POSTGRES_PORT)],
                memoryMb: args.memoryMb,
                stopGraceSeconds: 60,
                // The entrypoint sets the role's password at start: a new password needs a new container.
                labels: { [SECRETS_LABEL]: secretFiles.writerId },
            },
            { parent: this },
        );
        const peer = databaseAddress(args);
        this.host = pulumi.output(peer.host);
        this.port = pulumi.output(peer.port);
        this.address = pulumi.output(outsideAddress(host, args.port));
        this.url = pulumi
            .all([this.address, args.password])
            .apply(([address, password]) => databaseUrl({ address, database: args.name, user: args.user, password }));
        this.ready = new Readiness(
            `${name}-ready`,
            {
                kind: "postgres",
                targets: [outsideAddress(host, args.port)],
                members: { [name]: member.containerId },
                timeoutSeconds: 120,
            },
            { parent: this },
        );
        this.registerOutputs({ host: this.host, port: this.port, address: this.address, ready: this.ready });
    }
}
