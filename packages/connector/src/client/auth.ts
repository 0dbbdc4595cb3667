import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import { createSecureContext, type SecureContextOptions } from "node:tls";
import { hasUnknown, InputFault, UNKNOWN } from "../inputs/connectorInputs";
import { isObject } from "../isObject";

/** As whom the workers are spoken to. All ways may be given at once, except for `basic` beside `bearer`. */
export interface ConnectAuth {
    /** User and password, sent with every request (HTTP Basic). */
    basic?: { username: string; password: string };
    /** Token, sent with every request: `Authorization: Bearer <token>` (RFC 6750). */
    bearer?: string;
    /** Headers of every request, such as `X-Api-Key`, by name. */
    headers?: Record<string, string>;
    tls?: TlsAuth;
}

/** How `https://` workers are trusted, and what they trust. Texts are PEM where nothing else is said. */
export interface TlsAuth {
    /** Certificates of the authorities that may have signed the workers'. Default: those that Node.js trusts. */
    ca?: string;
    /** Client certificate; with `key`. */
    cert?: string;
    /** Private key of `cert`. */
    key?: string;
    /** Client certificate and key in one, in place of `cert` and `key`: a PKCS12 file in base64. */
    pkcs12?: string;
    /** Passphrase of `key` or `pkcs12`. */
    passphrase?: string;
    /** Name that stands in the workers' certificates, where it is not the one in the URL. */
    serverName?: string;
    /** False trusts every certificate. Default true. */
    rejectUnauthorized?: boolean;
}

/** What every request to a cluster goes with: credentials, and connections that are kept for the next request. */
export interface Access {
    auth?: { username: string; password: string };
    headers: Record<string, string>;
    httpAgent: HttpAgent;
    httpsAgent: HttpsAgent;
    /** False: no proxy of the environment is asked. */
    proxy?: false;
}

/** A connection rests so long at most, ms. Workers close one that rests for 30 s, and a request on it would be lost. */
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

function certificatesOf({ ca, cert, key, pkcs12, passphrase }: TlsAuth): SecureContextOptions {
    const pfx = pkcs12 === undefined ? undefined : Buffer.from(pkcs12, "base64");
    const given = Object.entries({ ca, cert, key, pfx, passphrase }).filter(([, value]) => value !== undefined);
    return Object.fromEntries(given);
}

/** The parts of it that no message may hold, in every form in which they are sent. */
export function secretsOfAuth({ basic, bearer, headers = {}, tls = {} }: ConnectAuth = {}): string[] {
    const ofBasic = basic && [basic.password, Buffer.from(`${basic.username}:${basic.password}`).toString("base64")];
    const others = [bearer, ...Object.values(headers), tls.key, tls.pkcs12, tls.passphrase];
    return [...(ofBasic ?? []), ...others.filter((value) => value !== undefined)];
}

