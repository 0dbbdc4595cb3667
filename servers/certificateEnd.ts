import { X509Certificate } from "node:crypto";
import { createConnection } from "node:net";
import type { TLSSocket } from "node:tls";
import { type Credentials, messageOf } from "@connect-cdc/connector/client";
import { parseAddress } from "./address";
import { beginTls } from "./beginTls";
import type { TcpExchangeOptions } from "./tcpExchange";
import { tlsOptions } from "./tlsOptions";

/** When a certificate begins and ends, ms since 1970. */
export interface CertificateLife {
    validFrom: number;
    validTo: number;
}

/** The life of the first certificate of a PEM text. */
export function lifeOf(cert: string | X509Certificate): CertificateLife {
    const { validFrom, validTo } = new X509Certificate(cert.toString());
    return { validFrom: Date.parse(validFrom), validTo: Date.parse(validTo) };
}

/**
 * The life of the certificate that a server shows in a handshake, also of one that has ended. Nothing is sent after the handshake.
 *
 * @param target host:port with TLS.
 * @param options as of an exchange.
 * @throws when the server does not answer in time, or its certificate is not one of a trusted authority for this host.
 */
export function certificateLife(
    target: string,
    credentials: Credentials,
    { timeoutMs = 3000, startTls }: Pick<TcpExchangeOptions, "timeoutMs" | "startTls"> = {},
): Promise<CertificateLife> {
    const { host, port } = parseAddress(target);
    return new Promise((resolve, reject) => {
        const socket = createConnection({ host, port });
        const limit = setTimeout(() => fail(`gave no answer within ${timeoutMs} ms`), timeoutMs);
        const close = () => {
            clearTimeout(limit);
            socket.destroy();
        };
        const fail = (problem: string) => {
            close();
            reject(new Error(`${target} ${problem}`));
        };
        const failBy = (error: Error) => fail(`does not answer (${messageOf(error)})`);
        const read = (secured: TLSSocket) => {
            const certificate = secured.getPeerX509Certificate();
            // A code, unlike its type
            const problem = String(secured.authorizationError ?? "");
            if (certificate && ["", "CERT_HAS_EXPIRED"].includes(problem)) {
                close();
                resolve(lifeOf(certificate));
            } else {
                fail(`has no certificate to trust (${problem})`);
            }
        };
        socket.on("error", failBy);
        socket.once("connect", () => {
            // Node.js would not show a certificate that has ended
            const options = { ...tlsOptions(host, credentials), rejectUnauthorized: false };
            beginTls(socket, options, startTls, { secured: read, refused: () => fail("takes no TLS"), failed: failBy });
        });
    });
}
