import type { Listener } from "./serverProperties";
import { acceptsPlain, acceptsTls, type TlsMode, usesTls } from "./tls";
import { type HostAddress, type MemberAddress, outsideAddress } from "./topology";

/** Ports for members on one host, without and with TLS. */
export const INTERNAL_PORT = 19092;
export const INTERNAL_TLS_PORT = 19093;
/** Port of a broker's own health check, inside the container only. */
export const HEALTH_PORT = 19090;
const LOOPBACK = "127.0.0.1";

/** Input of {@link brokerListeners}. */
export interface BrokerPlace {
    /** Name of the broker, which its peers on one host know it by. */
    name: string;
    host: HostAddress;
    /** True where members share no network. */
    spread: boolean;
    mode: TlsMode;
    /** Published port without TLS. */
    port: number;
    /** Published port with TLS for clients with a user. */
    tlsPort: number;
    /** Published port with TLS for clients with a certificate. */
    operatorPort: number;
}

/**
 * Listeners of a broker:
 *
 * - `INTERNAL` and `EXTERNAL`: without TLS, for members and for clients outside.
 * - `INTERNAL_TLS` and `OPERATOR`: TLS with the client's certificate, for members and for the operator.
 * - `EXTERNAL_TLS`: TLS with the client's user, for clients outside.
 * - `HEALTH`: the broker's own health check, from where it cannot use `EXTERNAL` for good. ZooKeeper may refuse it a plain
 *   link before this broker rolls.
 *
 * Where members share no network, peers come from outside, too: by `EXTERNAL` or `OPERATOR`.
 */
export function brokerListeners({ name, host, spread, mode, ...ports }: BrokerPlace): Listener[] {
    const listeners: Listener[] = [];
    const outside = (port: number) => ({ port, advertised: outsideAddress(host, port) });
    const inside = (port: number) => ({ port, advertised: `${name}:${port}` });
    if (acceptsPlain(mode)) {
        if (!spread) listeners.push({ name: "INTERNAL", ...inside(INTERNAL_PORT) });
        listeners.push({ name: "EXTERNAL", ...outside(ports.port) });
    }
    if (acceptsTls(mode)) {
        if (!spread) listeners.push({ name: "INTERNAL_TLS", protocol: "SSL", ...inside(INTERNAL_TLS_PORT) });
        listeners.push({ name: "OPERATOR", protocol: "SSL", ...outside(ports.operatorPort) });
        listeners.push({ name: "EXTERNAL_TLS", protocol: "SASL_SSL", ...outside(ports.tlsPort) });
    }
    // Its advertised name is the broker's: a broker refuses an address that another one advertises
    if (usesTls(mode)) listeners.push({ name: "HEALTH", address: LOOPBACK, ...inside(HEALTH_PORT) });
    return listeners;
}

/** Name of the listener that brokers use among themselves. Brokers of two modes that are neighbours both have it. */
export function peerListener(mode: TlsMode, spread: boolean): string {
    if (usesTls(mode)) return spread ? "OPERATOR" : "INTERNAL_TLS";
    return spread ? "EXTERNAL" : "INTERNAL";
}

/** Address of a broker for the other members. */
export function brokerPeerAddress({ name, host, spread, mode, port, operatorPort }: BrokerPlace): MemberAddress {
    if (spread) return { host: host.advertisedAddress, port: usesTls(mode) ? operatorPort : port };
    return { host: name, port: usesTls(mode) ? INTERNAL_TLS_PORT : INTERNAL_PORT };
}
