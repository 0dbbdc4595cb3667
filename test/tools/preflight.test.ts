import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import * as net from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as tls from "node:tls";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { parseConfig } from "../../config/load";
import { preflight } from "../../preflight/preflight";
import { docker, makeTestImage, removeTestImage } from "./pulumi/testImage";

// A stack that does not exist, on ports that no other test uses: no test here starts a member.
const stack = { project: "connect-cdc", stack: "preflight-test" };
const ports = {
    zookeeper: { clientPort: 29180, quorumPort: 29280, electionPort: 29380 },
    kafka: { port: 29090 },
    connect: { port: 29070 },
    database: { port: 29432 },
    jmsBroker: { port: 29616, consolePort: 29161 },
};
const config = parseConfig(ports);

const servers: net.Server[] = [];

/** Accepts connections and does not answer. Port 0 is any free port. */
async function hold(port: number): Promise<number> {
    const server = net.createServer((socket) => socket.on("error", () => undefined));
    servers.push(server);
    server.listen({ host: "127.0.0.1", port });
    await once(server, "listening");
    return (server.address() as net.AddressInfo).port;
}

/** A port on which nothing listens. */
async function closedPort(): Promise<number> {
    const port = await hold(0);
    servers.pop()!.close();
    return port;
}

afterEach(() => {
    for (const server of servers.splice(0)) server.close();
});

function atEndpoint(endpoint: string) {
    return parseConfig({ ...ports, hosts: { local: { endpoint } } });
}

describe("preflight on the real engine", () => {
    it("finds nothing on a machine that is ready", async () => {
        expect(await preflight(config, stack)).toEqual([]);
    });

    it("names every port that another process holds, that process, and the setting that moves it", async () => {
        await hold(29091);
        await hold(29432);
        const problems = await preflight(config, stack);
        expect(problems).toHaveLength(2);
        const holder = `\\(process ${process.pid}\\)`;
        expect(problems[0]).toMatch(
            new RegExp(`^kafka\\.port: ports of 127\\.0\\.0\\.1 are in use on host local: 29091 by .*${holder}; stop`),
        );
        expect(problems[1]).toMatch(new RegExp(`^database\\.port: .*29432 by .*${holder}`));
    });

    it("reports how much disk space is needed", async () => {
        const [problem] = await preflight(config, stack, { neededDiskGib: 1e9 });
        expect(problem).toMatch(/^hosts\.local: \d+\.\d GiB are free in \S+, 1000000000 are needed; free some space/);
    });

    it("names an address to bind to that this machine does not have", async () => {
        // An address for documentation (RFC 5737)
        const hosts = { local: { bindAddress: "192.0.2.1" } };
        const elsewhere = parseConfig({ ...ports, hosts, security: { tls: "off", trustedNetwork: true } });
        expect(await preflight(elsewhere, stack)).toEqual([
            expect.stringMatching(/^hosts\.local\.bindAddress = 192\.0\.2\.1: is not an address of this machine; /),
        ]);
    });

    it("names missing files of plugins, beside everything else", async () => {
        const plugins = { mine: { path: "/nowhere/sink.jar" }, other: { project: "plugins/none" } };
        const missing = parseConfig({ ...ports, connect: { ...ports.connect, plugins } });
        await hold(29432);
        expect(await preflight(missing, stack)).toEqual([
            expect.stringMatching(/^connect\.plugins\.mine\.path = "\/nowhere\/sink\.jar": there is no such file/),
            expect.stringMatching(/^connect\.plugins\.other\.project = "plugins\/none": there is no such file/),
            expect.stringMatching(/^database\.port: /),
        ]);
    });
});

describe("a port held by a container", () => {
    const image = `preflight-${process.pid}:base`;

    beforeAll(() => makeTestImage(image));
    afterAll(() => removeTestImage(image));

    async function problemsWith(labels: Record<string, string>): Promise<string[]> {
        const container = await docker.createContainer({
            name: `preflight-${process.pid}`,
            Image: image,
            Cmd: ["/bin/sleep", "600"],
            Labels: labels,
            ExposedPorts: { "80/tcp": {} },
            HostConfig: { PortBindings: { "80/tcp": [{ HostIp: "127.0.0.1", HostPort: "29071" }] }, Init: true },
        });
        try {
            await container.start();
            return await preflight(config, stack);
        } finally {
            await container.remove({ force: true });
        }
    }

    it("names a container of another owner", async () => {
        const name = `preflight-${process.pid}`;
        expect(await problemsWith({})).toEqual([
            expect.stringMatching(`^connect\\.port: .*29071 by container ${name} \\(${image}\\); stop`),
        ]);
    });

    it("names the stack of another stack's container", async () => {
        const [problem] = await problemsWith({ "connect-cdc.project": "connect-cdc", "connect-cdc.stack": "prod" });
        expect(problem).toMatch(/29071 by container \S+ \(of stack prod of connect-cdc\)/);
    });

    it("accepts the stack's own containers on its ports", async () => {
        const own = { "connect-cdc.project": stack.project, "connect-cdc.stack": stack.stack };
        expect(await problemsWith(own)).toEqual([]);
    });
});

