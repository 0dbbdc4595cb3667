import { Agent } from "node:https";
import { join } from "node:path";
import { connectEngine } from "@connect-cdc/docker-engine";
import axios from "axios";
import type Docker from "dockerode";
import { readClearState } from "../../cli/stack/readState";
import { credentialsOf, type StackOutputs } from "../../cli/stack/stackOutputs";
import { ARTEMIS_TLS_PORT, POSTGRES_PORT } from "../../components/render/serverAddresses";
import { TLS_FILES, TLS_FOLDER } from "../../components/render/tls";
import type { PlatformConfig } from "../../config/schema";
import { listContainers } from "../support/stack/docker";
import { engineTexts, folderOf, logOf, processesIn, runInContainer } from "../support/stack/platformTexts";
import { SecretSearch } from "../support/stack/secretSearch";
import type { TestStack } from "../support/stack/stack";
import { openingsOf, type SecuredPort } from "../support/tls/portScan";
import { keysOf, writeScanFiles } from "../support/tls/stackKeys";
import { stackPorts } from "../support/tls/stackPorts";
import type { DockerHosts } from "./dockerHosts";

const JMS_CONSOLE_PORT = 8161;

/** Folder on the test's own disk for credentials of a stack. */
export function credentialsFolder(stack: TestStack, name: string): string {
    return join(stack.handle.folder, "credentials", name);
}

/** Ports of all members of a stack with TLS on hosts, by container: from outside, and on the containers' networks. */
export async function portsOnHosts(
    { handle }: TestStack,
    { kafka }: PlatformConfig,
    hosts: DockerHosts,
    count: number,
): Promise<SecuredPort[][]> {
    const logins = [
        ...[POSTGRES_PORT, ARTEMIS_TLS_PORT, JMS_CONSOLE_PORT],
        ...Array.from({ length: kafka.brokers }, (_, i) => kafka.tlsPort + i),
    ];
    const found = await eachEngine(hosts, count, (engine, host) =>
        stackPorts({
            stack: handle.name,
            engine,
            inNetwork: hosts.inNetwork(host),
            logins,
            postgres: POSTGRES_PORT,
        }),
    );
    return found.flat();
}

/** What is open of these ports that must not be. Ports of one container are tried one after the other. */
export async function openingsIn(ports: SecuredPort[][], stack: TestStack, outputs: StackOutputs): Promise<string[]> {
    const state = await readClearState(stack.target);
    const files = writeScanFiles(state, outputs.operator!, credentialsFolder(stack, "scan"));
    const found = await Promise.all(
        ports.map(async (member) => {
            const openings: string[] = [];
            for (const port of member) openings.push(...(await openingsOf(port, files)));
            return openings;
        }),
    );
    return found.flat();
}

/**
 * What a worker's REST API says to another container of its host, by the worker's name: in plain text, with TLS but without a
 * certificate, and with one.
 */
export async function askFromContainer(engine: Docker, stack: TestStack, from: string, worker: string, port: number) {
    const containers = await listContainers(stack.handle.name, engine);
    const { Id } = containers.find(({ Names }) => Names[0]!.endsWith(`-${from}`))!;
    const request = String.raw`printf 'GET /connectors HTTP/1.0\r\n\r\n'`;
    const client = `timeout 10 openssl s_client -quiet -connect ${worker}:${port} -CAfile ${TLS_FILES.ca}`;
    const ask = (command: string) => runInContainer(Id, command, engine);
    return {
        plain: await ask(`exec 3<>/dev/tcp/${worker}/${port}; ${request} >&3; timeout 3 cat <&3`),
        withoutCertificate: await ask(`${request} | ${client} 2>&1`),
        withCertificate: await ask(`${request} | ${client} -cert ${TLS_FILES.cert} -key ${TLS_FILES.key} 2>&1`),
    };
}

