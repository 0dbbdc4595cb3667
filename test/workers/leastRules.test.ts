import { appendFileSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import axios from "axios";
import { afterAll, beforeAll, expect, it } from "vitest";
import { parseConfig } from "../../config/load";
import { workerRules } from "../../connectors/accessRules";
import { type AccessChanges, aclsOf, changeAccess } from "../../servers/kafkaAccess";
import { done, pending, waitFor } from "../../servers/wait";
import { BROKER_VERSION } from "../support/workers/brokerProcess";
import { type SecureKafka, startSecureKafka } from "../support/workers/secureKafka";
import { type ConnectCluster, secretsFolderOf, startCluster } from "../support/workers/workerProcess";

const GROUP = "least";
const FILE_SOURCE = "org.apache.kafka.connect.file.FileStreamSourceConnector";
const FILE_SINK = "org.apache.kafka.connect.file.FileStreamSinkConnector";

let kafka: SecureKafka;
let cluster: ConnectCluster;
let connectors: Record<string, Record<string, string>>;

beforeAll(async () => {
    kafka = await startSecureKafka();
    mkdirSync(secretsFolderOf(kafka));
    const file = (name: string) => join(kafka.folder, name);
    // A sink that takes only JSON refuses the line "bad", which goes to the dead letters
    const json = { "value.converter": "org.apache.kafka.connect.json.JsonConverter" };
    connectors = {
        source: {
            ...{ file: file("in"), topic: "lines-a" },
            ...{ "topic.creation.default.partitions": "1", "topic.creation.default.replication.factor": "1" },
        },
        sink: {
            ...{ file: file("out"), topics: "lines-a", ...json, "value.converter.schemas.enable": "false" },
            ...{ "errors.tolerance": "all", "errors.deadletterqueue.topic.name": "dead" },
            "errors.deadletterqueue.topic.replication.factor": "1",
        },
        patterned: { file: file("all"), "topics.regex": "lines-.*" },
    };
    await change({ newAcls: rulesOf(connectors).flatMap((rule) => aclsOf("connect", rule)) });
    const client = kafka.clientSettings("connect");
    const prefixed = ["", "producer.", "consumer.", "admin."].flatMap((prefix) =>
        Object.entries(client).map(([key, value]) => [`${prefix}${key}`, value]),
    );
    cluster = await startCluster(kafka, {
        version: BROKER_VERSION,
        workers: 1,
        groupId: GROUP,
        config: { ...Object.fromEntries(prefixed), "exactly.once.source.support": "enabled" },
    });
});

afterAll(async () => {
    await cluster?.stop();
    await kafka?.stop();
});

/** The rules that the stack config gives to the workers. */
function rulesOf(declared: typeof connectors) {
    const none = { "dbz-source": null, "json-jms-sink": null, "xml-jms-sink": null };
    const entries = Object.entries(declared).map(([name, config]) => {
        const isSource = "topic" in config;
        return [name, { class: isSource ? FILE_SOURCE : FILE_SINK, tasksMax: 1, state: "running", config }];
    });
    const config = parseConfig({
        connectors: { ...none, ...(Object.fromEntries(entries) as object) },
        connect: {
            groupId: GROUP,
            ...{ configStorageTopic: `${GROUP}-configs`, offsetStorageTopic: `${GROUP}-offsets` },
            statusStorageTopic: `${GROUP}-statuss`,
            allow: [{ topic: "lines-a", operations: ["Create", "Write"] }],
        },
    });
    return workerRules(config);
}

function change(changes: Partial<AccessChanges>): Promise<void> {
    const none = { passwords: {}, quotas: {}, newAcls: [], oldAcls: [], oldUsers: [] };
    return changeAccess(kafka.targets, kafka.credentials, { ...none, ...changes }, () => undefined);
}

async function request(method: string, path: string, data?: unknown): Promise<any> {
    const headers = { "content-type": "application/json" };
    const url = `${cluster.restUrls[0]}/connectors/${path}`;
    return (await axios.request({ method, url, data, headers, proxy: false, timeout: 60_000 })).data;
}

async function put(name: string, config = connectors[name]!): Promise<void> {
    const connectorClass = "topic" in config ? FILE_SOURCE : FILE_SINK;
    await request("PUT", `${name}/config`, { "connector.class": connectorClass, "tasks.max": "1", ...config });
}

function content(name: string): string {
    try {
        return readFileSync(join(kafka.folder, name), "utf8");
    } catch {
        return "";
    }
}

/** Waits for what the condition finds, and tells the state of the connectors if it finds nothing. */
function until(what: string, found: () => boolean | Promise<boolean>) {
    const check = async () => ((await found()) ? done() : pending(await statuses()));
    return waitFor(check, { what, timeoutSeconds: 60, intervalSeconds: 0.5 });
}

async function statuses(): Promise<string> {
    return JSON.stringify(await request("GET", "?expand=status")).slice(0, 4000);
}

it("let workers and connectors run with exactly once support, also to the dead letters and through a reset", async () => {
    appendFileSync(join(kafka.folder, "in"), '"good"\nbad\n');
    for (const name of ["source", "sink"]) await put(name);
    await until("rows in the sink", () => content("out") === "good\n");
    // A consumer by pattern finds topics that exist when it starts, and new ones minutes later
    await put("patterned");
    await until("rows in the sink by a pattern", () => content("all") === '"good"\nbad\n');
    for (const name of ["source", "sink"]) {
        await request("PUT", `${name}/stop`);
        await until(`${name} to stop`, async () => {
            const { connector, tasks } = await request("GET", `${name}/status`);
            return connector.state === "STOPPED" && tasks.length === 0;
        });
        await request("DELETE", `${name}/offsets`);
        await request("PUT", `${name}/resume`);
    }
    await until("the rows a second time", () => content("all") === '"good"\nbad\n"good"\nbad\n');
    expect(await statuses()).not.toContain("FAILED");
    expect(cluster.workers[0]!.log).not.toMatch(/AuthorizationException|not authorized/i);
});

it("refuse a topic without a rule", async () => {
    await put("source", { ...connectors["source"]!, topic: "secret" });
    await until("the source's refusal", async () => {
        // The task with the config before may still read a line
        appendFileSync(join(kafka.folder, "in"), '"more"\n');
        const { tasks } = await request("GET", "source/status");
        return tasks[0]?.state === "FAILED" && /TopicAuthorizationException/.test(tasks[0].trace);
    });
    await put("sink", { ...connectors["sink"]!, topics: "secret" });
    await until("the sink's refusal", async () => {
        const { tasks } = await request("GET", "sink/status");
        return tasks[0]?.state === "FAILED" && /TopicAuthorizationException/.test(tasks[0].trace);
    });
});
