import {
    createHash,
    createPrivateKey,
    generateKeyPairSync,
    type KeyObject,
    randomBytes,
    sign,
    X509Certificate,
} from "node:crypto";
import { isIP } from "node:net";
import * as asn1js from "asn1js";
import * as pkijs from "pkijs";

/** An authority that signs. Texts are PEM. */
export interface Signer {
    /** Its certificate, followed by those of the authorities above it where it is an intermediate one. */
    cert: string;
    /** Its private key, of any type that Node.js signs with. */
    key: string;
}

/** A certificate with its key. Texts are PEM. */
export interface CertificateWithKey {
    /** The certificate, followed by those of the intermediate authorities between it and the root. */
    cert: string;
    /** PKCS8. */
    key: string;
}

/** What a certificate says. */
export interface Subject {
    commonName: string;
    /** Names and IP addresses that the server is reached by. */
    addresses: string[];
    days: number;
}

const DAY_MS = 86_400_000;
/** Clocks of two hosts may differ by so much. */
const CLOCK_TOLERANCE_MS = 3_600_000;

const OID = {
    commonName: "2.5.4.3",
    subjectKeyIdentifier: "2.5.29.14",
    keyUsage: "2.5.29.15",
    subjectAltName: "2.5.29.17",
    basicConstraints: "2.5.29.19",
    authorityKeyIdentifier: "2.5.29.35",
    extendedKeyUsage: "2.5.29.37",
    serverAuth: "1.3.6.1.5.5.7.3.1",
    clientAuth: "1.3.6.1.5.5.7.3.2",
} as const;

/** Types of names in a subject alternative name (RFC 5280, 4.2.1.6). */
const DNS_NAME = 2;
const IP_ADDRESS = 7;

/** Bits of `KeyUsage` (RFC 5280, 4.2.1.3), first bit first, and how many of the last bits are not used. */
const DIGITAL_SIGNATURE = { bits: 0b1000_0000, unused: 7 };
const SIGN_CERTS_AND_CRLS = { bits: 0b0000_0110, unused: 1 };

/** The certificates of a PEM text, in its order. */
export function certificatesOf(pem: string): X509Certificate[] {
    const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
    return blocks.map((block) => new X509Certificate(block));
}

/** Whether the key, PEM, belongs to the first certificate of the PEM text. A text that is no key belongs to none. */
export function isKeyOf(cert: string, key: string): boolean {
    const [first] = certificatesOf(cert);
    try {
        return first!.checkPrivateKey(createPrivateKey(key));
    } catch {
        return false;
    }
}

/** Makes a self-signed authority, which signs certificates of servers and clients but no other authority. */
export function makeAuthority(commonName: string, days: number, now = Date.now()): CertificateWithKey {
    const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const certificate = unsigned(commonName, publicKey, now, now + days * DAY_MS);
    const name = commonNameOf(commonName);
    certificate.issuer = new pkijs.RelativeDistinguishedNames({ typesAndValues: [name] });
    certificate.extensions = [
        extension(OID.basicConstraints, new pkijs.BasicConstraints({ cA: true, pathLenConstraint: 0 }), true),
        extension(OID.keyUsage, usage(SIGN_CERTS_AND_CRLS), true),
        extension(OID.subjectKeyIdentifier, new asn1js.OctetString({ valueHex: keyIdentifier(publicKey) })),
    ];
    return { cert: signed(certificate, privateKey), key: pem(privateKey) };
}

/**
 * Makes a certificate with a new key (EC P-256) for a server that is a client of others, too. It ends with the certificate of its
 * authority at the latest.
 */
export function makeCertificate(subject: Subject, signer: Signer, now = Date.now()): CertificateWithKey {
    const [issuer, ...above] = certificatesOf(signer.cert);
    const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const end = Math.min(now + subject.days * DAY_MS, Date.parse(issuer!.validTo));
    const certificate = unsigned(subject.commonName, publicKey, now, end);
    const issuing = pkijs.Certificate.fromBER(issuer!.raw);
    certificate.issuer = issuing.subject;
    certificate.extensions = [
        extension(OID.basicConstraints, new pkijs.BasicConstraints({ cA: false }), true),
        extension(OID.keyUsage, usage(DIGITAL_SIGNATURE), true),
        extension(OID.extendedKeyUsage, new pkijs.ExtKeyUsage({ keyPurposes: [OID.serverAuth, OID.clientAuth] })),
        extension(OID.subjectAltName, new pkijs.AltName({ altNames: subject.addresses.map(altName) })),
        extension(OID.subjectKeyIdentifier, new asn1js.OctetString({ valueHex: keyIdentifier(publicKey) })),
        extension(OID.authorityKeyIdentifier, authorityIdentifier(issuing)),
    ];
    const intermediates = [issuer!, ...above].filter((one) => !isSelfSigned(one)).map(String);
    return {
        cert: [signed(certificate, createPrivateKey(signer.key)), ...intermediates].join(""),
        key: pem(privateKey),
    };
}

/** Whether the certificate is a root's. */
export function isSelfSigned(certificate: X509Certificate): boolean {
    return certificate.checkIssued(certificate);
}

