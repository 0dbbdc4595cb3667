import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { STORE_PASSWORD } from "../../../components/render/tls";

/** Files of a certificate that an authority signed. */
export interface SignedFiles {
    /** PEM. */
    cert: string;
    /** PEM. */
    key: string;
    /** PEM of the authority. */
    ca: string;
    /** PKCS12 as members have it: the key with its certificate, and the authority with Java's trusted attribute. */
    store: string;
}

/** An authority for tests, by openssl and keytool: nothing of it is the stack's own code. */
export class Authority {
    readonly ca: string;

    constructor(private readonly folder: string) {
        mkdirSync(folder, { recursive: true });
        this.ca = join(folder, "ca.crt");
        const key = [
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:P-256",
            "-nodes",
            "-keyout",
            join(folder, "ca.key"),
        ];
        run("openssl", ["req", "-x509", ...key, "-subj", "/CN=test authority", "-days", "2", "-out", this.ca]);
    }

    /**
     * @param commonName the principal.
     * @param altNames as openssl takes them.
     * @param days -1: it has expired.
     */
    issue(commonName: string, altNames = "DNS:localhost,IP:127.0.0.1", days = 2): SignedFiles {
        const name = `${commonName}-${altNames.replaceAll(/\W/g, "")}-${days}`;
        const file = (ending: string) => join(this.folder, `${name}.${ending}`);
        const ec = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", file("key")];
        const names = ["-subj", `/CN=${commonName}`, "-addext", `subjectAltName=${altNames}`];
        run("openssl", ["req", "-new", ...ec, ...names, "-out", file("csr")]);
        const signer = ["-CA", this.ca, "-CAkey", join(this.folder, "ca.key"), "-copy_extensions", "copyall"];
        run("openssl", ["x509", "-req", ...signer, "-days", String(days), "-in", file("csr"), "-out", file("crt")]);
        const store = ["-in", file("crt"), "-inkey", file("key"), "-out", file("p12"), "-name", "key"];
        run("openssl", ["pkcs12", "-export", ...store, "-passout", `pass:${STORE_PASSWORD}`]);
        const into = ["-keystore", file("p12"), "-storetype", "PKCS12", "-storepass", STORE_PASSWORD];
        run("keytool", ["-importcert", "-noprompt", "-file", this.ca, "-alias", "ca", ...into]);
        return { cert: file("crt"), key: file("key"), ca: this.ca, store: file("p12") };
    }
}

function run(command: string, args: string[]): void {
    execFileSync(command, args, { stdio: "pipe" });
}
