import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import { createSecureContext } from "node:tls";
import { hasUnknown, InputFault, UNKNOWN } from "../connectorInputs";
import { isObject } from "../isObject";

/** As whom the workers are spoken to. Both ways may be given at once. */
export interface ConnectAuth {
    /** User and password, sent with every request (HTTP Basic). */
    basic?: { username: string; password: string };
    tls?: TlsAuth;
}

/** How `https://` workers are trusted, and what they trust. All texts are PEM. */
export interface TlsAuth {
    /** Certificates of the authorities that may have signed the workers'. Default: those that Node.js trusts. */
    ca?: string;
    /** Client certificate; with `key`. */
    cert?: string;
    /** Private key of `cert`, without a passphrase. */
    key?: string;
    /** Name that stands in the workers' certificates, where it is not the one in the URL. */
    serverName?: string;
    /** False trusts every certificate. Default true. */
    rejectUnauthorized?: boolean;
}

/** What every request to a cluster goes with: credentials, and connections that are kept for the next request. */
export interface Access {
    auth?: { username: string; password: string };
    httpAgent: HttpAgent;
    httpsAgent: HttpsAgent;
}

/** A connection rests so long at most, ms. Workers close one that rests for 30 s, and a request on it would be lost. */
const IDLE_MS = 5000;

export function accessWith({ basic, tls = {} }: ConnectAuth = {}): Access {
    const keep = { keepAlive: true, timeout: IDLE_MS };
    const { serverName, ...rest } = tls;
    const servername = serverName === undefined ? {} : { servername: serverName };
    return {
        auth: basic,
        httpAgent: new HttpAgent(keep),
        httpsAgent: new HttpsAgent({ ...keep, ...rest, ...servername }),
    };
}

/** The parts of it that no message may hold, in every form in which they are sent. */
export function secretsOfAuth({ basic, tls }: ConnectAuth = {}): string[] {
    const sent = basic ? [basic.password, Buffer.from(`${basic.username}:${basic.password}`).toString("base64")] : [];
    return tls?.key === undefined ? sent : [...sent, tls.key];
}

/** What is wrong with the argument `auth`: all faults at once, none with a value. What is not known yet passes. */
export function authFaults(auth: unknown): InputFault[] {
    if (auth === undefined || auth === UNKNOWN) {
        return [];
    }
    if (!isObject(auth) || (auth["basic"] === undefined && auth["tls"] === undefined)) {
        return [fault("auth", "must be an object with basic, tls or both")];
    }
    return [
        ...unknownKeys("auth", auth, ["basic", "tls"]),
        ...basicFaults(auth["basic"]),
        ...tlsFaults(auth["tls"] ?? {}),
    ];
}

function basicFaults(basic: unknown): InputFault[] {
    if (basic === undefined || basic === UNKNOWN) {
        return [];
    }
    if (!isObject(basic)) {
        return [fault("auth.basic", "must be an object with username and password")];
    }
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

const PEM = { ca: "CERTIFICATE", cert: "CERTIFICATE", key: "PRIVATE KEY" };

function tlsFaults(tls: unknown): InputFault[] {
    if (tls === UNKNOWN) {
        return [];
    }
    if (!isObject(tls)) {
        return [fault("auth.tls", "must be an object")];
    }
    const faults = unknownKeys("auth.tls", tls, [...Object.keys(PEM), "serverName", "rejectUnauthorized"]);
    for (const [key, label] of Object.entries(PEM)) {
        const value = tls[key];
        const isPem = typeof value === "string" && value.includes("-----BEGIN") && value.includes(`${label}-----`);
        if (value !== undefined && value !== UNKNOWN && !isPem) {
            faults.push(fault(`auth.tls.${key}`, `must be PEM text with "-----BEGIN ... ${label}-----", not a path`));
        }
    }
    if (!isAbsentOr(tls["serverName"], "string")) {
        faults.push(fault("auth.tls.serverName", "must be a text"));
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
function pairFaults({ ca, cert, key }: TlsAuth): InputFault[] {
    try {
        createSecureContext({ ca, cert, key });
        return [];
    } catch (error) {
        return [fault("auth.tls", `cannot be used: ${(error as Error).message}`)];
    }
}

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
