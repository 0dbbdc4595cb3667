import { isIP } from "node:net";
import type { ConnectionOptions } from "node:tls";
import type { Credentials } from "@connect-cdc/connector/client";

/** Options of Node.js for a TLS connection to `host`, whose certificate must have that name or address. */
export function tlsOptions(host: string, { ca, cert, key }: Credentials): ConnectionOptions {
    // A server name cannot be an IP address (RFC 6066); Node.js compares the certificate with `host` then
    return { host, ca, cert, key, ...(isIP(host) === 0 && { servername: host }) };
}
