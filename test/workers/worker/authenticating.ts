import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage } from "node:http";
import { Agent } from "node:https";
import { type AddressInfo, connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it, vi } from "vitest";
import { parse, stringify } from "yaml";
import { runCommand } from "../../support/stack/runCommand";
import { makeCertificate, makeTrustStore, STORE_PASSWORD } from "../../support/workers/certificates";
import { ConnectorProgram } from "../../support/workers/connectorProgram";
import { Engine } from "../../support/workers/engine";
import { ClusterSpec, ConnectCluster } from "../../support/workers/workerProcess";
import { SOURCE_CLASS } from "./workerUnderTest";

const USERS = { first: "first-pass-22", second: "second-pass-22" };

/** A worker that asks for a client certificate, and for user and password. */
export class GuardedWorker {
    private readonly folder = mkdtempSync(join(tmpdir(), "connect-cdc-guarded-"));
    readonly server = makeCertificate(this.folder, "connect.test", "DNS:connect.test,IP:127.0.0.1");
    readonly client = makeCertificate(this.folder, "client");
    readonly stranger = makeCertificate(this.folder, "stranger");
    readonly ca = this.server.cert;
    readonly pkcs12 = readFileSync(this.client.keyStore, "base64");
    readonly passphrase = STORE_PASSWORD;
    readonly spec: ClusterSpec;

    /** Options of a command that gets in, but for the password. */
    readonly options = ["--user", "first", ...["ca", "cert", "key"].flatMap((name) => [`--${name}`, this.pem(name)])];

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

    private pem(name: string): string {
        return join(this.folder, { ca: "connect.test.crt", cert: "client.crt", key: "client.key" }[name]!);
    }
}

/** Credentials, and the message when they are invalid. */
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

    describe("a worker that requires user, password and a client certificate", () => {
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

        it("is reached through a proxy of the environment, end to end, with a PKCS12 file", async () => {
            const tunnels: string[] = [];
            const proxy = createServer();
            proxy.on("connect", ({ url }: IncomingMessage, client: Socket) => {
                tunnels.push(url!);
                const worker = connect(Number(url!.split(":")[1]), "127.0.0.1", () => {
                    client.write("HTTP/1.1 200 OK\r\n\r\n");
                    worker.pipe(client).pipe(worker);
                });
                worker.on("error", () => client.destroy());
                client.on("error", () => worker.destroy());
            });
            await once(proxy.listen(0, "127.0.0.1"), "listening");
            vi.stubEnv("HTTPS_PROXY", `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`);
            try {
                const { ca, pkcs12, passphrase } = guarded;
                const restUrls = cluster().restUrls.map((url) => url.replace("127.0.0.1", "connect.test"));
                const auth = { basic: basicOf("first"), headers: { "X-Team": "cdc" }, tls: { ca, pkcs12, passphrase } };
                const engine = new Engine();
                await engine.up({ ...args("proxied", auth), restUrls });
                expect(engine.outputs).toMatchObject({ state: "running" });
                await engine.destroy();
                expect(new Set(tunnels)).toEqual(new Set(restUrls.map((url) => new URL(url).host)));
            } finally {
                vi.unstubAllEnvs();
                proxy.closeAllConnections();
                proxy.close();
            }
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
        ])("reports the remedy for %s at once", async (_, auth, advice) => {
            const engine = new Engine();
            const error: Error = await engine.up(args("refused", auth())).then(
                () => expect.fail("it was accepted"),
                (error: Error) => error,
            );
            expect(error.message).toContain(advice);
            expect(error.message).not.toMatch(/pass-22|PRIVATE KEY/);
            expect(engine.outputs).toBeUndefined();
        });

        it("lists offsets for a command, and lets connectors be adopted by a program without a write", async () => {
            const engine = new Engine();
            await engine.up(args("guarded", { basic: basicOf("first"), tls }));
            const before = writes();
            const [url] = cluster().restUrls as [string];
            const password = { CONNECT_PASSWORD: USERS.first };
            const { stdout } = await runCommand(
                "offsets",
                ["list", "guarded", "--url", url, ...guarded.options],
                password,
            );
            expect(stdout).toContain('Offsets of source "guarded"');

            const adopted = await runCommand("adopt", [url, "--program", ...guarded.options], password);
            expect(adopted.stdout).not.toMatch(/pass-22|PRIVATE KEY/);
            const program = await ConnectorProgram.create(adopted.stdout);
            try {
                const file = join(program.folder, "Pulumi.test.yaml");
                const secrets = { "connect-password": USERS.first, "connect-key": tls.key };
                const stackConfig = { ...parse(readFileSync(file, "utf8")), config: { "connectors:secrets": secrets } };
                program.write("Pulumi.test.yaml", stringify(stackConfig));
                const { output } = await program.up();
                expect(output).toContain("2 created");
                expect(writes()).toEqual(before);
                await program.destroy();
                expect(writes().at(-1)).toContain("DELETE /connectors/guarded");
            } finally {
                program.remove();
            }
        }, 120_000);

        it("is reported with the names of a command's options, and without a password", async () => {
            const [url] = cluster().restUrls as [string];
            const run = (...options: string[]) =>
                runCommand("adopt", [url, ...options], { CONNECT_PASSWORD: "wrong-pass-22" }).then(
                    () => expect.fail("it was let in"),
                    ({ stdout, stderr }: { stdout: string; stderr: string }) => stdout + stderr,
                );
            const wrong = await run(...guarded.options);
            expect(wrong).toContain("set --user or --bearer-file, or --cert and --key");
            expect(wrong).not.toContain("pass-22");
            expect(await run()).toContain("Set --ca");
        });
    });
}
