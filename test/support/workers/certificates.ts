import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";

/** Password of the key stores. */
export const STORE_PASSWORD = "changeit";

/** A certificate with its key. */
export interface Certificate {
    /** PEM. */
    cert: string;
    /** PEM. */
    key: string;
    /** PKCS12 file with both, for Java. */
    keyStore: string;
}

/** Makes self-signed certificates with openssl, in the folder. */
export function makeCertificate(folder: string, name: string, altNames = `DNS:${name}`): Certificate {
    const file = (ending: string) => join(folder, `${name}.${ending}`);
    const ec = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
    const subject = ["-subj", `/CN=${name}`, "-addext", `subjectAltName=${altNames}`, "-days", "2"];
    run("openssl", ["req", "-x509", ...ec, ...subject, "-keyout", file("key"), "-out", file("crt")]);
    const store = [
        "-in",
        file("crt"),
        "-inkey",
        file("key"),
        "-out",
        file("p12"),
        "-passout",
        `pass:${STORE_PASSWORD}`,
    ];
    run("openssl", ["pkcs12", "-export", ...store]);
    return {
        cert: readFileSync(file("crt"), "utf8"),
        key: readFileSync(file("key"), "utf8"),
        keyStore: file("p12"),
    };
}

/** A PKCS12 file of what Java is to trust. @returns its path. */
export function makeTrustStore(folder: string, trusted: string): string {
    const store = join(folder, `trust-${trusted}.p12`);
    const file = ["-file", join(folder, `${trusted}.crt`), "-alias", trusted];
    const into = ["-keystore", store, "-storetype", "PKCS12", "-storepass", STORE_PASSWORD];
    run("keytool", ["-importcert", "-noprompt", ...file, ...into]);
    return store;
}

function run(command: string, args: string[]): void {
    execFileSync(command, args, { stdio: "pipe" });
}
