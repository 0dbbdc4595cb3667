import { randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import axios from "axios";
import type Docker from "dockerode";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { platformTarget, type StackOutputs } from "../../cli/stack/stackOutputs";
import { startStatusServer } from "../../status/statusServer";
import { cacheFolder } from "../../tools/folders";
import { listContainers, memberIds } from "../support/stack/docker";
import {
    engineTexts,
    filesIn,
    folderOf,
    logOf,
    processesIn,
    runInContainer,
    savedImages,
} from "../support/stack/platformTexts";
import { processTextsDuring } from "../support/stack/processTexts";
import { runCommand } from "../support/stack/runCommand";
import { SecondSource } from "../support/stack/secondSource";
import { SecretSearch } from "../support/stack/secretSearch";
import { sharedStack } from "../support/stack/sharedStack";
import { makeCertificate } from "../support/workers/certificates";
import { ConnectorProgram } from "../support/workers/connectorProgram";

const stack = sharedStack();
const before = stack.config();
const JMS_SINK_CLASS = "dev.connectcdc.jms.JmsSinkConnector";

/** Is plain text in the config: a search that does not find it reads the wrong text. */
const PUBLIC = `public${randomBytes(6).toString("hex")}`;
/** All planted secrets begin and end with this. */
const MARK = `Planted${randomBytes(9).toString("hex")}`;
/** The planted secrets: the letters after the mark distinguish them. */
const planted = {
    note: special("Note"),
    url: `${MARK}Url`,
    wrongPassword: special("Wrong"),
    refused: special("Refused"),
    echoed: special("Echoed"),
    /** Password of a role that does not exist: the database refuses it. */
    database: `${MARK}Database`,
    rest: special("Rest"),
    otherRest: special("OtherRest"),
    command: special("Command"),
};
/** The names of those that Connect cannot output. */
const UNTOLD = ["Note", "Url", "Wrong", "Refused", "Database", "Rest", "OtherRest", "Command"];
const ROLE = "planted_role";

/** With all that needs quotes somewhere. */
function special(name: string): string {
    return `${MARK}${name} "it's" $HOME \`id\` %41 \${x} \\ <wörd> €\n${MARK}${name}`;
}

let outputs: StackOutputs;
let containers: Docker.ContainerInfo[];
/** Every secret but the one that Connect itself outputs. */
let search: SecretSearch;
/** Every secret: for what this project writes. */
let ours: SecretSearch;
/** Every secret that is no output of the stack: for event logs, in which the CLI writes outputs as plain text. */
let inputs: SecretSearch;
/** What this project's own processes were started with. */
let processes: string[] = [];
const runs: Record<string, { output: string }> = {};
let second: SecondSource | undefined;
let program: ConnectorProgram | undefined;
/** Of the program with credentials, by name. */
let withCredentials: Record<string, { stdout: string; stderr: string }>;
const temporary = join(stack.handle.folder, "temporary");
/** Files that may contain secrets. */
const credentials = join(stack.handle.folder, "credentials");

beforeAll(async () => {
    outputs = await stack.outputs();
    const { database, jmsBroker } = outputs;
    const generated = {
        "database password": database.password,
        "JMS password": jmsBroker.password,
        "JMS operator's password": jmsBroker.operator!.password,
    };
    const marks = (names: string[]) => Object.fromEntries(names.map((name) => [name, `${MARK}${name}`]));
    mkdirSync(temporary, { recursive: true });
    mkdirSync(credentials, { recursive: true });
    const { cert, key } = makeCertificate(credentials, "client");
    const untold = { ...marks(UNTOLD), "private key": key.split("\n")[1]! };
    search = new SecretSearch({ ...generated, ...untold });
    ours = new SecretSearch({ ...generated, ...untold, ...marks(["Echoed"]) });
    inputs = new SecretSearch({ ...untold, ...marks(["Echoed"]) });
    second = await SecondSource.open(outputs);
    writeFileSync(join(temporary, "control"), PUBLIC);
    // the flag --event-log is a developer's
    vi.stubEnv("PULUMI_DEBUG_COMMANDS", "true");
    // A file of its folder contains its arguments
    program = await ConnectorProgram.create();
    vi.stubEnv("TMPDIR", temporary);
    processes = await processTextsDuring(async () => {
        await act();
        await actWithCredentials({ ca: cert, cert, key });
    });
    containers = await listContainers(stack.handle.name);
});

afterAll(async () => {
    vi.unstubAllEnvs();
    program?.remove();
    if (second) {
        // With a valid URL the database releases the slot
        await stack.setSecret("planted-database", second.url);
        stack.configure({ connectors: { "planted-source": plantedSource() } });
        await stack.up();
    }
    stack.configure({ connectors: before.connectors, secrets: before.secrets });
    await stack.up();
    await second?.close();
});

/** Makes things go right and wrong. */
async function act(): Promise<void> {
    await stack.setSecret("planted-jms", outputs.jmsBroker.password);
    await stack.setSecret("planted-note", planted.note);
    await stack.setSecret("planted-url", planted.url);
    const url = `postgresql://${ROLE}:${planted.database}@${outputs.database.address}/${outputs.database.name}`;
    await stack.setSecret("planted-database", url);
    workers = await workerIds();
    stack.configure({ connectors: { planted: plantedSink(), "planted-source": plantedSource() } });
    runs["good"] = await stack.up("--event-log", eventLog("good"));
    starts = await taskStarts();
    stack.configure({ connectors: { planted: plantedSink() } });
    runs["left"] = await stack.tryUp("--diff", "--event-log", eventLog("left"));

    await stack.setSecret("planted-jms", planted.wrongPassword);
    runs["preview"] = await stack.pulumi("preview", "--diff");
    runs["wrong password"] = await stack.tryUp("--event-log", eventLog("wrong"));
    startsAfterRotation = await taskStarts();

    await stack.setSecret("planted-jms", outputs.jmsBroker.password);
    await stack.setSecret("planted-refused", planted.refused);
    await stack.setSecret("planted-echoed", planted.echoed);
    const refused = broken("refused", "Cast$Value", "spec");
    const echoing = broken("echoing", "TimestampConverter$Value", "format");
    stack.configure({ connectors: { planted: plantedSink(), refused, echoing } });
    runs["refused"] = await stack.tryUp("--diff", "--event-log", eventLog("refused"));
    runs["preview as JSON"] = await stack.pulumi("preview", "--json");
    runs["outputs"] = await stack.pulumi("stack", "output", "--stack", stack.handle.name);
    runs["refresh"] = await stack.refresh();
}

/** A program whose connector has credentials and a database to clean; and commands that are given some. */
async function actWithCredentials(tls: { ca: string; cert: string; key: string }): Promise<void> {
    const restUrls = outputs.restUrls;
    const of = (password: string, more: object = {}) => ({
        name: "planted-elsewhere",
        cluster: "my-connect",
        restUrls,
        class: JMS_SINK_CLASS,
        state: "stopped",
        config: {
            topics: "planted-topic",
            "jms.destination.name": PUBLIC,
            "java.naming.factory.initial": "org.apache.activemq.artemis.jndi.ActiveMQInitialContextFactory",
            "java.naming.provider.url": "tcp://artemis:61616",
        },
        auth: { basic: { username: "me", password }, tls },
        ...more,
    });
    program!.declare([of(planted.rest)]);
    runs["credentials"] = await program!.up();
    // A worker's port, but no TLS there
    program!.declare([of(planted.otherRest, { tasksMax: 2, restUrls: [restUrls[0]!.replace("http:", "https:")] })]);
    runs["no TLS"] = await program!.run("up", "--yes", "--skip-preview", "--diff", "--stack", "test");
    const passwordFile = join(credentials, "password");
    writeFileSync(passwordFile, planted.command);
    const login = ["--user", "me", "--password-file", passwordFile];
    const pair = ["--cert", join(credentials, "client.crt"), "--key", join(credentials, "client.key")];
    const [url] = restUrls as [string];
    withCredentials = {
        offsets: await runCommand("offsets", ["list", "dbz-source", "--url", url, ...login, ...pair]),
        adopt: await runCommand("adopt", [url, ...login, ...pair]),
        "adopt --program": await runCommand("adopt", [url, "--program", ...login, ...pair]),
    };
    await program!.destroy();
}

let workers: string[];
let starts: Record<string, number>;
let startsAfterRotation: Record<string, number>;

function eventLog(name: string): string {
    return join(stack.handle.folder, `${name}.events`);
}

function plantedSink(name = "planted") {
    const config: Record<string, unknown> = {
        "topics.regex": "planted-topi[c]",
        "jms.destination.name": "CustomersJSON",
        "jms.password": { secret: "planted-jms" },
        "java.naming.provider.url": `tcp://me:\${directory:/run/secrets/connect-cdc/${name}:planted-url}@artemis:61616`,
        transforms: "note",
        "transforms.note.type": "org.apache.kafka.connect.transforms.InsertField$Value",
        "transforms.note.static.field": PUBLIC,
        "transforms.note.static.value": { secret: "planted-note" },
    };
    return { class: JMS_SINK_CLASS, tasksMax: 1, state: "running", config };
}

function plantedSource() {
    const { slot, publication } = second!;
    const config = {
        "topic.prefix": "second",
        "table.include.list": "second.notes",
        "slot.name": slot,
        "publication.name": publication,
    };
    const database = { url: { secret: "planted-database" }, slot: "drop" };
    const connectorClass = "io.debezium.connector.postgresql.PostgresConnector";
    return { class: connectorClass, tasksMax: 1, state: "stopped", config, onDelete: { database } };
}

/** Settings of a sink whose transform cannot work with the secret, and quotes it. */
function broken(name: string, transform: string, setting: string) {
    const sink = plantedSink(name);
    const { "transforms.note.static.field": _, "transforms.note.static.value": __, ...rest } = sink.config;
    const config = {
        ...rest,
        "transforms.note.type": `org.apache.kafka.connect.transforms.${transform}`,
        [`transforms.note.${setting}`]: { secret: setting === "spec" ? "planted-refused" : "planted-echoed" },
        ...(setting === "format" ? { "transforms.note.target.type": "string" } : {}),
    };
    return { ...sink, config };
}

/** Ids of the workers' containers. */
async function workerIds(): Promise<string[]> {
    const ids = Object.entries(await memberIds(stack.handle.name));
    return ids.filter(([name]) => /^connect-\d$/.test(name)).map(([, id]) => id);
}

/** How often each connector's task was started, by the logs of all workers. */
async function taskStarts(): Promise<Record<string, number>> {
    const workers = (await listContainers(stack.handle.name)).filter(({ Names }) => /-connect-\d$/.test(Names[0]!));
    const logs = (await Promise.all(workers.map(({ Id }) => logOf(Id)))).join("\n");
    const names = ["planted", ...Object.keys(outputs.connectors)];
    return Object.fromEntries(names.map((name) => [name, logs.split(`Creating task ${name}-0 `).length - 1]));
}

describe("a rotated secret", () => {
    it("is read before the tasks start again: those of its connector, and no others", () => {
        const expected = Object.keys(starts).filter((name) => name !== "planted");
        expect(runs["wrong password"]!.output).toMatch(/connector "planted": task 0 FAILED on connect-\d:\d+: /);
        expect(startsAfterRotation["planted"]).toBeGreaterThan(starts["planted"]!);
        for (const name of expected) expect(startsAfterRotation[name], name).toBe(starts[name]);
    });

    it("is read again by the next up when the one before had failed", async () => {
        const { data } = await axios.get(`${outputs.restUrls[0]}/connectors/planted/status`);
        expect(data).toMatchObject({ connector: { state: "RUNNING" }, tasks: [{ state: "RUNNING" }] });
    });
});

describe("secrets are nowhere plain text", () => {
    it("despite failures whose messages would contain them", () => {
        const { output } = runs["refused"]!;
        expect(output).toMatch(/connector "refused"[^]*transforms\.note\.spec: Invalid value .*\[secret\]/);
        expect(output).toMatch(/connector "echoing": task 0 FAILED on connect-\d:\d+: .*\[secret\]/);
        expect(runs["left"]!.output).toMatch(/password authentication failed.*Left in the database/);
        expect(runs["no TLS"]!.output).toContain("This port does not use TLS");
    });

    it("in the state, its backups and its history", () => {
        const texts = filesIn(join(stack.handle.folder, "state"));
        ours.check("the state", Buffer.concat(texts.map(({ content }) => content)), PUBLIC);
    });

    it("in what pulumi prints: up, stack output, preview --diff, preview --json, refresh; and in its event logs", () => {
        expect(runs["preview"]!.output).toContain("planted");
        expect(runs["outputs"]!.output).toContain("[secret]");
        ours.check("pulumi's output", stack.log(), PUBLIC);
        ours.check("the program's output", runs["credentials"]!.output + runs["no TLS"]!.output, "planted-elsewhere");
        const texts = filesIn(join(program!.folder, "state"));
        ours.check("the program's state", Buffer.concat(texts.map(({ content }) => content)), PUBLIC);
        for (const name of ["good", "left", "wrong", "refused"]) {
            inputs.check(`the event log of ${name}`, readFileSync(eventLog(name)), "planted");
        }
    });

    it("in the arguments and environments of this project's processes", () => {
        ours.check("processes", processes.join("\n"), "PULUMI_BACKEND_URL=");
        expect(processes.some((text) => text.includes("preview\n--diff"))).toBe(true);
    });

    it("in temporary files, and in the contexts of images", () => {
        const left = filesIn(temporary);
        ours.check("temporary files", Buffer.concat(left.map(({ content }) => content)), PUBLIC);
        const contexts = filesIn(cacheFolder("staging", "contexts"), 1_000_000);
        ours.check("image contexts", Buffer.concat(contexts.map(({ content }) => content)), "FROM");
    });

    it("in what our commands print", async () => {
        const url = outputs.restUrls[0]!;
        const commands: [string[], control: string][] = [
            [["status"], "echoing"],
            [["status", "--json"], "echoing"],
            [["tail", "--topic", "my-connect-configs", "--from-start", "--count", "3"], "connector"],
            [["offsets", "list", "dbz-source"], "dbz-source"],
            [["watch", "--once"], "echoing"],
        ];
        for (const [[name = "", ...args], control] of commands) {
            const { stdout, stderr } = await stack.npmRun(name, ...args);
            // status takes out of traces what it knows: the secrets of the last up that succeeded
            search.check(`npm run ${name} ${args.join(" ")}`, stdout + stderr, control);
        }
        const adopted = await runCommand("adopt", [url]);
        search.check("npm run adopt", adopted.stdout + adopted.stderr, PUBLIC);
        for (const [name, { stdout, stderr }] of Object.entries(withCredentials)) {
            search.check(`npm run ${name} with credentials`, stdout + stderr, "dbz-source");
        }

        const { stdout } = await stack.npmRun("logs", "--tail", "all");
        search.check("npm run logs", stdout, "Creating task planted-0");
    });

    it("in the status page", async () => {
        const server = await startStatusServer(platformTarget(stack.handle.name, outputs), { port: 0 });
        const { data } = await axios.get<string>(server.url).finally(() => server.close());
        search.check("the status page", data, "echoing");
    });

    it("in the engine's answers: containers, volumes, networks, images and their history", async () => {
        const { inspected, history } = await engineTexts(stack.handle.name);
        ours.check("docker inspect", inspected.join("\n"), `connect-cdc-${stack.handle.name}-connect-secrets`);
        ours.check("docker history", history.join("\n"), "COPY");
    });

    it("in the layers of any image", async () => {
        const images = new SecretSearch({ planted: MARK });
        await images.lookAtStream("docker save", await savedImages(stack.handle.name), "opt/connect/plugins");
        expect(images.leaks).toEqual([]);
    });

    it("in any container's log, arguments and environment, and in temporary files there", async () => {
        for (const { Id, Names, State } of containers) {
            const name = Names[0]!;
            if (State === "running") {
                const log = await logOf(Id);
                expect(log, name).not.toBe("");
                search.check(`log of ${name}`, log, "");
                ours.check(`processes in ${name}`, await processesIn(Id), "PATH=");
            }
            const folder = name.endsWith("-writer") ? "/in" : "/tmp";
            await ours.lookAtStream(`${folder} of ${name}`, await folderOf(Id, folder), folder.slice(1));
        }
    });

    it("in what workers answer", async () => {
        const url = outputs.restUrls[0]!;
        const { data: names } = await axios.get<string[]>(`${url}/connectors`);
        const ofEach = ["", "/config", "/tasks", "/tasks-config", "/topics", "/status"];
        const paths = [
            "/connectors?expand=info&expand=status",
            ...names.flatMap((name) => ofEach.map((path) => `/connectors/${name}${path}`)),
        ];
        const answers = await Promise.all(paths.map((path) => axios.get(`${url}${path}`)));
        const texts = answers.map(({ data }) => JSON.stringify(data)).join("\n");
        search.check("the REST API", texts, PUBLIC);
        expect(texts).toContain("${directory:");
        for (const { targets } of outputs.prometheusTargets ?? []) {
            const { data } = await axios.get<string>(`http://${targets[0]}/metrics`);
            ours.check(`metrics of ${targets[0]}`, data, "jvm_");
        }
    });

    it("in any topic, as the brokers keep it", async () => {
        const brokers = containers.filter(({ Names }) => /-kafka-\d$/.test(Names[0]!));
        for (const { Id, Names } of brokers) {
            const files = await runInContainer(Id, "find /var/lib/kafka -name '*.log' -exec cat {} +");
            search.check(`topics of ${Names[0]}`, files, PUBLIC);
        }
    });

    it("at all", () => {
        expect([...new Set([search, ours, inputs].flatMap(({ leaks }) => leaks))].join("\n")).toBe("");
    });
});

describe("secret files", () => {
    const folder = "/run/secrets/connect-cdc";

    it("are in a folder for each connector, and only the worker's user can read them", async () => {
        const listing = await runInContainer(workers[0]!, `find ${folder} -mindepth 1 -printf '%m %U %P\\n'`);
        const ofPlanted = ["planted-jms", "planted-url"];
        const expected = {
            "dbz-source": ["database-password"],
            "json-jms-sink": ["jms-password"],
            "xml-jms-sink": ["jms-password"],
            planted: [...ofPlanted, "planted-note"],
            refused: [...ofPlanted, "planted-refused"],
            echoing: [...ofPlanted, "planted-echoed"],
        };
        const lines = Object.entries(expected).flatMap(([connector, names]) => [
            `500 1000 ${connector}`,
            ...names.map((name) => `400 1000 ${connector}/${name}`),
        ]);
        expect(listing.trim().split(/\r?\n/).sort()).toEqual(lines.sort());
    });

    it("come and go without a restart of a worker", async () => {
        expect(await workerIds()).toEqual(workers);
    });

    it("hold what was set, byte for byte", async () => {
        const hex = await runInContainer(workers[0]!, `od -An -v -tx1 ${folder}/planted/planted-note | tr -d ' \\n'`);
        expect(Buffer.from(hex.trim(), "hex").toString()).toBe(planted.note);
    });
});
