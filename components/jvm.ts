import * as pulumi from "@pulumi/pulumi";
import type { MemberTls, MemberTlsArgs, StackTls } from "./certificates/stackTls";
import { DockerHost } from "./dockerHost";
import { Image } from "./image";
import { Setting } from "./render/properties";
import { acceptsPlain, acceptsTls, STORE_PASSWORD, TLS_FILES, type TlsMode, usesTls } from "./render/tls";
import { outsideAddress } from "./render/topology";

/** Port of the metrics in every container: the one that Prometheus lists for this agent. */
const METRICS_PORT = 9404;
/** The same by https, where servers take TLS only. */
const METRICS_TLS_PORT = 9405;
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
     * Port of member 0 for Prometheus; member i has this port + i. Default: no metrics. Where servers take TLS only, it takes https
     * from clients with a certificate.
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

/** Flag of a server that compiles for a quick start and little memory. */
export const QUICK_COMPILER = "-XX:TieredStopAtLevel=1";

/**
 * Command line of a server of the runtime image: exec form, so that the JVM is process 1 and gets SIGTERM.
 * @param metricsRules name of the agent's rules in the image, used where metrics are on.
 */
export function javaCommand(args: JvmRoleArgs, mainClass: string, configFile: string, metricsRules: string): string[] {
    return [
        "java",
        `-Xmx${args.heapMb}m`,
        ...args.jvmFlags,
        ...(args.metricsPort === undefined ? [] : metricsAgents(args.tls?.mode, metricsRules)),
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

/** This version of the agent cannot ask for certificates: a second one does, and the first has only the container's loopback. */
function metricsAgents(mode: TlsMode = "off", rules: string): string[] {
    const address = acceptsPlain(mode) ? `${METRICS_PORT}` : `127.0.0.1:${METRICS_PORT}`;
    const secure = `-javaagent:${METRICS_FOLDER}/secure.jar=${METRICS_TLS_PORT}:${TLS_FILES.store}:${STORE_PASSWORD}`;
    return [
        `-javaagent:${METRICS_FOLDER}/agent.jar=${address}:${METRICS_FOLDER}/${rules}.yml`,
        ...(acceptsPlain(mode) ? [] : [secure]),
    ];
}

/** Published ports of member `i`: its own, and the one for Prometheus where metrics are on. */
export function memberPorts(args: JvmRoleArgs, i: number, own: Record<number, number>): Record<number, number> {
    if (args.metricsPort === undefined) return own;
    const inside = acceptsPlain(args.tls?.mode ?? "off") ? METRICS_PORT : METRICS_TLS_PORT;
    return { ...own, [inside]: args.metricsPort + i };
}

/** Key and certificates of a member that runs as the image's user; undefined where servers take no TLS. */
export function memberTls(
    member: string,
    role: MemberTlsArgs["role"],
    host: DockerHost,
    { tls, image }: Pick<JvmRoleArgs, "tls" | "image">,
    parent: pulumi.Resource,
    files?: MemberTlsArgs["files"],
): MemberTls | undefined {
    if (!tls || !acceptsTls(tls.mode)) return undefined;
    return { ...tls.memberTls({ member, role, host, image, user: "cdc", files, parent }), mode: tls.mode };
}

/** Entries of the members in a file of targets for Prometheus (`file_sd_configs`); none where metrics are off. */
export function metricsTargets(job: string, args: JvmRoleArgs, hosts: DockerHost[]): MetricsTarget[] {
    const { metricsPort, tls } = args;
    if (metricsPort === undefined) return [];
    const addresses = hosts.map((host, i) => outsideAddress(host, metricsPort + i));
    return targetsOf(job, addresses, !acceptsPlain(tls?.mode ?? "off"));
}

/**
 * The same for servers that have their metrics at the port of their clients.
 *
 * @param addresses `host:port` of each server, for clients outside.
 * @param mode TLS of the stack.
 */
export function ownMetricsTargets(job: string, addresses: string[], mode: TlsMode): MetricsTarget[] {
    return targetsOf(job, addresses, usesTls(mode));
}

function targetsOf(job: string, addresses: string[], isSecure: boolean): MetricsTarget[] {
    const scheme = isSecure ? { __scheme__: "https" as const } : {};
    return addresses.map((address, i) => ({
        targets: [address],
        labels: { stack: pulumi.getStack(), job, member: `${job}-${i}`, ...scheme },
    }));
}

/** Entries of all members in a file of targets for Prometheus. */
export function prometheusTargets(
    clusters: { metricsTargets: pulumi.Output<MetricsTarget[]> }[],
): pulumi.Output<MetricsTarget[]> {
    return pulumi.all(clusters.map(({ metricsTargets }) => metricsTargets)).apply((targets) => targets.flat());
}