/** Of each member with a key: its files, each as `<mode> <user id> <path>`, and the id of the user that it runs as. */
export async function keyFiles(stack: TestStack, hosts: DockerHosts, count: number) {
    const found = await eachEngine(hosts, count, async (engine) => {
        const running = (await listContainers(stack.handle.name, engine)).filter(({ State }) => State === "running");
        return Promise.all(
            running.map(async ({ Id, Names }) => {
                const command = `id -u; find ${TLS_FOLDER}/ -type f -printf '%m %U %f\\n'`;
                const [user, ...files] = (await runInContainer(Id, command, engine)).trim().split(/\r?\n/);
                return { name: Names[0]!, user, files: files.sort() };
            }),
        );
    });
    return found.flat();
}

/**
 * Where keys of the stack and passwords of its users can be read that must not.
 *
 * @param texts further texts to look into, by name, each with a text that it certainly contains.
 */
export async function leaksIn(
    stack: TestStack,
    outputs: StackOutputs,
    hosts: DockerHosts,
    count: number,
    texts: Record<string, [text: string, control: string]>,
): Promise<string[]> {
    const { database, jmsBroker, kafkaUsers } = outputs;
    const search = new SecretSearch({
        ...keysOf(await readClearState(stack.target)),
        ...Object.fromEntries(Object.entries(kafkaUsers ?? {}).map(([user, text]) => [`password of ${user}`, text])),
        "database password": database.password,
        "JMS password": jmsBroker.password,
    });
    for (const [name, [text, control]] of Object.entries(texts)) search.check(name, text, control);
    search.check("the state", stack.stateTexts().join("\n"), "operator-certificate");
    search.check("output of pulumi", stack.log(), "operator-certificate");
    const exported = await stack.pulumi("stack", "export", "--stack", stack.handle.name);
    search.check("the exported state", exported.output, "operator-certificate");
    search.check("the REST API", await restTexts(outputs), "connector.class");
    await eachEngine(hosts, count, (engine) => lookAtEngine(search, stack.handle.name, engine));
    return search.leaks;
}

async function restTexts(outputs: StackOutputs): Promise<string> {
    const [url] = outputs.restUrls;
    const httpsAgent = new Agent(credentialsOf(outputs));
    const paths = [
        "/connectors?expand=info&expand=status",
        ...Object.keys(outputs.connectors).flatMap((name) =>
            ["config", "tasks", "tasks-config", "topics", "status"].map((part) => `/connectors/${name}/${part}`),
        ),
    ];
    const answers = await Promise.all(paths.map((path) => axios.get<unknown>(`${url}${path}`, { httpsAgent })));
    return answers.map(({ data }) => JSON.stringify(data)).join("\n");
}

async function lookAtEngine(search: SecretSearch, stack: string, engine: Docker): Promise<void> {
    const { inspected, history } = await engineTexts(stack, engine);
    search.check("docker inspect", inspected.join("\n"), `connect-cdc-${stack}-`);
    search.check("docker history", history.join("\n"), "COPY");
    for (const { Id, Names, State } of await listContainers(stack, engine)) {
        const name = Names[0]!;
        search.check(`log of ${name}`, await logOf(Id, engine), "");
        if (State === "running") {
            search.check(`processes in ${name}`, await processesIn(Id, engine), "PATH=");
        }
        const folder = name.endsWith("-writer") ? "/in" : "/tmp";
        await search.lookAtStream(`${folder} of ${name}`, await folderOf(Id, folder, engine), folder.slice(1));
        const [, data, control] = DATA.find(([member]) => member.test(name)) ?? [];
        if (State === "running" && data !== undefined) {
            search.check(`data of ${name}`, await runInContainer(Id, `find ${data} -exec cat {} +`, engine), control!);
        }
    }
}

/** Data of members that hold what others write: the topics, and the settings and users of Kafka. */
const DATA: [member: RegExp, data: string, control: string][] = [
    [/-kafka-\d$/, "/var/lib/kafka -name '*.log'", "connector-"],
    [/-zookeeper-\d$/, "/var/lib/zookeeper -type f", "SCRAM-SHA-512"],
];

async function eachEngine<T>(
    hosts: DockerHosts,
    count: number,
    ask: (engine: Docker, host: number) => Promise<T>,
): Promise<T[]> {
    const numbers = Array.from({ length: count }, (_, i) => i + 1);
    return Promise.all(numbers.map((host) => ask(connectEngine(hosts.engine(host, "unix")), host)));
}
