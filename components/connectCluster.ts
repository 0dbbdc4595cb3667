import * as pulumi from "@pulumi/pulumi";
import type { PluginDiscovery, PluginVersion } from "../images/staging/contract";
import { javaCommand, JvmRoleArgs, memberPorts, memberTls, MetricsTarget, metricsTargets } from "./jvm";
import { KafkaCluster } from "./kafkaCluster";
import { renderConnectProperties, restJaas, WorkerSettings } from "./render/connectProperties";
import { javaProperties } from "./render/javaProperties";
import { workerUrls } from "./render/serverAddresses";
import { acceptsPlain, acceptsTls, OPERATOR, TLS_FILES, TLS_FOLDER, usesTls } from "./render/tls";
import { hostsOf, peerAddress } from "./render/topology";
import { Readiness } from "./rolling/readiness";
import { rollMembers } from "./rolling/rollMembers";
import { SecretFiles, SECRETS_FOLDER } from "./secretFiles";

const CONFIG_FILE = "/etc/connect-cdc/connect-distributed.properties";
const JAAS_FILE = "/etc/connect-cdc/connect-jaas.conf";
/** Users of the REST API with their passwords, and the operator's login for the health check, beside the worker's key. */
const USERS_FILE = "rest-users.properties";
const LOGIN_FILE = "rest-login";
const REST_PORT = 8083;
const REST_TLS_PORT = 8443;
/** Port of the health check where the REST API has TLS only, inside the container only. */
const HEALTH_PORT = 8084;

/** Arguments of {@link ConnectCluster}. */
export interface ConnectClusterArgs extends JvmRoleArgs, WorkerSettings {
    kafka: KafkaCluster;
    /** Resources that must exist before the first worker. Default: none but Kafka. */
    after?: pulumi.Resource[];
    /** Plugins that the image holds. */
    plugins: pulumi.Input<PluginVersion[]>;
    /** How workers find the plugins of the image. */
    pluginDiscovery: pulumi.Input<PluginDiscovery>;
    /** Secrets that connectors refer to, by path: `<connector>/<secret>`. */
    secrets: Record<string, pulumi.Input<string>>;
    /** Passwords of the users of the REST API by name, the operator's among them. Needs TLS. Default: requests need no user. */
    restPasswords?: Record<string, pulumi.Input<string>>;
    /** Files with authorities of servers that are not the stack's own: PEM by path. Default: none. */
    authorities?: Record<string, string>;
    /** Workers of the cluster. */
    workers: number;
    /** REST port of worker 0 for clients outside, without TLS; worker i has this port + i. */
    port: number;
    /** The same with TLS, for clients with a certificate. */
    tlsPort: number;
    /** Replication factor of the three internal topics. Default: the number of brokers, at most 3. */
    replicationFactor?: number;
    /**
     * Connectors that this update does not change: their tasks must not fail while workers are replaced. Tasks of the others
     * may fail, because their change comes after the workers. Default: all.
     */
    keptConnectors?: string[];
}

/** A distributed Connect cluster, ready when every worker is healthy and all are in one group. */
export class ConnectCluster extends pulumi.ComponentResource {
    /** URL of every worker's REST API for clients outside, with TLS from `prefer` on. */
    public readonly restUrls: pulumi.Output<string[]>;
    /** The same for other members. */
    public readonly peerUrls: string[];
    public readonly groupId: string;
    /** Plugins baked into the image. */
    public readonly plugins: pulumi.Output<PluginVersion[]>;
    /** Entries of the workers in a file of targets for Prometheus; none where metrics are off. */
    public readonly metricsTargets: pulumi.Output<MetricsTarget[]>;
    /** Resolves when the cluster is ready. */
    public readonly ready: Readiness;
    private readonly secretFiles: SecretFiles[];

