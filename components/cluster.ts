import { createHash } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import { DockerHost } from "./dockerHost";
import { Image } from "./image";
import { Member, MemberArgs } from "./member";
import { Setting } from "./render/properties";
import { outsideAddress } from "./render/topology";
import { Gate, MemberKind, Readiness, RollStart } from "./rolling/readiness";
import { dockerName } from "./stackObjects";

/** Port of the metrics inside every container: the one that Prometheus lists for this agent. */
const METRICS_PORT = 9404;
const METRICS_FOLDER = "/opt/kafka/metrics";

/** What the arguments of every JVM role have in common. */
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
    /** Port of member 0 for Prometheus; member i has this port + i. Default: no agent, no port. */
    metricsPort?: number;
}

/** One member to scrape, with the labels that all its series get. */
export interface MetricsTarget {
    /** `host:port`, as Prometheus reaches it from outside. */
    targets: string[];
    labels: { stack: string; job: string; member: string };
}

/**
 * Command line of a server of the runtime image: exec form, so that the JVM is process 1 and gets SIGTERM.
 * @param metricsRules name of the file in the image that says what the agent serves, where metrics are on.
 */
export function javaCommand(args: JvmRoleArgs, mainClass: string, configFile: string, metricsRules: string): string[] {
    return [
        "java",
        `-Xmx${args.heapMb}m`,
        ...args.jvmFlags,
        ...(args.metricsPort === undefined
            ? []
            : [`-javaagent:${METRICS_FOLDER}/agent.jar=${METRICS_PORT}:${METRICS_FOLDER}/${metricsRules}.yml`]),
        // A server out of memory is of no use: the restart policy brings a fresh one.
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

/** Published ports of member `i`: its own, and the one for Prometheus where metrics are on. */
export function publishedPorts(args: JvmRoleArgs, i: number, own: Record<number, number>): Record<number, number> {
    return args.metricsPort === undefined ? own : { ...own, [METRICS_PORT]: args.metricsPort + i };
}

/** Members as Prometheus' file of targets has them (`file_sd_configs`); none where metrics are off. */
export function metricsTargets(job: string, args: JvmRoleArgs, hosts: DockerHost[]): MetricsTarget[] {
    const { metricsPort } = args;
    if (metricsPort === undefined) return [];
    return hosts.map((host, i) => ({
        targets: [outsideAddress(host, metricsPort + i)],
        labels: { stack: pulumi.getStack(), job, member: `${job}-${i}` },
    }));
}

/** Arguments of {@link rollMembers}. */
export interface RollArgs {
    kind: MemberKind;
    /** Arguments of each member, in order; the name of member i is `<name>-<i>`. */
    members: MemberArgs[];
    /** Address of each member from this machine. */
    targets: string[];
    readySeconds: number;
    parent: pulumi.Resource;
    /** What must be there before the first member. */
    dependsOn: pulumi.Resource[];
    /** Of workers: connectors that this update leaves as they are. Default: all. */
    keptConnectors?: string[];
    /** Of workers: values that no message may hold. */
    secrets?: pulumi.Output<string[]>;
}

/**
 * Makes the members of a role. They start in parallel on the first `up` and roll one by one on a change, because each
 * depends on the gate of the one before it. Returns the readiness of the whole role, which is last.
 */
export function rollMembers(name: string, args: RollArgs): Readiness {
    const { kind, targets, parent, keptConnectors } = args;
    const containers = args.members.map(({ host: { endpoint, certPath } }, i) => ({
        container: dockerName(`${name}-${i}`),
        endpoint,
        certPath,
    }));
    const members: Record<string, pulumi.Output<string>> = {};
    const roll = kind === "connect" ? digestOf(args.members) : undefined;
    const rollStart = roll && new RollStart(`${name}-roll`, { targets, digest: roll }, { parent });
    const first = rollStart ? [...args.dependsOn, rollStart] : args.dependsOn;
    let before = first;
    for (const [index, memberArgs] of args.members.entries()) {
        const memberName = `${name}-${index}`;
        const member = new Member(memberName, memberArgs, { parent, dependsOn: before });
        members[memberName] = member.containerId;
        const gate = new Gate(
            `${memberName}-gate`,
            {
                kind,
                member: memberName,
                containerId: member.containerId,
                containers,
                targets,
                index,
                runningTasks: rollStart?.runningTasks,
                roll,
                keptConnectors,
                secrets: args.secrets && pulumi.secret(args.secrets),
                timeoutSeconds: args.readySeconds,
            },
            { parent },
        );
        before = [...first, gate];
    }
    return new Readiness(
        `${name}-ready`,
        { kind, targets, members, timeoutSeconds: args.readySeconds, keptConnectors },
        { parent, dependsOn: before },
    );
}

/** Digest of all that decides the members' containers. */
function digestOf(members: MemberArgs[]): pulumi.Output<string> {
    const inputs = members.map(({ image, host, ...rest }) => ({ ...rest, image: image.imageId, host: host.hostName }));
    return pulumi.output(inputs).apply((all) => createHash("sha256").update(JSON.stringify(all)).digest("hex"));
}
