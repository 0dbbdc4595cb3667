import { databaseUrl } from "@connect-cdc/connector/postgres";
import * as pulumi from "@pulumi/pulumi";
import type { StackTls } from "./certificates/stackTls";
import { DockerHost } from "./dockerHost";
import { Image } from "./image";
import { Member } from "./member";
import { HBA_FILE, pgHba, postgresArguments, schemaSql } from "./render/postgres";
import { Setting } from "./render/properties";
import { databaseAddress, POSTGRES_PORT } from "./render/serverAddresses";
import { acceptsPlain, acceptsTls, usesTls } from "./render/tls";
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
    /** Raw server settings, which win. */
    config: Record<string, Setting>;
    /** Keeps the data volume from being deleted. Default false. */
    protectData?: boolean;
    /** TLS of the stack. Default: none. */
    tls?: StackTls;
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
    /** PEM of the authorities to check the server's certificate with; undefined while the stack's clients use plain links. */
    public readonly ca: pulumi.Output<string> | undefined;
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
        const { tls } = args;
        const mode = tls?.mode ?? "off";
        const member = new Member(
            name,
            {
                host,
                image: args.image,
                user: "postgres",
                command: postgresArguments(args.config, mode),
                files: {
                    "/etc/connect-cdc/init/schema.sql": schemaSql({ database: args.name, user: args.user }),
                    ...(!acceptsPlain(mode) && { [HBA_FILE]: pgHba() }),
                },
                dataPath: DATA_PATH,
                protectData: args.protectData,
                secrets: { volumeName: secretFiles.volumeName, path: SECRETS_FOLDER },
                tls: acceptsTls(mode)
                    ? tls?.memberTls({
                          member: name,
                          role: "postgres",
                          host,
                          image: args.image,
                          user: "postgres",
                          parent: this,
                      })
                    : undefined,
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
        this.ca = tls && usesTls(mode) ? tls.ca : undefined;
        this.ready = new Readiness(
            `${name}-ready`,
            {
                kind: "postgres",
                targets: [outsideAddress(host, args.port)],
                members: { [name]: member.containerId },
                timeoutSeconds: 120,
                credentials: tls?.credentials,
            },
            { parent: this },
        );
        this.registerOutputs({ host: this.host, port: this.port, address: this.address, ready: this.ready });
    }
}
