import { execFileSync } from "node:child_process";
import { generateKeyPairSync, X509Certificate } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { makeStore } from "../../../../components/certificates/pkcs12";
import { certificatesOf, isKeyOf, makeAuthority, makeCertificate } from "../../../../components/certificates/x509";
import { STORE_PASSWORD } from "../../../../components/render/tls";

const folder = mkdtempSync(join(tmpdir(), "connect-cdc-x509-"));
afterAll(() => rmSync(folder, { recursive: true }));

const kafka = { commonName: "kafka", addresses: ["kafka-0", "db.example.com", "10.0.0.7", "fe80::1:2"], days: 90 };

function file(name: string, content: string | Buffer): string {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
}

function run(command: string, ...args: string[]): string {
    return execFileSync(command, args, { encoding: "utf8", stdio: "pipe", cwd: folder });
}

/** An authority of openssl's making. */
function opensslAuthority(name: string, key: string[], signedBy?: string): { cert: string; key: string } {
    const by = signedBy === undefined ? [] : ["-CA", `${signedBy}.crt`, "-CAkey", `${signedBy}.key`];
    const subject = [
        "-subj",
        `/C=CH/O=Ünternehmen/CN=${name}`,
        "-addext",
        "basicConstraints=critical,CA:true",
        "-days",
        "9",
    ];
    run(
        "openssl",
        "req",
        "-x509",
        ...key,
        "-nodes",
        ...subject,
        ...by,
        "-keyout",
        `${name}.key`,
        "-out",
        `${name}.crt`,
    );
    const read = (ending: string) => readFileSync(join(folder, `${name}.${ending}`), "utf8");
    return { cert: read("crt"), key: read("key") };
}

const EC = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-384"];

describe("a certificate", () => {
    it("is valid for openssl under the strict rules of X.509, as server and as client, by name and address", () => {
        const authority = makeAuthority("ours", 3650);
        const ca = file("ours.pem", authority.cert);
        const cert = file("kafka.pem", makeCertificate(kafka, authority).cert);
        const verify = (...more: string[]) => run("openssl", "verify", "-x509_strict", "-CAfile", ca, ...more, cert);
        for (const purpose of ["sslserver", "sslclient"]) expect(verify("-purpose", purpose)).toContain("OK");
        expect(verify("-verify_hostname", "db.example.com")).toContain("OK");
        for (const address of ["10.0.0.7", "fe80::1:2"]) expect(verify("-verify_ip", address)).toContain("OK");
        expect(() => verify("-verify_hostname", "other.example.com")).toThrow("hostname mismatch");
        expect(() =>
            run("openssl", "verify", "-CAfile", file("other.pem", makeAuthority("ours", 1).cert), cert),
        ).toThrow();
        const text = run("openssl", "x509", "-in", cert, "-noout", "-subject", "-text");
        expect(text).toContain("subject=CN = kafka");
        expect(text).toContain("prime256v1");
        expect(text).toContain("CA:FALSE");
        expect(text).toContain("TLS Web Server Authentication, TLS Web Client Authentication");
    });

    it("lives the days asked for, from an hour ago, but never longer than its authority", () => {
        const now = Date.parse("2026-01-01T00:00:00Z");
        const life = (authorityDays: number) => {
            const authority = makeAuthority("ours", authorityDays, now);
            const { validFrom, validTo } = new X509Certificate(makeCertificate(kafka, authority, now).cert);
            return [validFrom, validTo].map((text) => new Date(text).toISOString());
        };
        expect(life(3650)).toEqual(["2025-12-31T23:00:00.000Z", "2026-04-01T00:00:00.000Z"]);
        expect(life(30)).toEqual(["2025-12-31T23:00:00.000Z", "2026-01-31T00:00:00.000Z"]);
    });

    it("has the right form of time after 2049", () => {
        const now = Date.parse("2049-12-31T00:00:00Z");
        const cert = file("late.pem", makeAuthority("late", 2, now).cert);
        expect(run("openssl", "x509", "-in", cert, "-noout", "-enddate")).toContain("Jan  2 00:00:00 2050 GMT");
    });

    it("has a serial number and a key of its own", () => {
        const authority = makeAuthority("ours", 1);
        const [one, two] = [makeCertificate(kafka, authority), makeCertificate(kafka, authority)];
        const serial = ({ cert }: { cert: string }) => new X509Certificate(cert).serialNumber;
        expect(serial(one)).not.toBe(serial(two));
        expect(isKeyOf(one.cert, one.key)).toBe(true);
        expect(isKeyOf(one.cert, two.key)).toBe(false);
        expect(isKeyOf(one.cert, "hunter2")).toBe(false);
    });

    it.each([
        ["EC", EC],
        ["RSA", ["-newkey", "rsa:2048"]],
        ["Ed25519", ["-newkey", "ed25519"]],
    ])("can be signed by an existing authority with an %s key", (type, key) => {
        const own = opensslAuthority(type, key);
        const cert = file("signed.pem", makeCertificate(kafka, own).cert);
        expect(run("openssl", "verify", "-CAfile", `${type}.crt`, cert)).toContain("OK");
    });

    it("of an intermediate authority comes with the certificates between it and the root", () => {
        const root = opensslAuthority("root", EC);
        const csr = ["-subj", "/CN=between", "-keyout", "between.key", "-out", "between.csr"];
        run("openssl", "req", "-new", ...EC, "-nodes", ...csr);
        const extensions = file("between.ext", "basicConstraints=critical,CA:true\nsubjectKeyIdentifier=hash\n");
        const signing = ["-CA", "root.crt", "-CAkey", "root.key", "-CAcreateserial", "-extfile", extensions];
        const between = run("openssl", "x509", "-req", "-in", "between.csr", ...signing, "-days", "5");
        const key = readFileSync(join(folder, "between.key"), "utf8");
        const { cert } = makeCertificate(kafka, { cert: between + root.cert, key });
        expect(certificatesOf(cert).map(({ subject }) => subject)).toEqual(["CN=kafka", "CN=between"]);
        const chain = file("chain.pem", cert);
        expect(run("openssl", "verify", "-CAfile", "root.crt", "-untrusted", chain, chain)).toContain("OK");
    });

    it("is refused with a key of another type, without the key", () => {
        const { privateKey } = generateKeyPairSync("x25519");
        const key = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
        expect(() => makeCertificate(kafka, { cert: makeAuthority("ours", 1).cert, key })).toThrow(
            /^an authority's key must be of type EC, RSA or Ed25519, not x25519$/,
        );
    });
});

