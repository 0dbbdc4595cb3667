import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { authOf, connectClient, type Credentials } from "@connect-cdc/connector/client";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { StackOutputs } from "../../cli/stack/stackOutputs";
import * as zookeeperAcl from "../../components/zookeeperAclProvider";
import { aclsOf, changeAccess } from "../../servers/kafkaAccess";
import type { NodeOwner } from "../../servers/zookeeperAcl";
import { kafkaTool, runPrinted, writeCredentials } from "../support/clients/printedCommands";
import { handshake } from "../support/tls/openssl";
import { openingsOf } from "../support/tls/portScan";
import { Authority, type SignedFiles } from "../support/workers/authority";
import { Engine } from "../support/workers/engine";
import { TlsPlatform } from "../support/workers/tlsPlatform";

const HEALTH = join(__dirname, "../../images/runtime");
/** Several JVMs, one after the other. */
const LIMIT = { timeout: 120_000 };
const START = { timeout: 120_000, interval: 500 };

/** Of the operator at the REST API. */
const PASSWORD = 'a b:"=\\#';
const BASIC = Buffer.from(`operator:${PASSWORD}`).toString("base64");

let platform: TlsPlatform;
let restLogin: string;
let operator: SignedFiles;
let foreign: SignedFiles;
let expired: SignedFiles;

function sh(command: string, args: string[], input = ""): { status: number | null; output: string } {
    const { status, stdout, stderr } = spawnSync(command, args, { input, encoding: "utf8", timeout: 20_000 });
    return { status, output: `${stdout}\n${stderr}` };
}

const health = (script: string, ...args: (string | number)[]) =>
    sh("bash", [join(HEALTH, script), ...args.map(String)]);

function curl(url: string, files?: Partial<SignedFiles>, args: string[] = []) {
    const tls = files
        ? ["--cacert", files.ca!, ...(files.cert ? ["--cert", files.cert, "--key", files.key!] : [])]
        : [];
    return sh("curl", ["-sS", "-m", "10", "--noproxy", "*", ...tls, ...args, url]);
}

const pemOf = ({ ca, cert, key }: SignedFiles) => {
    const [caPem, certPem, keyPem] = [ca, cert, key].map((file) => readFileSync(file, "utf8")) as [
        string,
        string,
        string,
    ];
    return { ca: caPem, cert: certPem, key: keyPem };
};

beforeAll(async () => {
    platform = await TlsPlatform.make();
    const { ports, authority } = platform;
    operator = authority.issue("operator");
    expired = authority.issue("operator", undefined, -1);
    foreign = { ...new Authority(join(platform.folder, "other")).issue("operator"), ca: operator.ca };
    platform.startZookeeper("require");
    await vi.waitFor(() => expect(health("health-zookeeper", ports.zookeeperPlain).status).toBe(0), START);
    await platform.startBroker("require");
    await vi.waitFor(() => expect(health("health-kafka", "127.0.0.1", 19090, 0).output).toBe("\n"), START);
    const admin = platform.clientFile("operator", operator);
    const acl = (...rule: string[]) =>
        platform.tool("kafka.admin.AclCommand", [
            "--bootstrap-server",
            `localhost:${ports.operator}`,
            "--command-config",
            admin,
            "--add",
            ...rule,
        ]);
    await acl(
        "--allow-principal",
        "User:connect",
        "--operation",
        "All",
        "--topic",
        "my-connect-",
        "--resource-pattern-type",
        "prefixed",
    );
    await acl("--allow-principal", "User:connect", "--operation", "All", "--topic", "lines", "--group", "*");
    await acl("--allow-principal", "User:connect", "--operation", "All", "--transactional-id", "*");
    await acl("--allow-principal", "User:alice", "--operation", "Read", "--topic", "lines", "--group", "*");
    await platform.tool("kafka.admin.ConfigCommand", [
        "--bootstrap-server",
        `localhost:${ports.operator}`,
        "--command-config",
        admin,
        "--alter",
        "--entity-type",
        "users",
        "--entity-name",
        "alice",
        "--add-config",
        "SCRAM-SHA-512=[password=wonder]",
    ]);
    await platform.startWorker("require", { operator: PASSWORD, "an.admin": "other" });
    restLogin = platform.file("rest-login", `operator:${PASSWORD}`);
    await vi.waitFor(() => expect(health("health-connect", ports.restHealth, restLogin).status).toBe(0), START);
}, 240_000);

afterAll(async () => platform?.stop());

