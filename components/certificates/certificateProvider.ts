/**
 * The dynamic resource Certificate: a certificate of a member, its key, and a store with both for Java. An `up` in the last third
 * of the certificate's life makes a new one, with a new key. When only the trusted authorities change, key and certificate stay.
 */
import { randomBytes } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { STORE_PASSWORD } from "../render/tls";
import { makeStore } from "./pkcs12";
import { certificatesOf, type CertificateWithKey, makeCertificate } from "./x509";

export interface CertificateInputs {
    commonName: string;
    /** Names and IP addresses of the member. */
    addresses: string[];
    /** Life of the certificate. It ends with the authority's certificate at the latest. */
    days: number;
    /** PEM: the authority that signs, followed by those above it. */
    authorityCert: string;
    /** PEM: its key. */
    authorityKey: string;
    /** PEM: all trusted authorities. */
    ca: string;
}

export interface CertificateOutputs extends Omit<CertificateInputs, "authorityKey">, CertificateWithKey {
    /** PKCS12, base64: key, certificate and trusted authorities. */
    store: string;
    /** When the certificate ends, ISO 8601. */
    notAfter: string;
}

export async function diff(_id: string, olds: CertificateOutputs, news: CertificateInputs) {
    return { changes: olds.ca !== news.ca || asksForNewCertificate(olds, news) || isRenewable(olds, news) };
}

export async function create(inputs: CertificateInputs): Promise<{ id: string; outs: CertificateOutputs }> {
    return { id: randomBytes(8).toString("hex"), outs: await outputs(inputs, newCertificate(inputs)) };
}

export async function update(
    _id: string,
    olds: CertificateOutputs,
    news: CertificateInputs,
): Promise<{ outs: CertificateOutputs }> {
    const isNew = asksForNewCertificate(olds, news) || isRenewable(olds, news);
    return { outs: await outputs(news, isNew ? newCertificate(news) : { cert: olds.cert, key: olds.key }) };
}

function asksForNewCertificate(olds: CertificateOutputs, news: CertificateInputs): boolean {
    const asked = ({ commonName, addresses, days, authorityCert }: Omit<CertificateInputs, "authorityKey">) => ({
        ...{ commonName, addresses, days, authorityCert },
    });
    return !isDeepStrictEqual(asked(olds), asked(news));
}

/** In the last third of its life a certificate is renewed, unless the authority's own end allows none that ends later. */
function isRenewable({ cert }: CertificateOutputs, { authorityCert, days }: CertificateInputs): boolean {
    const [from, to] = lifeOf(cert);
    const [, authorityEnd] = lifeOf(authorityCert);
    const newEnd = Math.min(Date.now() + days * 86_400_000, authorityEnd);
    return to - Date.now() <= (to - from) / 3 && newEnd > to;
}

function newCertificate(inputs: CertificateInputs): CertificateWithKey {
    const { commonName, addresses, days, authorityCert, authorityKey } = inputs;
    const [, authorityEnd] = lifeOf(authorityCert);
    if (authorityEnd <= Date.now()) {
        throw new Error(
            `the authority that signs ended on ${new Date(authorityEnd).toISOString()}; put another one first in security.authorities`,
        );
    }
    return makeCertificate({ commonName, addresses, days }, { cert: authorityCert, key: authorityKey });
}

async function outputs(inputs: CertificateInputs, made: CertificateWithKey): Promise<CertificateOutputs> {
    const { authorityKey: _, ...shown } = inputs;
    const store = (await makeStore(made, inputs.ca, STORE_PASSWORD)).toString("base64");
    return { ...shown, ...made, store, notAfter: new Date(lifeOf(made.cert)[1]).toISOString() };
}

/** Begin and end of the first certificate, ms since 1970. */
function lifeOf(cert: string): [number, number] {
    const [first] = certificatesOf(cert);
    return [Date.parse(first!.validFrom), Date.parse(first!.validTo)];
}