const WAYS = ["basic", "bearer", "headers", "tls"];
/** RFC 9110. */
const HEADER_NAME = /^[\w!#$%&'*+.^`|~-]+$/;
const HEADER_VALUE = /^[\x20-\x7e\x80-\xff]+$/;
/** Those that every request has anyway, by their own arguments or by what they are. */
const OTHERS_HEADERS = ["accept", "authorization", "connection", "content-length", "content-type", "host"];

/** What is wrong with the argument `auth`: all faults at once, none with a value. What is not known yet passes. */
export function authFaults(auth: unknown): InputFault[] {
    if (auth === undefined || auth === UNKNOWN) return [];

    if (!isObject(auth) || WAYS.every((way) => auth[way] === undefined)) {
        return [fault("auth", `must be an object with one or more of ${WAYS.join(", ")}`)];
    }

    const { basic, bearer } = auth;
    return [
        ...unknownKeys("auth", auth, WAYS),
        ...(basic !== undefined && bearer !== undefined
            ? [fault("auth", "must not have both basic and bearer, which are sent in one header")]
            : []),
        ...basicFaults(basic),
        ...(isAbsentOr(bearer, "string") && (bearer === undefined || HEADER_VALUE.test(bearer as string))
            ? []
            : [fault("auth.bearer", "must be a token: one line of text that is not empty")]),
        ...headersFaults(auth["headers"]),
        ...tlsFaults(auth["tls"] ?? {}),
    ];
}

function basicFaults(basic: unknown): InputFault[] {
    if (basic === undefined || basic === UNKNOWN) return [];

    if (!isObject(basic)) return [fault("auth.basic", "must be an object with username and password")];

    const faults = unknownKeys("auth.basic", basic, ["username", "password"]);
    for (const key of ["username", "password"]) {
        if (typeof basic[key] !== "string" || basic[key] === "") {
            faults.push(fault(`auth.basic.${key}`, "must be a text that is not empty"));
        }
    }
    if (typeof basic["username"] === "string" && basic["username"].includes(":")) {
        faults.push(fault("auth.basic.username", "must not hold a colon, which ends the user's name (RFC 7617)"));
    }

    return faults;
}

function headersFaults(headers: unknown): InputFault[] {
    if (headers === undefined || headers === UNKNOWN) return [];

    if (!isObject(headers)) {
        return [fault("auth.headers", 'must be an object of texts by name, such as { "X-Api-Key": key }')];
    }

    return Object.entries(headers).flatMap(([name, value]) => {
        const property = `auth.headers["${name}"]`;
        if (!HEADER_NAME.test(name)) return [fault(property, "must have the name of a header: letters, digits and -")];

        if (OTHERS_HEADERS.includes(name.toLowerCase())) {
            return [fault(property, "must not be there: auth.basic, auth.bearer or the request itself sets it")];
        }

        return value === UNKNOWN || (typeof value === "string" && HEADER_VALUE.test(value))
            ? []
            : [fault(property, "must be one line of text that is not empty")];
    });
}

const BASE64 = /^[A-Za-z0-9+/\s]+={0,2}\s*$/;
const PEM = { ca: "CERTIFICATE", cert: "CERTIFICATE", key: "PRIVATE KEY" };

function tlsFaults(tls: unknown): InputFault[] {
    if (tls === UNKNOWN) return [];

    if (!isObject(tls)) return [fault("auth.tls", "must be an object")];

    const others = ["pkcs12", "passphrase", "serverName", "rejectUnauthorized"];
    const faults = unknownKeys("auth.tls", tls, [...Object.keys(PEM), ...others]);
    for (const [key, label] of Object.entries(PEM)) {
        const value = tls[key];
        const isPem = typeof value === "string" && value.includes("-----BEGIN") && value.includes(`${label}-----`);
        if (value !== undefined && value !== UNKNOWN && !isPem) {
            faults.push(fault(`auth.tls.${key}`, `must be PEM text with "-----BEGIN ... ${label}-----", not a path`));
        }
    }
    for (const key of ["serverName", "passphrase"]) {
        if (!isAbsentOr(tls[key], "string")) faults.push(fault(`auth.tls.${key}`, "must be a text"));
    }

    const { pkcs12 } = tls;
    if (!isAbsentOr(pkcs12, "string") || (typeof pkcs12 === "string" && pkcs12 !== UNKNOWN && !BASE64.test(pkcs12))) {
        faults.push(fault("auth.tls.pkcs12", "must be the content of a PKCS12 file in base64, not a path"));
    }

    if (pkcs12 !== undefined && (tls["cert"] !== undefined || tls["key"] !== undefined)) {
        faults.push(fault("auth.tls", "must have either pkcs12, or cert and key"));
    }

    if (!isAbsentOr(tls["rejectUnauthorized"], "boolean")) {
        faults.push(fault("auth.tls.rejectUnauthorized", "must be true or false"));
    }

    if ((tls["cert"] === undefined) !== (tls["key"] === undefined)) {
        faults.push(fault("auth.tls", "must have both cert and key, or neither"));
    }

    return faults.length > 0 || hasUnknown(tls) ? faults : pairFaults(tls);
}

/** Whether certificates can be read, and the key is that of the certificate. */
function pairFaults(tls: TlsAuth): InputFault[] {
    try {
        createSecureContext(certificatesOf(tls));
        return [];
    } catch (error) {
        const { message } = error as Error;
        const advice = OLD_CIPHER.test(message) ? OLD_CIPHER_ADVICE : "";
        return [fault("auth.tls", `cannot be used: ${message}${advice}`)];
    }
}

/** Of a PKCS12 file of before OpenSSL 3, whose ciphers that does not read any more. */
const OLD_CIPHER = /unsupported/i;
const OLD_CIPHER_ADVICE =
    ". Write it with today's ciphers: openssl pkcs12 -legacy -in old.p12 -nodes | openssl pkcs12 -export -out new.p12";

function unknownKeys(property: string, given: Record<string, unknown>, known: string[]): InputFault[] {
    const others = Object.keys(given).filter((key) => !known.includes(key));
    return others.map((key) => fault(`${property}.${key}`, `is not known; there are: ${known.join(", ")}`));
}

function fault(property: string, rule: string): InputFault {
    return { property, reason: `${property} ${rule}` };
}

function isAbsentOr(value: unknown, type: string): boolean {
    return value === undefined || value === UNKNOWN || typeof value === type;
}