describe("with require, a server", () => {
    const served = { zookeeper: "Mode: standalone", rest: "kafka_cluster_id", metrics: "kafka_controller_active" };
    const request = {
        zookeeper: "srvr\n",
        rest: `GET / HTTP/1.0\r\nAuthorization: Basic ${BASIC}\r\n\r\n`,
        metrics: "GET /metrics HTTP/1.0\r\n\r\n",
        operator: "\n",
    };
    const at = (port: keyof typeof request | "login") => ({ host: "127.0.0.1", port: platform.ports[port] });

    it.each(["zookeeper", "rest", "metrics"] as const)(
        "of %s serves who has a certificate of the authority",
        async (port) => {
            const { output } = await handshake(at(port), { ...operator, request: request[port] });
            expect(output).toContain("Verify return code: 0 (ok)");
            expect(output).toContain(served[port]);
        },
    );

    // With TLS 1.3 it refuses a client only after the handshake
    it.each(["zookeeper", "rest", "metrics", "operator"] as const)(
        "of %s refuses whoever has none, or another one",
        async (port) => {
            for (const files of [{ ca: operator.ca }, foreign, expired]) {
                const { output } = await handshake(at(port), { ...files, request: request[port] });
                expect(output).toMatch(/alert|errno|unexpected eof|reset/i);
                for (const answer of Object.values(served)) expect(output).not.toContain(answer);
            }
        },
    );

    it.each(["zookeeper", "rest", "metrics", "operator", "login"] as const)(
        "of %s is open to nobody else",
        async (port) => {
            const demands = port === "login" ? "login" : "certificate";
            const files = { operator, refused: { "another authority's certificate": foreign, "an old one": expired } };
            expect(await openingsOf({ ...at(port), name: port, demands, listens: true }, files)).toEqual([]);
        },
    );

    it("would be found, if it were open", async () => {
        const { restHealth } = platform.ports;
        const port = { host: "127.0.0.1", port: restHealth, name: "health", listens: false } as const;
        const files = { operator, refused: {} };
        expect(await openingsOf({ ...port, demands: "login" }, files)).toContainEqual(
            expect.stringContaining("answers HTTP in plain text"),
        );
        const login = { ...at("login"), name: "login", demands: "certificate", listens: true } as const;
        expect(await openingsOf(login, { operator, refused: { "an old one": expired } })).toEqual([
            expect.stringContaining("takes a client without a certificate"),
            expect.stringContaining("takes a client with an old one"),
        ]);
    });

    it("binds no port without TLS but those of health checks and of the agent, on the loopback", () => {
        const { external, restPlain, zookeeperPlain, restHealth, metricsPlain } = platform.ports;
        const { output } = sh("ss", ["-Hltn"]);
        for (const port of [external, restPlain]) expect(output).not.toContain(`:${port} `);
        for (const port of [zookeeperPlain, restHealth, metricsPlain, 19090]) {
            const local = output.split("\n").filter((line) => line.includes(`:${port} `));
            expect(local).toHaveLength(1);
            expect(local[0]).toContain("127.0.0.1");
        }
    });
});

describe("with require, a client", () => {
    const topics = (config: string, ...args: string[]) =>
        platform.tool("org.apache.kafka.tools.TopicCommand", [
            "--bootstrap-server",
            ...args,
            "--command-config",
            config,
            "--list",
        ]);

    it("refuses a broker by another name than those of its certificate", async () => {
        const config = platform.clientFile("names", operator);
        expect(await topics(config, `localhost:${platform.ports.operator}`)).toContain("my-connect-configs");
        expect(await topics(config, `127.0.0.2:${platform.ports.operator}`)).toMatch(/No subject alternative names/);
    });

    it("with a user needs the right password, and sees topics that it has rules for only", async () => {
        const user = (password: string) =>
            platform.file(
                `alice-${password}.properties`,
                [
                    "security.protocol=SASL_SSL",
                    "sasl.mechanism=SCRAM-SHA-512",
                    `sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required username="alice" password="${password}";`,
                    `ssl.truststore.location=${operator.ca}`,
                    "ssl.truststore.type=PEM",
                ].join("\n"),
            );
        const own = await topics(user("wonder"), `localhost:${platform.ports.login}`);
        expect(own).not.toContain("my-connect-configs");
        expect(own).not.toContain("Exception");
        expect(await topics(user("wrong"), `localhost:${platform.ports.login}`)).toContain(
            "SaslAuthenticationException",
        );
    });

    it("runs a connector by REST as the principal connect, which has rules for its topic only", async () => {
        const url = `https://localhost:${platform.ports.rest}/connectors`;
        const login = ["-H", `authorization: Basic ${BASIC}`];
        const file = platform.file("lines.txt", "one\ntwo\n");
        const create = (name: string, topic: string) =>
            curl(url, operator, [
                ...login,
                "-H",
                "content-type: application/json",
                "-d",
                JSON.stringify({
                    name,
                    config: {
                        "connector.class": "org.apache.kafka.connect.file.FileStreamSourceConnector",
                        file,
                        topic,
                    },
                }),
            ]);
        expect(create("allowed", "lines").output).toContain('"name":"allowed"');
        expect(create("denied", "secret").output).toContain('"name":"denied"');
        const status = (name: string) => curl(`${url}/${name}/status`, operator, login).output;
        await vi.waitFor(() => expect(status("denied")).toContain("TopicAuthorizationException"), START);
        const consumed = await platform.tool("org.apache.kafka.tools.consumer.ConsoleConsumer", [
            "--bootstrap-server",
            `localhost:${platform.ports.operator}`,
            "--consumer.config",
            platform.clientFile("consumer", operator),
            "--topic",
            "lines",
            "--from-beginning",
            "--max-messages",
            "2",
            "--timeout-ms",
            "40000",
        ]);
        expect(consumed).toContain("one\ntwo");
        expect(status("allowed")).not.toContain("FAILED");
    });
});

