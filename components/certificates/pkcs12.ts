import { createHash, createPrivateKey, type X509Certificate } from "node:crypto";
import * as asn1js from "asn1js";
import * as pkijs from "pkijs";
import { certificatesOf, type CertificateWithKey } from "./x509";

/** Rounds that make a key of the password, as OpenSSL has it. */
const ROUNDS = 2048;
const KEY_ALIAS = "member";

const OID = {
    shroudedKeyBag: "1.2.840.113549.1.12.10.1.2",
    certBag: "1.2.840.113549.1.12.10.1.3",
    x509Certificate: "1.2.840.113549.1.9.22.1",
    friendlyName: "1.2.840.113549.1.9.20",
    localKeyId: "1.2.840.113549.1.9.21",
    /** Oracle's attribute: Java takes a certificate with it as trusted. Others ignore it. */
    trustedKeyUsage: "2.16.840.1.113894.746875.1.1",
    anyExtendedKeyUsage: "2.5.29.37.0",
} as const;

/**
 * A PKCS12 store (RFC 7292) that Java uses as key store and as trust store. The key is encrypted by PBES2 with AES-256, and the
 * whole is protected against damage by HMAC with SHA-256; Java 8u301, 11.0.12 and later read both.
 * @param own the key, and its certificate with those of intermediate authorities.
 * @param trusted PEM: certificates of the trusted authorities.
 */
export async function makeStore(own: CertificateWithKey, trusted: string, password: string): Promise<Buffer> {
    const [certificate, ...intermediates] = certificatesOf(own.cert);
    const authorities = certificatesOf(trusted);
    const trustedIds = new Set(authorities.map(({ fingerprint256 }) => fingerprint256));
    const id = createHash("sha256").update(certificate!.raw).digest();
    const bags = [
        keyBag(own.key, password, [named(KEY_ALIAS), localKeyId(id)]),
        certBag(certificate!, [named(KEY_ALIAS), localKeyId(id)]),
        ...intermediates.filter(({ fingerprint256 }) => !trustedIds.has(fingerprint256)).map((one) => certBag(one, [])),
        ...authorities.map((one, index) => certBag(one, [named(`authority-${index}`), trustedAttribute()])),
    ];
    const contents = new pkijs.SafeContents({ safeBags: bags }).toSchema().toBER(false);
    const data = new pkijs.ContentInfo({
        contentType: pkijs.ContentInfo.DATA,
        content: new asn1js.OctetString({ valueHex: contents }),
    });
    const authenticatedSafe = new pkijs.AuthenticatedSafe({ safeContents: [data] });
    const store = new pkijs.PFX({ parsedValue: { integrityMode: 0, authenticatedSafe } });
    const passwordBytes = new TextEncoder().encode(password).buffer;
    await store.makeInternalValues({
        password: passwordBytes,
        iterations: ROUNDS,
        pbkdf2HashAlgorithm: "SHA-256",
        hmacHashAlgorithm: "SHA-256",
    });
    return Buffer.from(store.toSchema().toBER(false));
}

/** Node.js encrypts the key: its form is that of the bag's value. */
function keyBag(key: string, password: string, bagAttributes: pkijs.Attribute[]): pkijs.SafeBag {
    const encrypted = createPrivateKey(key).export({
        type: "pkcs8",
        format: "der",
        cipher: "aes-256-cbc",
        passphrase: password,
    });
    const bagValue = pkijs.PKCS8ShroudedKeyBag.fromBER(encrypted);
    return new pkijs.SafeBag({ bagId: OID.shroudedKeyBag, bagValue, bagAttributes });
}

function certBag(certificate: X509Certificate, bagAttributes: pkijs.Attribute[]): pkijs.SafeBag {
    const certValue = new asn1js.OctetString({ valueHex: certificate.raw });
    const bagValue = new pkijs.CertBag({ certId: OID.x509Certificate, certValue });
    return new pkijs.SafeBag({
        bagId: OID.certBag,
        bagValue,
        ...(bagAttributes.length > 0 && { bagAttributes }),
    });
}

function named(alias: string): pkijs.Attribute {
    return new pkijs.Attribute({ type: OID.friendlyName, values: [new asn1js.BmpString({ value: alias })] });
}

/** Joins a key and its certificate. */
function localKeyId(id: Buffer): pkijs.Attribute {
    return new pkijs.Attribute({ type: OID.localKeyId, values: [new asn1js.OctetString({ valueHex: id })] });
}

function trustedAttribute(): pkijs.Attribute {
    const any = new asn1js.ObjectIdentifier({ value: OID.anyExtendedKeyUsage });
    return new pkijs.Attribute({ type: OID.trustedKeyUsage, values: [any] });
}
