/** A server's address as host and port. */
export interface Address {
    host: string;
    port: number;
}

/** Reads "host:port" (an IPv6 host in brackets). Throws on anything else. */
export function parseAddress(target: string): Address {
    const match = /^(?:\[([^\]]+)\]|([^:[\]\s]+)):(\d{1,5})$/.exec(target);
    const port = Number(match?.[3]);
    const host = match?.[1] ?? match?.[2];
    if (host === undefined || port < 1 || port > 65535) {
        throw new Error(`"${target}" is not an address: write host:port, such as 127.0.0.1:9090`);
    }

    return { host, port };
}