describe("what npm run credentials writes and prints", () => {
    const password = String.raw`p"w\d:é $HOME 'x' #`;
    const folder = (name: string) => join(platform.folder, `credentials of ${name}`);
    let outputs: StackOutputs;

    beforeAll(async () => {
        const { operator: members, login, rest } = platform.ports;
        const [ca, cert, key] = [operator.ca, operator.cert, operator.key].map((file) => readFileSync(file, "utf8"));
        const credentials = { ca: ca!, cert: cert!, key: key! };
        outputs = {
            tls: "require",
            ca,
            operator: credentials,
            connectUsers: { operator: PASSWORD },
            addresses: { zookeeper: [], kafka: [], kafkaUsers: [`localhost:${login}`], connect: [] },
            restUrls: [`https://localhost:${rest}`],
            kafkaUsers: { shop: password },
        } as unknown as StackOutputs;
        const rules = [
            { topic: "lines", operations: ["Read"] },
            { group: "shop*", operations: ["Read"] },
        ];
        await changeAccess(
            [`localhost:${members}`],
            credentials,
            {
                ...{ quotas: {}, oldAcls: [], oldUsers: [] },
                passwords: { shop: password },
                newAcls: rules.flatMap((rule) => aclsOf("shop", rule)),
            },
            () => undefined,
        );
    });

    it("lets kcat read the topics of its user, and no other", async () => {
        const printed = writeCredentials("kafka-client", outputs, folder("shop"), "shop");
        expect(await runPrinted(printed, "kcat")).toMatchObject({
            code: 0,
            output: expect.stringContaining('"lines"'),
        });
        const read = (topic: string) => runPrinted(printed, "kcat", `-C -e -q -o beginning -t ${topic}`);
        expect(await read("lines")).toMatchObject({ code: 0, output: expect.stringMatching(/^one\ntwo$/m) });
        expect(await read("my-connect-configs")).toMatchObject({
            code: 1,
            output: expect.stringContaining("Topic authorization failed"),
        });
    });

    it("lets kcat do nothing with another password", async () => {
        const wrong = { ...outputs, kafkaUsers: { shop: "wrong" } };
        const printed = writeCredentials("kafka-client", wrong, folder("wrong"), "shop");
        const { code, output } = await runPrinted(printed, "kcat");
        expect({ code, output }).toMatchObject({ code: 1, output: expect.stringContaining("Authentication failed") });
    });

    it("lets Kafka's own tools read the topics of its user", async () => {
        const printed = writeCredentials("kafka-client", outputs, folder("shop"), "shop");
        const listed = await runPrinted(printed, "kafka-topics.sh");
        expect(listed).toMatchObject({ code: 0, output: expect.stringMatching(/^lines$/m) });
        expect(listed.output).not.toContain("my-connect-configs");
        const server = `--bootstrap-server ${outputs.addresses.kafkaUsers![0]}`;
        const file = `--consumer.config '${join(folder("shop"), "client.properties")}'`;
        const range = "--group shop --from-beginning --max-messages 2 --timeout-ms 40000";
        const read = await kafkaTool("kafka-console-consumer.sh", `${server} ${file} --topic lines ${range}`);
        expect(read).toMatchObject({ code: 0, output: expect.stringContaining("one\ntwo") });
    });

    it("lets curl ask the workers", async () => {
        const printed = writeCredentials("rest", outputs, folder("rest"));
        expect(await runPrinted(printed, "curl", "-fsS")).toMatchObject({
            code: 0,
            output: expect.stringContaining('"allowed"'),
        });
    });
});

