import { runProcess } from "../../../tools/processes";
import type { SignedFiles } from "../workers/authority";

const LIMIT_SECONDS = 20;

/** A port of a server. */
export interface Endpoint {
    host: string;
    port: number;
    /** Command that the client's own comes after, such as one that enters another network. Default: none. */
    via?: string[];
    /** Protocol in which the client asks for TLS first. Default: TLS from the first byte on. */
    starttls?: "postgres";
}

/** Certificates as PEM files. */
export type PemFiles = Pick<SignedFiles, "ca" | "cert" | "key">;

/** How OpenSSL's client connects. */
export interface HandshakeOptions {
    /** File with the authorities that the client trusts. */
    ca: string;
    /** Files of the client's certificate. Default: it has none. */
    cert?: string;
    key?: string;
    /** Further arguments of `openssl s_client`. */
    args?: string[];
    /** Sent after the handshake; the answer is waited for. Default: the client goes after the handshake. */
    request?: string;
}

/**
 * Connects with `openssl s_client`, which ends with another status than 0 if a handshake fails. With TLS 1.3 a server refuses a
 * client's certificate only after the handshake, with TLS 1.2 (`-tls1_2`) in it.
 */
export async function handshake(at: Endpoint, options: HandshakeOptions): Promise<{ status: number; output: string }> {
    const { ca, cert, key, args = [], request } = options;
    const own = cert && key ? ["-cert", cert, "-key", key] : [];
    const starttls = at.starttls ? ["-starttls", at.starttls] : [];
    const { code, stdout, stderr } = await runVia(
        at,
        "openssl",
        [
            ...["s_client", "-connect", `${at.host}:${at.port}`, "-CAfile", ca, "-verify_return_error"],
            ...[...starttls, ...own, ...(request === undefined ? [] : ["-ign_eof"]), ...args],
        ],
        { input: request },
    );
    return { status: code, output: `${stdout}\n${stderr}` };
}

/** Runs a program where the endpoint can be reached. */
export function runVia(at: Endpoint, program: string, args: string[], { input }: { input?: string } = {}) {
    const [file = program, ...rest] = [...(at.via ?? []), program, ...args];
    return runProcess(file, rest, { input, timeoutMilliseconds: LIMIT_SECONDS * 1000 });
}
