import * as pulumi from "@pulumi/pulumi";
import type { MemberTls, MemberTlsArgs, StackTls } from "./certificates/stackTls";
import { DockerHost } from "./dockerHost";
import { Image } from "./image";
import { Setting } from "./render/properties";
import { acceptsPlain, acceptsTls, type TlsMode, usesTls } from "./render/tls";
import { outsideAddress } from "./render/topology";

/** Port of the metrics in every container: the one that Prometheus lists for this agent. */
const METRICS_PORT = 9404;
const METRICS_FOLDER = "/opt/kafka/metrics";

/** Arguments that all roles of the runtime image have. */
export interface JvmRoleArgs {
    /** Hosts that members are placed on. */
    hosts: DockerHost[];
    /** Image of the members. */
    image: Image;
    /** Host names by member, repeated when shorter than the role. Empty: member i goes to host i modulo their number. */
    placement: string[];
    /** Largest heap of the JVM, MiB. */
    heapMb: number;
    /** Memory limit of a container, MiB. */
    memoryMb: number;
    /** Further JVM flags. */
    jvmFlags: string[];
    /** Time for a clean stop, s. */
    stopGraceSeconds: number;
    /** Time limit for the whole role to become ready, and for one member to rejoin, s. */
    readySeconds: number;
    /** Raw server settings, which win over everything else. */
    config: Record<string, Setting>;
    /**
     * Port of member 0 for Prometheus; member i has this port + i. Default: no metrics. Where servers take TLS only, metrics
     * are on the loopback of each container, and no port is published: this version of the agent cannot ask for certificates.
     */
    metricsPort?: number;
    /** Certificates of the stack, with the mode of TLS. Default: no TLS. */
    tls?: StackTls;
}

/** One member to scrape, with the labels of all its series. */
export interface MetricsTarget {
    /** `host:port`, as Prometheus reaches it from outside. */
    targets: string[];
    /** `__scheme__`: how Prometheus scrapes it. Default: as the job says. */
    labels: { stack: string; job: string; member: string; __scheme__?: "https" };
}

/**
 * Command line of a server of the runtime image: exec form, so that the JVM is process 1 and gets SIGTERM.
 * @param metricsRules name of the agent's rules in the image, used where metrics are on.
 */
export function javaCommand(args: JvmRoleArgs, mainClass: string, configFile: string, metricsRules: string): string[] {
    return [
        "java",
        `-Xmx${args.heapMb}m`,
        ...args.jvmFlags,
        ...(args.metricsPort === undefined
            ? []
            : [
                  `-javaagent:${METRICS_FOLDER}/agent.jar=${publishesMetrics(args) ? "" : "127.0.0.1:"}${METRICS_PORT}:` +
                      `${METRICS_FOLDER}/${metricsRules}.yml`,
              ]),
        // The restart policy replaces a server that is out of memory.
        "-XX:+ExitOnOutOfMemoryError",
        // A replaced container has a new address: the JVM's cache of names must not outlive the old one.
        "-Dsun.net.inetaddr.ttl=2",
        "-Djava.net.preferIPv4Stack=true",
        "-Dlog4j.configuration=file:/opt/kafka/config/log4j.properties",
        "-cp",
        "/opt/kafka/libs/*",
        mainClass,
        configFile,
    ];
}

/** Published ports of member `i`: its own, and the one for Prometheus where metrics are on and plain links are taken. */
export function memberPorts(args: JvmRoleArgs, i: number, own: Record<number, number>): Record<number, number> {
    return publishesMetrics(args) ? { ...own, [METRICS_PORT]: args.metricsPort + i } : own;
}

function publishesMetrics(args: JvmRoleArgs): args is JvmRoleArgs & { metricsPort: number } {
    return args.metricsPort !== undefined && acceptsPlain(args.tls?.mode ?? "off");
}

/** Key and certificates of a member that runs as the image's user; undefined where servers take no TLS. */
export function memberTls(
    member: string,
    role: MemberTlsArgs["role"],
    host: DockerHost,
    { tls, image }: Pick<JvmRoleArgs, "tls" | "image">,
    parent: pulumi.Resource,
): MemberTls | undefined {
    if (!tls || !acceptsTls(tls.mode)) return undefined;
    return tls.memberTls({ member, role, host, image, user: "cdc", parent });
}

/** Entries of the members in a file of targets for Prometheus (`file_sd_configs`); none where no port is published. */
export function metricsTargets(job: string, args: JvmRoleArgs, hosts: DockerHost[]): MetricsTarget[] {
    if (!publishesMetrics(args)) return [];
    const { metricsPort } = args;
    return hosts.map((host, i) => ({
        targets: [outsideAddress(host, metricsPort + i)],
        labels: { stack: pulumi.getStack(), job, member: `${job}-${i}` },
    }));
}

/**
 * The same for servers that have their metrics at the port of their clients.
 *
 * @param addresses `host:port` of each server, for clients outside.
 * @param mode TLS of the stack.
 */
export function ownMetricsTargets(job: string, addresses: string[], mode: TlsMode): MetricsTarget[] {
    return addresses.map((address, i) => ({
        targets: [address],
        labels: {
            stack: pulumi.getStack(),
            job,
            member: `${job}-${i}`,
            ...(usesTls(mode) && { __scheme__: "https" as const }),
        },
    }));
}

/** Entries of all members in a file of targets for Prometheus. */
export function prometheusTargets(
    clusters: { metricsTargets: pulumi.Output<MetricsTarget[]> }[],
): pulumi.Output<MetricsTarget[]> {
    return pulumi.all(clusters.map(({ metricsTargets }) => metricsTargets)).apply((targets) => targets.flat());
}
