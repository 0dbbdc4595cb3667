import { acceptsPlain, acceptsTls } from "../../components/render/tls";
import { hostIndexOf } from "../../components/render/topology";
import { runsRegistry } from "../../connectors/formats";
import { Problem } from "../problem";
import type { PlatformConfig } from "../schema";

const HIGHEST = 65_535;

/** A port that the stack publishes. */
export interface PublishedPort {
    /** Config path that decides it. */
    path: string;
    port: number;
    /** Name of the host that it is published on. */
    host: string;
}

/** A port per member, from the first one on. */
interface Range {
    path: string;
    first: number;
    members: number;
    placement: string[];
    /** False: only inside the member's container. */
    published: boolean;
}

/** Every port that the stack publishes. */
export function publishedPorts(config: PlatformConfig): PublishedPort[] {
    const names = Object.keys(config.hosts);
    return ranges(config, names)
        .filter(({ published }) => published)
        .flatMap((range) => portsOf(range, names));
}

/** Ports out of range, and ports that two members on one host would share. */
export function portProblems(c: Partial<PlatformConfig>): Problem[] {
    const names = Object.keys(c.hosts ?? {});
    if (names.length === 0) return [];
    const all = ranges(c, names);
    return all.flatMap((range, i) => [
        ...outOfRange(range),
        ...all.slice(0, i).flatMap((other) => (clash(range, other, names) ? [overlap(range, other)] : [])),
    ]);
}

function ranges(c: Partial<PlatformConfig>, hosts: string[]): Range[] {
    const { zookeeper, kafka, connect, metrics, database, registry, jmsBroker } = c;
    const result: Range[] = [];
    const [plain, tls] = [acceptsPlain(c.tls ?? "off"), acceptsTls(c.tls ?? "off")];
    const add = (path: string, first: number, members: number, placement: string[], published = true) =>
        result.push({ path, first, members, placement, published });
    if (zookeeper) {
        const { servers, placement } = zookeeper;
        add("zookeeper.clientPort", zookeeper.clientPort, servers, placement, plain);
        if (tls) add("zookeeper.tlsPort", zookeeper.tlsPort, servers, placement);
        // Published where the ensemble spans hosts; on one host each server has them for itself.
        add("zookeeper.quorumPort", zookeeper.quorumPort, servers, placement, hosts.length > 1);
        add("zookeeper.electionPort", zookeeper.electionPort, servers, placement, hosts.length > 1);
    }
    if (kafka) {
        const { brokers, placement } = kafka;
        if (plain) add("kafka.port", kafka.port, brokers, placement);
        if (tls) add("kafka.tlsPort", kafka.tlsPort, brokers, placement);
        if (tls) add("kafka.operatorPort", kafka.operatorPort, brokers, placement);
    }
    if (connect) {
        if (plain) add("connect.port", connect.port, connect.workers, connect.placement);
        if (tls) add("connect.tlsPort", connect.tlsPort, connect.workers, connect.placement);
    }
    if (metrics?.enabled) {
        if (zookeeper) add("metrics.zookeeperPort", metrics.zookeeperPort, zookeeper.servers, zookeeper.placement);
        if (kafka) add("metrics.kafkaPort", metrics.kafkaPort, kafka.brokers, kafka.placement);
        if (connect) add("metrics.connectPort", metrics.connectPort, connect.workers, connect.placement);
    }
    if (database?.managed) add("database.port", database.port, 1, database.placement);
    if (registry && runsRegistry(c)) {
        if (plain) add("registry.port", registry.port, registry.instances, registry.placement);
        if (tls) add("registry.tlsPort", registry.tlsPort, registry.instances, registry.placement);
    }
    if (jmsBroker?.managed) {
        if (plain) add("jmsBroker.port", jmsBroker.port, 1, jmsBroker.placement);
        if (tls) add("jmsBroker.tlsPort", jmsBroker.tlsPort, 1, jmsBroker.placement);
        add("jmsBroker.consolePort", jmsBroker.consolePort, 1, jmsBroker.placement);
    }
    return result;
}

function portsOf({ path, first, members, placement }: Range, hosts: string[]): PublishedPort[] {
    return Array.from({ length: members }, (_, i) => ({
        path,
        port: first + i,
        // An unknown host is a problem of its own
        host: hosts[hostIndexOf(i, hosts, placement)] ?? `no host ${i}`,
    }));
}

function clash(a: Range, b: Range, hosts: string[]): boolean {
    if (a.published && b.published) {
        const taken = new Set(portsOf(a, hosts).map(({ port, host }) => `${host}:${port}`));
        return portsOf(b, hosts).some(({ port, host }) => taken.has(`${host}:${port}`));
    }
    // Inside a server's container are its own three ports only
    const zookeeper = [a, b].every(({ path }) => path.startsWith("zookeeper."));
    return zookeeper && a.first === b.first;
}

function lastOf({ first, members }: Range): number {
    return first + members - 1;
}

function outOfRange(range: Range): Problem[] {
    const last = lastOf(range);
    if (last <= HIGHEST) return [];
    return [
        {
            path: range.path,
            value: range.first,
            rule: `its last member would have port ${last}, above ${HIGHEST}`,
            remedy: `set it to ${HIGHEST - range.members + 1} or lower`,
        },
    ];
}

function overlap(range: Range, other: Range): Problem {
    const ports = other.members === 1 ? `${other.first}` : `${other.first} to ${lastOf(other)}`;
    const rule = `overlaps the ports of ${other.path} (${ports})`;
    return { path: range.path, value: range.first, rule, remedy: "move one of them" };
}