describe("with users, a worker", () => {
    const status = async (path: string, rest?: Credentials["rest"], files = operator) => {
        const auth = authOf({ ...pemOf(files), rest });
        const url = `https://localhost:${platform.ports.rest}`;
        const client = connectClient({ restUrls: [url], limitSeconds: Infinity, direct: true, auth });
        return (await client.ask(url, { method: "GET", path }, 10_000)).status;
    };

    it("asks each of them for a password, beside the certificate", async () => {
        expect(await status("/connectors", { username: "operator", password: PASSWORD })).toBe(200);
        expect(await status("/connectors", { username: "an.admin", password: "other" })).toBe(200);
        for (const rest of [
            undefined,
            { username: "an.admin", password: PASSWORD },
            { username: "x", password: "x" },
        ]) {
            expect(await status("/connectors", rest)).toBe(401);
            expect(await status("/health", rest)).toBe(401);
        }
    });

    it("takes no certificate of other members, whatever the password", async () => {
        const login = { username: "operator", password: PASSWORD };
        expect(await status("/connectors", login, platform.authority.issue("connect"))).toBe(200);
        expect(await status("/connectors", login, platform.authority.issue("postgres"))).toBe(403);
        expect(await status("/", undefined, platform.authority.issue("registry"))).toBe(403);
    });

    it("answers its health check by a login only", () => {
        const { status: code, output } = health("health-connect", platform.ports.restHealth);
        expect({ code, output }).toMatchObject({ code: 1, output: expect.stringContaining("401") });
    });
});

describe("nodes in ZooKeeper", () => {
    /** Runs commands of ZooKeeper's own shell with a certificate. @returns all answers. */
    const shell = async (role: string, ...commands: string[]) => {
        const files = platform.authority.issue(role);
        const settings = platform.file(
            "zookeeper-client.properties",
            [
                "zookeeper.ssl.client.enable=true",
                "zookeeper.clientCnxnSocket=org.apache.zookeeper.ClientCnxnSocketNetty",
                ...["keystore", "truststore"].flatMap((kind) => [
                    `zookeeper.ssl.${kind}.location=${files.store}`,
                    `zookeeper.ssl.${kind}.type=PKCS12`,
                    `zookeeper.ssl.${kind}.password=connect-cdc`,
                ]),
            ].join("\n"),
        );
        const server = ["-server", `localhost:${platform.ports.zookeeper}`, "-zk-tls-config-file", settings];
        const main = "org.apache.zookeeper.ZooKeeperMainWithTlsSupportForKafka";
        return platform.tool(main, server, { input: [...commands, "quit", ""].join("\n") });
    };
    const refusals = (output: string) =>
        [...output.matchAll(/Insufficient permission : (\S+)/g)].map(([, path]) => path);
    const access = new Engine(zookeeperAcl, {});
    const up = (owner: NodeOwner) =>
        access.up({ targets: [`localhost:${platform.ports.zookeeper}`], credentials: pemOf(operator), owner });
    const makeTopic = (topic: string) =>
        platform.tool("org.apache.kafka.tools.TopicCommand", [
            ...["--bootstrap-server", `localhost:${platform.ports.operator}`],
            ...["--command-config", platform.clientFile("operator", operator), "--create", "--topic", topic],
        ]);

    it("can be changed by brokers only, those that are older than the rules, too", LIMIT, async () => {
        const before = await shell("connect", "create /mine one", "create /brokers/topics/made", "ls /config/users");
        expect(before).toContain("Created /mine");
        expect(refusals(before)).toEqual(["/brokers/topics/made", "/config/users"]);
        expect([await up("brokers"), await up("brokers")]).toEqual(["created", "unchanged"]);
        const commands = {
            "/made": "create /made",
            "/mine": "set /mine two",
            "/brokers/topics/lines": "delete /brokers/topics/lines",
            "/controller": "delete /controller",
            "/zookeeper/quota/made": "create /zookeeper/quota/made",
            "/": "setAcl / world:anyone:cdrwa",
            "/config/users": "ls /config/users",
        };
        const after = await shell("connect", ...Object.values(commands), "get /mine");
        expect(refusals(after)).toEqual(Object.keys(commands));
        expect(after).toContain("one");
        expect(await makeTopic("closed")).toContain("Created topic closed.");
    });

    it("get their owner again when someone has opened the root", LIMIT, async () => {
        await shell("operator", "setAcl / world:anyone:cdrwa");
        expect([await up("brokers"), await up("brokers")]).toEqual(["updated", "unchanged"]);
        expect(refusals(await shell("connect", "create /made"))).toEqual(["/made"]);
    });

    it("are everyone's again before brokers use ZooKeeper without a certificate", LIMIT, async () => {
        expect([await up("everyone"), await up("everyone")]).toEqual(["updated", "unchanged"]);
        expect(await shell("connect", "create /made", "delete /mine")).toContain("Created /made");
        await platform.processes.get("broker")!.end("SIGTERM");
        await platform.startBroker("offer");
        await vi.waitFor(async () => expect(await makeTopic("open")).toContain("Created topic open."), START);
    });
});
