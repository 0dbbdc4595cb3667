import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { Agent } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { makeCertificate, makeTrustStore, STORE_PASSWORD } from "../../support/certificates";
import { Engine } from "../../support/engine";
import { ClusterSpec, ConnectCluster } from "../../support/workerProcess";
import { SOURCE_CLASS } from "./workerUnderTest";

const USERS = { first: "first-pass-22", second: "second-pass-22" };

/** A worker that asks for a client certificate, and for user and password. */
export class GuardedWorker {
    private readonly folder = mkdtempSync(join(tmpdir(), "connect-cdc-guarded-"));
    readonly server = makeCertificate(this.folder, "connect.test", "DNS:connect.test,IP:127.0.0.1");
    readonly client = makeCertificate(this.folder, "client");
    readonly stranger = makeCertificate(this.folder, "stranger");
    readonly spec: ClusterSpec;

    constructor(version: string) {
        afterAll(() => rmSync(this.folder, { recursive: true, force: true }));
        const file = (name: string, text: string) => {
            writeFileSync(join(this.folder, name), text);
            return join(this.folder, name);
        };
        const users = Object.entries(USERS).map(([name, password]) => `${name}=${password}\n`);
        const module = "org.apache.kafka.connect.rest.basic.auth.extension.PropertyFileLoginModule";
        const jaas = `KafkaConnect { ${module} required file="${file("users", users.join(""))}"; };\n`;
        const store = (kind: string, path: string) => ({
            [`listeners.https.ssl.${kind}.location`]: path,
            [`listeners.https.ssl.${kind}.password`]: STORE_PASSWORD,
            [`listeners.https.ssl.${kind}.type`]: "PKCS12",
        });
        this.spec = {
            version,
            workers: 1,
            groupId: "guarded",
            scheme: "https",
            config: {
                "rest.advertised.listener": "https",
                "listeners.https.ssl.client.auth": "required",
                "listeners.https.ssl.key.password": STORE_PASSWORD,
                ...store("keystore", this.server.keyStore),
                ...store("truststore", makeTrustStore(this.folder, "client")),
                "rest.extension.classes":
                    "org.apache.kafka.connect.rest.basic.auth.extension.BasicAuthSecurityRestExtension",
            },
            javaArgs: [`-Djava.security.auth.login.config=${file("jaas.conf", jaas)}`],
            rest: {
                auth: { username: "first", password: USERS.first },
                httpsAgent: new Agent({ ca: this.server.cert, cert: this.client.cert, key: this.client.key }),
            },
        };
    }
}

/** Credentials, and what is said when they are wrong. */
export function authenticating(guarded: GuardedWorker, cluster: () => ConnectCluster): void {
    const tls = { ca: guarded.server.cert, cert: guarded.client.cert, key: guarded.client.key };
    const basicOf = (username: keyof typeof USERS) => ({ username, password: USERS[username] });
    const args = (name: string, auth?: unknown) => ({
        name,
        cluster: "guarded",
        restUrls: cluster().restUrls,
        class: SOURCE_CLASS,
        config: { file: "/no/such/file", topic: "lines" },
        timeoutSeconds: 60,
        auth,
    });
    const writes = () => cluster().workers[0]!.log.match(/"(POST|PUT|DELETE) \/connectors[^"]*" 2\d\d/g) ?? [];

    describe("a worker that wants user, password and a client certificate", () => {
        it("has its connectors made, kept and deleted; other credentials are a change that writes nothing", async () => {
            const engine = new Engine();
            await engine.up(args("guarded", { basic: basicOf("first"), tls }));
            expect(engine.outputs).toMatchObject({ state: "running", auth: { basic: basicOf("first"), tls } });
            const before = writes();
            expect(before).toContainEqual(expect.stringContaining("POST /connectors"));

            const others = args("guarded", { basic: basicOf("second"), tls: { ...tls, serverName: "connect.test" } });
            expect(await engine.up(others)).toBe("updated");
            expect(await engine.up(others)).toBe("unchanged");
            await engine.refresh();
            expect(writes()).toEqual(before);
            expect(engine.outputs).toMatchObject({ auth: others.auth, state: "running" });
            await engine.destroy();
            expect(writes().at(-1)).toContain("DELETE /connectors/guarded");
        });

        it.each<[string, () => unknown, string | RegExp]>([
            [
                "a wrong password",
                () => ({ basic: { username: "first", password: "wrong-pass-22" }, tls }),
                "set auth.basic",
            ],
            ["no password", () => ({ tls }), "set auth.basic"],
            ["no authority", () => ({ basic: basicOf("first") }), "Set auth.tls.ca"],
            ["no certificate", () => ({ basic: basicOf("first"), tls: { ca: tls.ca } }), "set auth.tls.cert"],
            [
                "a certificate that the worker does not trust",
                () => ({ tls: { ...tls, cert: guarded.stranger.cert, key: guarded.stranger.key } }),
                "set auth.tls.cert",
            ],
            ["another server's name", () => ({ tls: { ...tls, serverName: "other.test" } }), "Set auth.tls.serverName"],
        ])("says at once what to do about %s", async (_, auth, advice) => {
            const engine = new Engine();
            const error: Error = await engine.up(args("refused", auth())).then(
                () => expect.fail("it was accepted"),
                (error: Error) => error,
            );
            expect(error.message).toContain(advice);
            expect(error.message).not.toMatch(/pass-22|PRIVATE KEY/);
            expect(engine.outputs).toBeUndefined();
        });
    });
}
