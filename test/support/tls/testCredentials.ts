import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TlsOptions } from "node:tls";
import type { Credentials } from "@connect-cdc/connector/client";
import { makeCertificate } from "../workers/certificates";

/** A server's side of TLS, and what its clients need. */
export interface TestTls {
    /** Of a server that refuses clients without a certificate. */
    server: TlsOptions;
    /** Of a client that the server trusts. */
    credentials: Credentials;
    /** Of a client that the server does not trust. */
    stranger: Credentials;
}

/** Makes certificates for a server with these names. Default: a server on this machine. */
export function makeTestTls(altNames = "DNS:localhost,IP:127.0.0.1"): TestTls {
    const folder = mkdtempSync(join(tmpdir(), "test-tls-"));
    const [server, operator, other] = ["server", "operator", "other"].map((name) =>
        makeCertificate(folder, name, name === "server" ? altNames : undefined),
    );
    const ca = server!.cert;
    return {
        server: {
            cert: server!.cert,
            key: server!.key,
            ca: operator!.cert,
            requestCert: true,
            rejectUnauthorized: true,
        },
        credentials: { ca, cert: operator!.cert, key: operator!.key },
        stranger: { ca, cert: other!.cert, key: other!.key },
    };
}
