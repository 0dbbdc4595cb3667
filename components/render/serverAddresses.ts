import { type TlsMode, usesTls } from "./tls";
import { HostAddress, hostIndexOf, hostsOf, MemberAddress, outsideAddress, peerAddress } from "./topology";

/** Name of the stack's own PostgreSQL server: its container, and its host name for the other members. */
export const DATABASE_NAME = "postgres";
/** Name of the stack's own Artemis broker: its container, and its host name for the other members. */
export const JMS_BROKER_NAME = "artemis";

/** Name of the stack's own schema registry. Instance i is container `<name>-<i>`, and has this host name for the other members. */
export const REGISTRY_NAME = "registry";

/** Port of PostgreSQL in its container. */
export const POSTGRES_PORT = 5432;
/** Port of Artemis for clients in its container. */
export const ARTEMIS_PORT = 61616;
/** The same with TLS. */
export const ARTEMIS_TLS_PORT = 61617;

/** Port of the schema registry in its container. */
export const REGISTRY_PORT = 8081;
/** The same with TLS. */
export const REGISTRY_TLS_PORT = 8443;

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
    return memberAddress(DATABASE_NAME, POSTGRES_PORT, 0, placement);
}

/** Address of the stack's own JMS broker for the other members. */
export function jmsBrokerAddress(placement: ServerPlacement): MemberAddress {
    return memberAddress(JMS_BROKER_NAME, ARTEMIS_PORT, 0, placement);
}

/** The same, of the port with TLS. */
export function jmsBrokerTlsAddress({
    tlsPort,
    ...placement
}: ServerPlacement & {
    /** Port with TLS for clients outside. */
    tlsPort: number;
}): MemberAddress {
    return memberAddress(JMS_BROKER_NAME, ARTEMIS_TLS_PORT, 0, { ...placement, port: tlsPort });
}

function memberAddress(
    name: string,
    inside: number,
    index: number,
    { hosts, placement, port }: ServerPlacement,
): MemberAddress {
    const names = hosts.map(({ hostName }) => hostName);
    const host = hosts[hostIndexOf(index, names, placement)];
    // The checks of config report a placement without a host. Until then the form of the address is enough for them.
    return host ? peerAddress(name, host, hosts, { inside, outside: port + index }) : { host: name, port: inside };
}

/** JNDI provider URL of a JMS broker. */
export function jmsUrl({ host, port }: MemberAddress): string {
    return `tcp://${host}:${port}`;
}

/**
 * URL of the API like Confluent's, version 7, of a registry that the stack runs.
 *
 * @param address `host:port`.
 * @param mode TLS of the stack. Default: off.
 */
export function registryUrl(address: string, mode: TlsMode = "off"): string {
    return `${usesTls(mode) ? "https" : "http"}://${address}/apis/ccompat/v7`;
}

/** URL of this API of each instance of the stack's own schema registry, for the other members. */
export function registryPeerUrls({
    instances,
    tlsPort,
    mode = "off",
    ...where
}: ServerPlacement & {
    /** Number of instances. */
    instances: number;
    /** Port with TLS for clients outside. */
    tlsPort: number;
    /** TLS of the stack. Default: off. */
    mode?: TlsMode;
}): string[] {
    const { inside, outside } = usesTls(mode)
        ? { inside: REGISTRY_TLS_PORT, outside: tlsPort }
        : { inside: REGISTRY_PORT, outside: where.port };
    return Array.from({ length: instances }, (_, i) => {
        const { host, port } = memberAddress(`${REGISTRY_NAME}-${i}`, inside, i, { ...where, port: outside });
        return registryUrl(`${host}:${port}`, mode);
    });
}

/** URL of every worker's REST API for clients outside. */
export function workerUrls({
    workers,
    scheme = "http",
    ...where
}: ServerPlacement & {
    /** Number of workers. */
    workers: number;
    /** Default: `http`. */
    scheme?: "http" | "https";
}): string[] {
    const { hosts, placement, port } = where;
    return hostsOf(workers, hosts, placement).map((host, i) => `${scheme}://${outsideAddress(host, port + i)}`);
}