    constructor(name: string, args: ConnectClusterArgs, opts?: pulumi.ComponentResourceOptions) {
        super("cdc:index:ConnectCluster", name, {}, opts);
        const hosts = hostsOf(args.workers, args.hosts, args.placement);
        const { tls } = args;
        const mode = tls?.mode ?? "off";
        const rest = usesTls(mode)
            ? { scheme: "https" as const, inside: REST_TLS_PORT, outside: args.tlsPort }
            : { scheme: "http" as const, inside: REST_PORT, outside: args.port };
        const targets = workerUrls({ ...args, port: rest.outside, scheme: rest.scheme });
        const advertised = hosts.map((host, i) =>
            peerAddress(`${name}-${i}`, host, args.hosts, { inside: rest.inside, outside: rest.outside + i }),
        );
        const secretFiles = new Map(
            [...new Set(hosts)].map((host) => [
                host,
                new SecretFiles(
                    args.hosts.length === 1 ? `${name}-secrets` : `${name}-secrets-${host.hostName}`,
                    { host, image: args.image, user: "cdc", secrets: args.secrets, keepsOthers: true },
                    { parent: this },
                ),
            ]),
        );
        this.secretFiles = [...secretFiles.values()];

        // Beside the key, where no connector may read, and where a change rolls the workers
        const userFiles = args.restPasswords && {
            [USERS_FILE]: pulumi.output(args.restPasswords).apply(javaProperties),
            [LOGIN_FILE]: pulumi.output(args.restPasswords).apply((users) => `${OPERATOR}:${users[OPERATOR]!}`),
        };
        const jvmFlags = userFiles
            ? [...args.jvmFlags, `-Djava.security.auth.login.config=${JAAS_FILE}`]
            : args.jvmFlags;
        const healthPort = String(acceptsPlain(mode) ? REST_PORT : HEALTH_PORT);

        const discovered = pulumi.all([args.kafka.bootstrapServers, args.pluginDiscovery]);
        this.ready = rollMembers(name, {
            kind: "connect",
            targets,
            credentials: tls?.credentials,
            readySeconds: args.readySeconds,
            parent: this,
            dependsOn: [args.kafka.ready, ...(args.after ?? []), ...secretFiles.values()],
            keptConnectors: args.keptConnectors,
            secrets: pulumi.output(args.secrets).apply((secrets) => Object.values(secrets)),
            members: hosts.map((host, i) => ({
                host,
                image: args.image,
                command: javaCommand(
                    { ...args, jvmFlags },
                    "org.apache.kafka.connect.cli.ConnectDistributed",
                    CONFIG_FILE,
                    "connect",
                ),
                files: {
                    ...args.authorities,
                    ...(userFiles && { [JAAS_FILE]: restJaas(`${TLS_FOLDER}/${USERS_FILE}`) }),
                    [CONFIG_FILE]: discovered.apply(([bootstrapServers, pluginDiscovery]) =>
                        renderConnectProperties({
                            ...args,
                            replicationFactor: args.replicationFactor ?? args.kafka.replicationFactor,
                            maxMessageBytes: args.kafka.maxMessageBytes,
                            bootstrapServers,
                            pluginDiscovery,
                            pluginPath: "/opt/connect/plugins",
                            restPort: REST_PORT,
                            restAdvertisedHost: advertised[i]!.host,
                            restAdvertisedPort: advertised[i]!.port,
                            secretsFolder: SECRETS_FOLDER,
                            restUsers: userFiles !== undefined,
                            tls: { mode, store: TLS_FILES.store, restPort: REST_TLS_PORT, healthPort: HEALTH_PORT },
                        }),
                    ),
                },
                secrets: { volumeName: secretFiles.get(host)!.volumeName, path: SECRETS_FOLDER },
                ports: memberPorts(
                    args,
                    i,
                    Object.fromEntries([
                        ...(acceptsPlain(mode) ? [[REST_PORT, args.port + i]] : []),
                        ...(acceptsTls(mode) ? [[REST_TLS_PORT, args.tlsPort + i]] : []),
                    ]),
                ),
                healthcheck: [
                    ...["/usr/local/bin/health-connect", healthPort],
                    ...(userFiles ? [`${TLS_FOLDER}/${LOGIN_FILE}`] : []),
                ],
                memoryMb: args.memoryMb,
                stopGraceSeconds: args.stopGraceSeconds,
                tls: memberTls(`${name}-${i}`, "connect", host, args, this, userFiles),
            })),
        });
        this.restUrls = pulumi.output(targets);
        this.peerUrls = advertised.map(({ host, port }) => `${rest.scheme}://${host}:${port}`);
        this.groupId = args.groupId;
        this.plugins = pulumi.output(args.plugins);
        this.metricsTargets = pulumi.output(metricsTargets(name, args, hosts));
        this.registerOutputs({
            restUrls: this.restUrls,
            groupId: this.groupId,
            plugins: this.plugins,
            ready: this.ready,
        });
    }

    /**
     * Removes from the workers the secrets that no connector refers to, after the connectors have their configs. Until then a
     * task that starts still reads the secrets of the previous config.
     */
    public sweepSecrets(connectors: pulumi.Resource[]): void {
        for (const files of this.secretFiles) files.sweep(connectors, this);
    }
}
