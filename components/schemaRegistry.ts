import * as pulumi from "@pulumi/pulumi";
import { DockerHost } from "./dockerHost";
import { Image } from "./image";
import type { MetricsTarget } from "./jvm";
import { Member } from "./member";
import { registryCommand } from "./render/registry";
import { REGISTRY_PORT, registryAddress, registryUrl } from "./render/serverAddresses";
import { hostOf, outsideAddress } from "./render/topology";
import { Readiness } from "./rolling/readiness";

const DATA_PATH = "/var/lib/registry";

/** Arguments of {@link SchemaRegistry}. */
export interface SchemaRegistryArgs {
    hosts: DockerHost[];
    image: Image;
    /** Host name; empty: the first host. */
    placement: string[];
    /** Port for clients outside. */
    port: number;
    /** Compatibility of subjects without a level of their own, as Confluent's API names it. */
    compatibility: string;
    /** Largest heap of the JVM, MiB. */
    heapMb: number;
    /** Memory limit, MiB. */
    memoryMb: number;
    /** Keeps the data volume from being deleted. Default false. */
    protectData?: boolean;
}

/**
 * The stack's own schema registry: Apicurio Registry, which has Confluent's API. It is one server with its schemas in a volume,
 * because Maven Central has no distribution of this version that keeps them in Kafka. While it does not run, records with
 * known schemas flow on, since converters keep these.
 */
export class SchemaRegistry extends pulumi.ComponentResource {
    /** URL of its API like Confluent's, for clients outside. */
    public readonly url: pulumi.Output<string>;
    /** `host:port` for clients outside. */
    public readonly address: pulumi.Output<string>;
    /** `host:port` for other members. */
    public readonly peerAddress: string;
    /** Its entry in a file of targets for Prometheus: it serves metrics at its own port. */
    public readonly metricsTargets: pulumi.Output<MetricsTarget[]>;
    /** Resolves when the registry answers. */
    public readonly ready: Readiness;

    constructor(name: string, args: SchemaRegistryArgs, opts?: pulumi.ComponentResourceOptions) {
        super("cdc:index:SchemaRegistry", name, {}, opts);
        const host = hostOf(0, args.hosts, args.placement);
        const member = new Member(
            name,
            {
                host,
                image: args.image,
                command: registryCommand(
                    { port: REGISTRY_PORT, folder: DATA_PATH, compatibility: args.compatibility },
                    args.heapMb,
                ),
                files: {},
                dataPath: DATA_PATH,
                protectData: args.protectData,
                ports: { [REGISTRY_PORT]: args.port },
                healthcheck: ["/usr/local/bin/health-registry", String(REGISTRY_PORT)],
                memoryMb: args.memoryMb,
                stopGraceSeconds: 30,
            },
            { parent: this },
        );
        const outside = outsideAddress(host, args.port);
        const peer = registryAddress(args);
        const [outsideHost = "", outsidePort] = outside.split(":");
        this.url = pulumi.output(registryUrl({ host: outsideHost, port: Number(outsidePort) }));
        this.address = pulumi.output(outside);
        this.peerAddress = `${peer.host}:${peer.port}`;
        const labels = { stack: pulumi.getStack(), job: name, member: name };
        this.metricsTargets = pulumi.output([{ targets: [outside], labels }]);
        this.ready = new Readiness(
            `${name}-ready`,
            {
                kind: "registry",
                targets: [outside],
                members: { [name]: member.containerId },
                timeoutSeconds: 120,
            },
            { parent: this },
        );
        this.registerOutputs({ url: this.url, address: this.address, ready: this.ready });
    }
}
