import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import type { SecureContextOptions } from "node:tls";

/** Credentials for the workers' REST APIs. All fields can be combined, except `basic` with `bearer`. */
export interface ConnectAuth {
    /** User and password, sent with every request (HTTP Basic). */
    basic?: { username: string; password: string };
    /** Token, sent with every request: `Authorization: Bearer <token>` (RFC 6750). */
    bearer?: string;
    /** Headers of every request, such as `X-Api-Key`, by name. */
    headers?: Record<string, string>;
    tls?: TlsAuth;
}

/** TLS settings for `https://` workers. Texts are PEM, unless stated otherwise. */
export interface TlsAuth {
    /** Certificates of the authorities that sign the workers' certificates. Default: those that Node.js trusts. */
    ca?: string;
    /** Client certificate; with `key`. */
    cert?: string;
    /** Private key of `cert`. */
    key?: string;
    /** Client certificate and key, instead of `cert` and `key`: a PKCS12 file in base64. */
    pkcs12?: string;
    /** Passphrase of `key` or `pkcs12`. */
    passphrase?: string;
    /** Name in the workers' certificates. Default: the host name of the URL. */
    serverName?: string;
    /** False trusts every certificate. Default true. */
    rejectUnauthorized?: boolean;
}

/** Certificate and key of a client, and the authorities that sign the servers' certificates. Texts are PEM. */
export interface Credentials extends Required<Pick<TlsAuth, "ca" | "cert" | "key">> {
    /** Login at the workers' REST APIs, beside the certificate. Default: none. */
    rest?: ConnectAuth["basic"];
}

/** The credentials as the workers take them. */
export function authOf({ rest, ...tls }: Credentials): ConnectAuth {
    return { ...(rest && { basic: rest }), tls };
}

/** Credentials and connections for all requests to a cluster. */
export interface Access {
    auth?: { username: string; password: string };
    headers: Record<string, string>;
    httpAgent: HttpAgent;
    httpsAgent: HttpsAgent;
    /** False: the proxy settings of the environment are ignored. */
    proxy?: false;
}

/** Longest idle time of a connection, ms. Workers close a connection after 30 s, and a request on it would be lost. */
const IDLE_MS = 5000;

export function accessWith({ basic, bearer, headers, tls = {} }: ConnectAuth = {}): Access {
    const keep = { keepAlive: true, timeout: IDLE_MS };
    const { serverName, rejectUnauthorized } = tls;
    const servername = serverName === undefined ? {} : { servername: serverName };
    return {
        auth: basic,
        headers: { ...headers, ...(bearer === undefined ? {} : { Authorization: `Bearer ${bearer}` }) },
        httpAgent: new HttpAgent(keep),
        httpsAgent: new HttpsAgent({ ...keep, ...certificatesOf(tls), rejectUnauthorized, ...servername }),
    };
}

export function certificatesOf({ ca, cert, key, pkcs12, passphrase }: TlsAuth): SecureContextOptions {
    const pfx = pkcs12 === undefined ? undefined : Buffer.from(pkcs12, "base64");
    const given = Object.entries({ ca, cert, key, pfx, passphrase }).filter(([, value]) => value !== undefined);
    return Object.fromEntries(given);
}

/** The secrets of the credentials, in every form in which they are sent. */
export function secretsOfAuth({ basic, bearer, headers = {}, tls = {} }: ConnectAuth = {}): string[] {
    const ofBasic = basic && [basic.password, Buffer.from(`${basic.username}:${basic.password}`).toString("base64")];
    const others = [bearer, ...Object.values(headers), tls.key, tls.pkcs12, tls.passphrase];
    return [...(ofBasic ?? []), ...others.filter((value) => value !== undefined)];
}
