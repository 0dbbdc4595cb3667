import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bootstrapXml, brokerXml, type JmsRule } from "../../../components/render/artemis";
import { OPERATOR, STORE_PASSWORD as PUBLIC_PASSWORD } from "../../../components/render/tls";
import { defaults } from "../../../config/defaults";
import { jdkProgram } from "../../../images/staging/files";
import { clusterReady } from "../../../servers/health";
import { Hopeless, waitFor } from "../../../servers/wait";
import { runProcess } from "../../../tools/processes";
import { CHECKOUT } from "../../../tools/project";
import { findPorts } from "../stack/ports";
import { type Certificate, STORE_PASSWORD } from "./certificates";
import { JavaProcess } from "./javaProcess";
import { unpackedServer } from "./serverArchive";

/** A JMS broker as a plain process, on a free port of 127.0.0.1. */
export interface ArtemisProcess {
    /** host:port */
    address: string;
    /** The operator's login. */
    user: string;
    password: string;
    /** URL of the web console; undefined: a broker without TLS has none. */
    consoleUrl?: string;
    /** Ends the process and removes its messages. */
    stop(): Promise<void>;
}

const LOGIN = { user: OPERATOR, password: "of-a-test" };

/** What a test's broker has beside its queues. */
interface Options {
    topics?: string[];
    /** What further users may do, by name. Each has {@link passwordOf} its name. */
    rules?: Record<string, JmsRule[]>;
    /** Of a broker that takes TLS only, as in a stack with `security.tls: require`. Default: no TLS. */
    certificate?: Certificate;
}

export function passwordOf(user: string): string {
    return `of-${user} :=#`;
}

/** Starts Artemis with the settings of a stack's own, and waits until it takes clients. */
export async function startArtemis(queues: string[], options: Options = {}): Promise<ArtemisProcess> {
    const { topics, rules = {}, certificate } = options;
    const distribution = await unpackedServer("artemis", defaults.jmsBroker.version);
    const folder = mkdtempSync(join(tmpdir(), "connect-cdc-artemis-"));
    const etc = join(folder, "etc");
    mkdirSync(etc);
    const [ports, loopback] = [await findPorts(), await findPorts()];
    const port = ports.jmsBroker;
    const tls = certificate && {
        mode: "require" as const,
        port: loopback.jmsBroker,
        tlsPort: port,
        store: certificate.keyStore,
    };
    const bootstrap = bootstrapXml({ consolePort: ports.jmsConsole, etc, store: certificate?.keyStore });
    const files = {
        "broker.xml": brokerXml({ queues, topics, rules, port, dataDir: join(folder, "data"), ...tls }),
        "bootstrap.xml": certificate ? bootstrap : bootstrap.replace(/<web .*<\/web>/s, ""),
        "management.xml": '<management-context xmlns="http://activemq.apache.org/schema"/>',
        "login.config": LOGIN_CONFIG,
    };
    for (const [name, text] of Object.entries(files)) writeFileSync(join(etc, name), forTest(text));
    await writeUsers(folder, etc, Object.keys(rules));
    const policy = join(etc, "jolokia-access.xml");
    copyFileSync(join(CHECKOUT, "images", "artemis", "jolokia-access.xml"), policy);
    const process = new JavaProcess(join(folder, "artemis.log"), [
        `-Dartemis.home=${distribution}`,
        `-Dartemis.instance=${folder}`,
        `-Dartemis.instance.etc=${etc}`,
        `-Djava.security.auth.login.config=${join(etc, "login.config")}`,
        `-Djolokia.policyLocation=file:${policy}`,
        ...CONSOLE_FLAGS,
        "-cp",
        join(distribution, "lib", "artemis-boot.jar"),
        "org.apache.activemq.artemis.boot.Artemis",
        "run",
    ]);
    const stop = async () => {
        await process.end();
        rmSync(folder, { recursive: true, force: true });
    };
    const address = `127.0.0.1:${port}`;
    const credentials = certificate && { ca: certificate.cert, cert: certificate.cert, key: certificate.key };
    const check = async () => {
        if (!process.running) throw new Hopeless(`the broker ended:\n${process.output.slice(-3000)}`);
        return clusterReady({ kind: "artemis", targets: [address], expected: 1, credentials });
    };
    try {
        await waitFor(check, { what: `the JMS broker at ${address}`, timeoutSeconds: 120, intervalSeconds: 0.2 });
    } catch (error) {
        await stop();
        throw error;
    }
    const consoleUrl = certificate && `https://127.0.0.1:${ports.jmsConsole}/console`;
    return { address, ...LOGIN, consoleUrl, stop };
}

/** By the program of the image. */
async function writeUsers(folder: string, etc: string, users: string[]): Promise<void> {
    const passwords = join(folder, "users");
    mkdirSync(passwords);
    writeFileSync(join(passwords, LOGIN.user), LOGIN.password);
    for (const user of users) writeFileSync(join(passwords, user), passwordOf(user));
    const program = join(CHECKOUT, "images", "artemis", "WriteUsers.java");
    const { code, stderr } = await runProcess(jdkProgram("java"), [program, passwords, etc]);
    if (code !== 0) throw new Error(stderr);
}

/** The stores of the tests have a password of their own, and a broker of a test is for this machine only. */
function forTest(text: string): string {
    return text
        .replace("//0.0.0.0", "//127.0.0.1")
        .replace(`keyStorePassword=${PUBLIC_PASSWORD}`, `keyStorePassword=${STORE_PASSWORD}`)
        .replace(`keyStorePassword="${PUBLIC_PASSWORD}"`, `keyStorePassword="${STORE_PASSWORD}"`);
}

/** As `artemis create` writes it. */
const LOGIN_CONFIG = `activemq {
    org.apache.activemq.artemis.spi.core.security.jaas.PropertiesLoginModule required
        org.apache.activemq.jaas.properties.user="artemis-users.properties"
        org.apache.activemq.jaas.properties.role="artemis-roles.properties";
};
`;

/** As in the image's `artemis-entrypoint`. */
const CONSOLE_FLAGS = [
    "-Dhawtio.disableProxy=true",
    "-Dhawtio.realm=activemq",
    "-Dhawtio.offline=true",
    "-Dhawtio.roles=amq",
    "-Dhawtio.rolePrincipalClasses=org.apache.activemq.artemis.spi.core.security.jaas.RolePrincipal",
];
