import { isIP } from "node:net";
import type { ConnectionOptions } from "node:tls";
import type { Credentials } from "@connect-cdc/connector/client";

/** Options of Node.js for a TLS connection to `host`, whose certificate must have that name or address. */
export function tlsOptions(host: string, { ca, cert, key }: Credentials): ConnectionOptions {
    // A server name is never an IP address (RFC 6066). Without one Node.js compares the certificate with `host`
    return { host, ca, cert, key, servername: isIP(host) === 0 ? host : "" };
}
