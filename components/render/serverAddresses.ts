import { HostAddress, hostIndexOf, hostsOf, MemberAddress, outsideAddress, peerAddress } from "./topology";

/** Name of the stack's own PostgreSQL server: its container, and its host name for the other members. */
export const DATABASE_NAME = "postgres";
/** Name of the stack's own Artemis broker: its container, and its host name for the other members. */
export const JMS_BROKER_NAME = "artemis";

/** Port of PostgreSQL in its container. */
export const POSTGRES_PORT = 5432;
/** Port of Artemis for clients in its container. */
export const ARTEMIS_PORT = 61616;

/** Where a server with one member is. */
export interface ServerPlacement<H extends HostAddress = HostAddress> {
    /** All hosts, in config order. */
    hosts: H[];
    /** Name of its host; empty: the first host. */
    placement: string[];
    /** Port for clients outside. */
    port: number;
}

/** Address of the stack's own database for the other members. */
export function databaseAddress(placement: ServerPlacement): MemberAddress {
    return singleAddress(DATABASE_NAME, POSTGRES_PORT, placement);
}

/** Address of the stack's own JMS broker for the other members. */
export function jmsBrokerAddress(placement: ServerPlacement): MemberAddress {
    return singleAddress(JMS_BROKER_NAME, ARTEMIS_PORT, placement);
}

function singleAddress(name: string, inside: number, { hosts, placement, port }: ServerPlacement): MemberAddress {
    const names = hosts.map(({ hostName }) => hostName);
    const host = hosts[hostIndexOf(0, names, placement)];
    // The checks of config report a placement without a host. Until then the form of the address is enough for them.
    return host ? peerAddress(name, host, hosts, { inside, outside: port }) : { host: name, port: inside };
}

/** JNDI provider URL of a JMS broker. */
export function jmsUrl({ host, port }: MemberAddress): string {
    return `tcp://${host}:${port}`;
}

/** URL of every worker's REST API for clients outside. */
export function workerUrls({
    workers,
    ...where
}: ServerPlacement & {
    /** Number of workers. */
    workers: number;
}): string[] {
    const { hosts, placement, port } = where;
    return hostsOf(workers, hosts, placement).map((host, i) => `http://${outsideAddress(host, port + i)}`);
}
