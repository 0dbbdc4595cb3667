import * as pulumi from "@pulumi/pulumi";
import type { StackTls } from "./certificates/stackTls";
import { DockerHost } from "./dockerHost";
import { Image } from "./image";
import { memberTls, type MetricsTarget, ownMetricsTargets } from "./jvm";
import { KafkaCluster } from "./kafkaCluster";
import { CLIENT_AUTH_PROPERTIES, registryCommand } from "./render/registry";
import { REGISTRY_PORT, REGISTRY_TLS_PORT, registryPeerUrls, registryUrl } from "./render/serverAddresses";
import { acceptsPlain, acceptsTls, TLS_FILES, TLS_FOLDER, usesTls } from "./render/tls";
import { hostsOf, outsideAddress } from "./render/topology";
import { Readiness } from "./rolling/readiness";
import { rollMembers } from "./rolling/rollMembers";

/** Limit until all instances answer, s. An instance first reads all schemas from their topic. */
const READY_SECONDS = 300;
/** How long an instance may take to stop, s. */
const STOP_GRACE_SECONDS = 30;
const CLIENT_AUTH_FILE = "/etc/connect-cdc/registry.properties";

/** Arguments of {@link SchemaRegistry}. */
export interface SchemaRegistryArgs {
    hosts: DockerHost[];
    image: Image;
    /** Where the schemas are kept. */
    kafka: KafkaCluster;
    /** Resources that must exist before the first instance. Default: none but Kafka. */
    after?: pulumi.Resource[];
    /** Instances of the registry. */
    instances: number;
    /** Host names by instance, repeated when it is shorter. Empty: instance i goes to host i modulo the number of hosts. */
    placement: string[];
    /** Port of instance 0 for clients outside, without TLS; instance i has this port + i. */
    port: number;
    /** The same with TLS, for clients with a certificate. */
    tlsPort: number;
    /** TLS of the stack. Default: none. */
    tls?: StackTls;
    /** Names in certificates that may change schemas where the registry takes TLS only. */
    writers: string[];
    /** Compatibility of subjects without a level of their own, as Confluent's API names it. */
    compatibility: string;
    /** Largest heap of the JVM, MiB. */
    heapMb: number;
    /** Memory limit, MiB. */
    memoryMb: number;
}

/**
 * The stack's own schema registry: Apicurio Registry, which has Confluent's API. Its instances have the schemas in memory, and
 * keep them in a topic. So they are equal, and any of them may be lost.
 */
export class SchemaRegistry extends pulumi.ComponentResource {
    /** URL of each instance's API like Confluent's, for clients outside, with TLS from `prefer` on. */
    public readonly urls: pulumi.Output<string[]>;
    /** `host:port` of each instance for clients outside. */
    public readonly addresses: pulumi.Output<string[]>;
    /** The same for other members. */
    public readonly peerAddresses: string[];
    /** Entries of the instances in a file of targets for Prometheus: they serve metrics at their own port. */
    public readonly metricsTargets: pulumi.Output<MetricsTarget[]>;
    /** Resolves when all instances answer. */
    public readonly ready: Readiness;

    constructor(name: string, args: SchemaRegistryArgs, opts?: pulumi.ComponentResourceOptions) {
        super("cdc:index:SchemaRegistry", name, {}, opts);
        const { compatibility, heapMb, memoryMb, kafka, tls } = args;
        const mode = tls?.mode ?? "off";
        const hosts = hostsOf(args.instances, args.hosts, args.placement);
        const targets = hosts.map((host, i) => outsideAddress(host, (usesTls(mode) ? args.tlsPort : args.port) + i));
        this.ready = rollMembers(name, {
            kind: "registry",
            targets,
            credentials: tls?.credentials,
            readySeconds: READY_SECONDS,
            parent: this,
            dependsOn: [kafka.ready, ...(args.after ?? [])],
            members: hosts.map((host, i) => ({
                host,
                image: args.image,
                command: kafka.bootstrapServers.apply((bootstrapServers) =>
                    registryCommand(
                        {
                            port: REGISTRY_PORT,
                            compatibility,
                            store: { bootstrapServers },
                            tls: {
                                mode,
                                store: TLS_FILES.store,
                                port: REGISTRY_TLS_PORT,
                                clientAuthFile: CLIENT_AUTH_FILE,
                                writers: args.writers,
                            },
                        },
                        heapMb,
                    ),
                ),
                files: Object.fromEntries<string>(acceptsTls(mode) ? [[CLIENT_AUTH_FILE, CLIENT_AUTH_PROPERTIES]] : []),
                ports: Object.fromEntries<number>([
                    ...(acceptsPlain(mode) ? ([[REGISTRY_PORT, args.port + i]] as const) : []),
                    ...(acceptsTls(mode) ? ([[REGISTRY_TLS_PORT, args.tlsPort + i]] as const) : []),
                ]),
                healthcheck: [
                    "/usr/local/bin/health-registry",
                    ...(acceptsPlain(mode) ? [String(REGISTRY_PORT)] : [String(REGISTRY_TLS_PORT), TLS_FOLDER]),
                ],
                tls: memberTls(`${name}-${i}`, "registry", host, args, this),
                memoryMb,
                stopGraceSeconds: STOP_GRACE_SECONDS,
            })),
        });
        this.urls = pulumi.output(targets.map((target) => registryUrl(target, mode)));
        this.addresses = pulumi.output(targets);
        this.peerAddresses = registryPeerUrls({ ...args, mode }).map((url) => new URL(url).host);
        this.metricsTargets = pulumi.output(ownMetricsTargets(name, targets, mode));
        this.registerOutputs({ urls: this.urls, addresses: this.addresses, ready: this.ready });
    }
}
