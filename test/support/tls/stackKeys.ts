import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { StackState } from "../../../cli/stack/state";
import { makeAuthority, makeCertificate, type Signer } from "../../../components/certificates/x509";
import type { PemFiles } from "./openssl";
import type { ScanFiles } from "./portScan";

const DAY_MS = 86_400_000;

/** Keys of a stack with TLS, read from its state with secrets in plain text, in pieces by which each of their forms is found. */
export function keysOf({ resources }: StackState): Record<string, string | Buffer> {
    const keys: [string, string | Buffer][] = resources
        .filter(({ type }) => /cdc:(Authority|Certificate)$/.test(type))
        .flatMap(({ urn, outputs = {} }) => {
            const name = urn.slice(urn.lastIndexOf("::") + 2);
            const { key, store } = outputs as { key: string; store?: string };
            // Each line of a PEM text is found by itself, whatever is between them. What is before the first ones is the same in all
            const lines = key.split("\n").slice(1, 3);
            // In a store the encrypted key comes first, and is here; the certificates after it are no secret
            const bytes = store === undefined ? undefined : Buffer.from(store, "base64").subarray(220, 280);
            return [
                ...lines.map((line, i): [string, string] => [`line ${i + 1} of the key of ${name}`, line]),
                ...(bytes === undefined ? [] : [[`the store of ${name}`, bytes] as [string, Buffer]]),
            ];
        });
    if (keys.length === 0) throw new Error("the state has no key");
    return Object.fromEntries(keys);
}

/**
 * Writes the certificates for a scan of a stack's ports: the operator's, and such as no server may take.
 *
 * @param state with secrets in plain text.
 */
export function writeScanFiles(
    state: StackState,
    operator: { ca: string; cert: string; key: string },
    folder: string,
): ScanFiles {
    const signer = state.resources.find(({ type }) => type.endsWith("cdc:Authority"))?.outputs as unknown as Signer;
    const subject = { commonName: "operator", addresses: ["operator"], days: 1 };
    const write = (name: string, { cert, key }: Signer): PemFiles => {
        mkdirSync(folder, { recursive: true, mode: 0o700 });
        const file = (part: string, text: string) => {
            const path = join(folder, `${name}-${part}.pem`);
            writeFileSync(path, text, { mode: 0o600 });
            return path;
        };
        return { ca: file("ca", operator.ca), cert: file("cert", cert), key: file("key", key) };
    };
    return {
        operator: write("operator", operator),
        refused: {
            "a certificate that has ended": write("ended", makeCertificate(subject, signer, Date.now() - 3 * DAY_MS)),
            "a certificate of another authority": write(
                "foreign",
                makeCertificate(subject, makeAuthority("another", 2)),
            ),
        },
    };
}
