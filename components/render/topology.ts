/** A Docker host, as the addresses of its members need it. */
export interface HostAddress {
    /** Name of the host in config. */
    hostName: string;
    /** Address that clients and other hosts reach its published ports by. */
    advertisedAddress: string;
}

/** How members reach each other: by name on one host's network, by advertised address where there are several hosts. */
export interface MemberAddress {
    /** Name or address that the other members use. */
    host: string;
    port: number;
}

/**
 * Bootstrap lists name at most this many members, so that adding a member changes no other member's config and
 * replaces no other container.
 */
export const BOOTSTRAP_MEMBERS = 3;

/** Joins the first members' addresses as `host:port,host:port`, as `bootstrap.servers` and `zookeeper.connect` take it. */
export function bootstrapList(members: MemberAddress[]): string {
    return members
        .slice(0, BOOTSTRAP_MEMBERS)
        .map(({ host, port }) => `${host}:${port}`)
        .join(",");
}

/**
 * Index of the host of member `index` of a role; -1 when the placement names a host that does not exist.
 * @param hostNames all hosts, in config order.
 * @param placement host names by member; when it is shorter than the role, it is repeated. Empty: member i goes to host
 *   i modulo the number of hosts.
 */
export function hostIndexOf(index: number, hostNames: string[], placement: string[]): number {
    if (placement.length === 0) return index % hostNames.length;
    return hostNames.indexOf(placement[index % placement.length]!);
}

/**
 * Host of member `index` of a role, by the rule of {@link hostIndexOf}.
 * @throws when the placement names a host that does not exist.
 */
export function hostOf<H extends HostAddress>(index: number, hosts: H[], placement: string[]): H {
    const names = hosts.map(({ hostName }) => hostName);
    const host = hosts[hostIndexOf(index, names, placement)];
    if (!host) throw new Error(`placement: no host among ${names.join(", ")}`);
    return host;
}

/** Host of each member of a role. */
export function hostsOf<H extends HostAddress>(members: number, hosts: H[], placement: string[]): H[] {
    return Array.from({ length: members }, (_, i) => hostOf(i, hosts, placement));
}

/**
 * Address of a member for other members: its name on one host, where members share a network; the advertised address of
 * its host where there are several hosts.
 * @param name name of the member.
 * @param host host of the member.
 * @param hosts all hosts.
 */
export function peerAddress(
    name: string,
    host: HostAddress,
    hosts: HostAddress[],
    ports: { inside: number; outside: number },
): MemberAddress {
    return hosts.length === 1
        ? { host: name, port: ports.inside }
        : { host: host.advertisedAddress, port: ports.outside };
}

/** Address of a member for clients outside: `host:port`. */
export function outsideAddress(host: HostAddress, port: number): string {
    return `${host.advertisedAddress}:${port}`;
}