describe("the store", () => {
    const [first, second] = [makeAuthority("first", 9), makeAuthority("second", 9)];
    const own = makeCertificate(kafka, first);

    it("is key store and trust store for Java", async () => {
        const store = file("store.p12", await makeStore(own, first.cert + second.cert, STORE_PASSWORD));
        const listing = run("keytool", "-list", "-v", "-keystore", store, "-storepass", STORE_PASSWORD);
        expect(listing.match(/Entry type: \w+/g)?.sort()).toEqual([
            "Entry type: PrivateKeyEntry",
            "Entry type: trustedCertEntry",
            "Entry type: trustedCertEntry",
        ]);
        expect(listing).toContain("Certificate chain length: 2");
        // The key can be read with the password
        const request = run(
            "keytool",
            "-certreq",
            "-alias",
            "member",
            "-keystore",
            store,
            "-storepass",
            STORE_PASSWORD,
        );
        expect(request).toContain("BEGIN NEW CERTIFICATE REQUEST");
    });

    it("has the same key and certificates for openssl", async () => {
        const store = file("same.p12", await makeStore(own, first.cert + second.cert, STORE_PASSWORD));
        const pem = run("openssl", "pkcs12", "-in", store, "-passin", `pass:${STORE_PASSWORD}`, "-nodes");
        expect(isKeyOf(own.cert, pem.match(/-----BEGIN PRIVATE KEY[^]+END PRIVATE KEY-----/)![0])).toBe(true);
        const all = certificatesOf(own.cert + first.cert + second.cert);
        expect(certificatesOf(pem).map(({ fingerprint256 }) => fingerprint256)).toEqual(
            all.map(({ fingerprint256 }) => fingerprint256),
        );
    });
});