describe("an engine behind TLS", () => {
    let folder: string;
    let endpoint: string;
    let proxy: tls.Server;

    beforeAll(async () => {
        folder = mkdtempSync(join(tmpdir(), "connect-cdc-tls-"));
        const file = (name: string) => join(folder, name);
        // One certificate is authority, server and client at once
        const args = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=127.0.0.1"];
        const names = ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", file("key.pem"), "-out", file("cert.pem")];
        execFileSync("openssl", [...args, ...names], { stdio: "ignore" });
        copyFileSync(file("cert.pem"), file("ca.pem"));
        const [key, cert] = [readFileSync(file("key.pem")), readFileSync(file("cert.pem"))];
        // The real engine is behind it
        proxy = tls.createServer({ key, cert, ca: cert, requestCert: true }, (client) => {
            const engine = net.connect("/var/run/docker.sock");
            client.on("error", () => engine.destroy()).pipe(engine);
            engine.on("error", () => client.destroy()).pipe(client);
        });
        proxy.listen({ host: "127.0.0.1", port: 0 });
        await once(proxy, "listening");
        endpoint = `tcp://127.0.0.1:${(proxy.address() as net.AddressInfo).port}`;
    });

    afterEach(() => vi.unstubAllEnvs());
    afterAll(() => {
        proxy.close();
        rmSync(folder, { recursive: true });
    });

    it("is reached with the certificates of DOCKER_CERT_PATH", async () => {
        vi.stubEnv("DOCKER_CERT_PATH", folder);
        expect(await preflight(atEndpoint(endpoint), stack)).toEqual([]);
    });

    it("does not answer without them", async () => {
        vi.stubEnv("DOCKER_CERT_PATH", "");
        expect(await preflight(atEndpoint(endpoint), stack)).toEqual([
            expect.stringContaining("no Docker engine answers"),
        ]);
    });
});

describe("an engine that does not answer", () => {
    const limit = { limitMs: 1500 };

    it.each([
        ["a socket that does not exist", () => "unix:///nowhere/docker.sock", /there is no such socket\); start it/],
        [
            "a closed port",
            async () => `tcp://127.0.0.1:${await closedPort()}`,
            /nothing listens there\); start it there/,
        ],
        [
            "a machine that never answers",
            async () => `tcp://127.0.0.1:${await hold(0)}`,
            /no answer within 1\.5 s\); check/,
        ],
        [
            "an unknown host name",
            () => "tcp://no-such-machine.invalid:2375",
            /\(its (host name is unknown|name cannot)/,
        ],
        [
            "ssh that is refused",
            async () => `ssh://127.0.0.1:${await closedPort()}`,
            /\(ssh cannot log in without a password.*refused\)/,
        ],
        ["ssh that never answers", async () => `ssh://127.0.0.1:${await hold(0)}`, /no answer within 1\.5 s/],
    ])("%s", async (_name, endpointOf, cause) => {
        const endpoint = await endpointOf();
        const [problem, ...others] = await preflight(atEndpoint(endpoint), stack, limit);
        expect(problem).toContain(`hosts.local.endpoint = ${endpoint}: no Docker engine answers (`);
        expect(problem).toMatch(cause);
        expect(others).toEqual([]);
    });

    it("is reported for each host, all checked at once", async () => {
        const host = (endpoint: string) => ({ endpoint, advertisedAddress: "10.0.0.1", bindAddress: "127.0.0.1" });
        const silent = [await hold(0), await hold(0), await hold(0)];
        const hosts = Object.fromEntries(silent.map((port, i) => [`h${i}`, host(`tcp://127.0.0.1:${port}`)]));
        const several = parseConfig({ ...ports, hosts: { local: { advertisedAddress: "10.0.0.2" }, ...hosts } });
        const started = performance.now();
        const problems = await preflight(several, stack, limit);
        expect(problems.map((problem) => problem.split(" ")[0])).toEqual(
            ["h0", "h1", "h2"].map((h) => `hosts.${h}.endpoint`),
        );
        expect(performance.now() - started).toBeLessThan(2 * limit.limitMs);
    });
});