function unsigned(commonName: string, key: KeyObject, from: number, to: number): pkijs.Certificate {
    const certificate = new pkijs.Certificate({ version: 2 });
    // 127 bits: a serial number is positive
    const serial = randomBytes(16);
    serial[0] = (serial[0]! & 0x7f) | 0x40;
    certificate.serialNumber = new asn1js.Integer({ valueHex: serial });
    certificate.notBefore = time(from - CLOCK_TOLERANCE_MS);
    certificate.notAfter = time(to);
    certificate.subject.typesAndValues = [commonNameOf(commonName)];
    const spki = key.export({ type: "spki", format: "der" });
    certificate.subjectPublicKeyInfo = pkijs.PublicKeyInfo.fromBER(spki);
    return certificate;
}

/** Signs by Node.js, which knows more types of keys than WebCrypto. @returns PEM. */
function signed(certificate: pkijs.Certificate, key: KeyObject): string {
    certificate.signature = certificate.signatureAlgorithm = signatureAlgorithm(key);
    const toSign = certificate.encodeTBS().toBER(false);
    const value = sign(key.asymmetricKeyType?.startsWith("ed") ? null : "sha256", Buffer.from(toSign), key);
    certificate.signatureValue = new asn1js.BitString({ valueHex: value });
    return new X509Certificate(Buffer.from(certificate.toSchema(true).toBER(false))).toString();
}

function signatureAlgorithm(key: KeyObject): pkijs.AlgorithmIdentifier {
    switch (key.asymmetricKeyType) {
        case "ec":
            return new pkijs.AlgorithmIdentifier({ algorithmId: "1.2.840.10045.4.3.2" });
        case "rsa":
            return new pkijs.AlgorithmIdentifier({
                algorithmId: "1.2.840.113549.1.1.11",
                algorithmParams: new asn1js.Null(),
            });
        case "ed25519":
            return new pkijs.AlgorithmIdentifier({ algorithmId: "1.3.101.112" });
        default:
            throw new Error(`an authority's key must be of type EC, RSA or Ed25519, not ${key.asymmetricKeyType}`);
    }
}

/** From 2050 on the year has four digits (RFC 5280, 4.1.2.5). */
function time(ms: number): pkijs.Time {
    const value = new Date(ms);
    return new pkijs.Time({ type: value.getUTCFullYear() < 2050 ? 0 : 1, value });
}

function commonNameOf(text: string): pkijs.AttributeTypeAndValue {
    return new pkijs.AttributeTypeAndValue({ type: OID.commonName, value: new asn1js.Utf8String({ value: text }) });
}

function altName(address: string): pkijs.GeneralName {
    if (isIP(address) === 0) return new pkijs.GeneralName({ type: DNS_NAME, value: address });
    return new pkijs.GeneralName({ type: IP_ADDRESS, value: new asn1js.OctetString({ valueHex: ipBytes(address) }) });
}

function ipBytes(address: string): Uint8Array {
    if (isIP(address) === 4) return Uint8Array.from(address.split("."), Number);
    // URL writes an IPv6 address without its short forms for IPv4
    const [head = "", tail] = new URL(`http://[${address}]`).hostname.slice(1, -1).split("::");
    const groups = (text: string | undefined) => (text ? text.split(":") : []);
    const [first, last] = [groups(head), groups(tail)];
    const all = [...first, ...Array<string>(8 - first.length - last.length).fill("0"), ...last];
    return Uint8Array.from(all.flatMap((group) => [parseInt(group, 16) >> 8, parseInt(group, 16) & 0xff]));
}

function usage({ bits, unused }: { bits: number; unused: number }): asn1js.BitString {
    return new asn1js.BitString({ valueHex: Uint8Array.of(bits), unusedBits: unused });
}

/** Of SHA-256 of the public key (RFC 7093, 2, method 4) the first 160 bits. */
function keyIdentifier(key: KeyObject): Uint8Array {
    return createHash("sha256")
        .update(key.export({ type: "spki", format: "der" }))
        .digest()
        .subarray(0, 20);
}

/** The issuer's own identifier of its key; an issuer without one is found by its name alone. */
function authorityIdentifier(issuer: pkijs.Certificate): pkijs.AuthorityKeyIdentifier {
    const own = issuer.extensions?.find(({ extnID }) => extnID === OID.subjectKeyIdentifier)?.parsedValue as
        asn1js.OctetString | undefined;
    return new pkijs.AuthorityKeyIdentifier(
        own && { keyIdentifier: new asn1js.OctetString({ valueHex: own.getValue() }) },
    );
}

function extension(id: string, value: Encoded, critical = false): pkijs.Extension {
    const schema = "toSchema" in value ? value.toSchema() : value;
    return new pkijs.Extension({ extnID: id, critical, extnValue: schema.toBER(false) });
}

type Encoded = asn1js.BaseBlock | { toSchema(): asn1js.BaseBlock };

function pem(key: KeyObject): string {
    return key.export({ type: "pkcs8", format: "pem" }).toString();
}
