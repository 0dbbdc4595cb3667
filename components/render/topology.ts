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
 * Index of the host that member `index` of a role goes to.
 * @param hostNames all hosts, in config order.
 * @param placement explicit host names by member; when it is shorter than the role, it is repeated. Empty: spread over all hosts.
 */
export function hostIndexOf(index: number, hostNames: string[], placement: string[]): number {
    if (placement.length === 0) return index % hostNames.length;
    return hostNames.indexOf(placement[index % placement.length]!);
}
