import axios from "axios";
import type Docker from "dockerode";
import { beforeAll, describe, expect, it } from "vitest";

import type { StackOutputs } from "../../cli/stackOutputs";
import { docker, listContainers } from "../support/docker";
import { readTopic } from "../support/topics";
import { sharedStack } from "./sharedStack";

const stack = sharedStack();
let outputs: StackOutputs;
let containers: Docker.ContainerInfo[];

beforeAll(async () => {
    outputs = await stack.outputs();
    containers = await listContainers(stack.handle.name);
});

/** Fails when a text holds a password, as it is or in Base64; never prints the text. */
function expectNoPassword(what: string, texts: string[]): void {
    expect(texts.length, `${what}: nothing was looked at`).toBeGreaterThan(0);
    const whole = texts.join("\n");
    expect(whole.length, `${what}: nothing was looked at`).toBeGreaterThan(0);
    for (const [name, password] of Object.entries({
        database: outputs.database.password,
        JMS: outputs.jmsBroker.password,
    })) {
        expect(password.length, `the ${name} password is too short to be looked for`).toBeGreaterThanOrEqual(12);
        // The last characters of Base64 depend on what follows; the first two thirds do not.
        const encoded = Buffer.from(password)
            .toString("base64")
            .slice(0, Math.floor(password.length * (2 / 3)));
        expect(whole.includes(password), `${what} has the ${name} password in clear`).toBe(false);
        expect(whole.includes(encoded), `${what} has the ${name} password in Base64`).toBe(false);
    }
}

async function logsOf(id: string): Promise<string> {
    return (await docker.getContainer(id).logs({ stdout: true, stderr: true, follow: false })).toString();
}

describe("passwords are nowhere in clear", () => {
    it("in the state, its backups and its history", () => {
        expectNoPassword("the state folder", stack.stateTexts());
    });

    it("in the output of pulumi", () => {
        expectNoPassword("pulumi's output", [stack.log()]);
    });

    it("in any container's settings: environment, arguments, labels", async () => {
        const inspected = await Promise.all(containers.map(({ Id }) => docker.getContainer(Id).inspect()));
        expectNoPassword(
            "docker inspect",
            inspected.map((container) => JSON.stringify(container)),
        );
    });

    it("in the arguments of any process", async () => {
        const running = containers.filter(({ State }) => State === "running");
        const tables = await Promise.all(
            running.map(({ Id }) => docker.getContainer(Id).top({ ps_args: "-eo pid,args" })),
        );
        expectNoPassword(
            "a process's arguments",
            tables.map((table) => JSON.stringify(table)),
        );
    });

    it("in any image's layers or settings", async () => {
        const ids = [...new Set(containers.map(({ ImageID }) => ImageID))];
        const texts = await Promise.all(
            ids.map(async (id) => {
                const image = docker.getImage(id);
                return JSON.stringify([await image.history(), await image.inspect()]);
            }),
        );
        expectNoPassword("docker history", texts);
    });

    it("in any container's log", async () => {
        expectNoPassword("docker logs", await Promise.all(containers.map(({ Id }) => logsOf(Id))));
    });

    it("in what Connect's REST API says", async () => {
        const url = outputs.restUrls[0] ?? "";
        const { data: names } = await axios.get<string[]>(`${url}/connectors`);
        const paths = ["/connectors?expand=info&expand=status", ...names.map((name) => `/connectors/${name}/tasks`)];
        const answers = await Promise.all(paths.map((path) => axios.get(`${url}${path}`)));
        const texts = answers.map(({ data }) => JSON.stringify(data));
        expectNoPassword("the REST API", texts);
        expect(texts.join()).toContain("${directory:");
    });

    it.each(["my-connect-configs", "my-connect-offsets", "my-connect-status"])("in the topic %s", async (topic) => {
        const records = await readTopic(outputs.addresses.kafka, topic);
        expectNoPassword(
            topic,
            records.map(({ key, value }) => `${key} ${value}`),
        );
    });
});

describe("secret files", () => {
    it("are readable by the worker's user only", async () => {
        const worker = containers.find(({ Names }) => Names[0]?.endsWith("-connect-0"));
        const listing = await execute(worker?.Id ?? "", ["stat", "-c", "%a %u %n", "-L"], "/run/secrets/connect-cdc/*");
        const lines = listing.trim().split("\n");
        expect(lines.length).toBeGreaterThanOrEqual(2);
        for (const line of lines) {
            expect(line).toMatch(/^400 1000 \/run\/secrets\/connect-cdc\/[\w.-]+$/);
        }
    });
});

async function execute(id: string, command: string[], pattern: string): Promise<string> {
    const exec = await docker.getContainer(id).exec({
        Cmd: ["bash", "-c", `${command.map((word) => `'${word}'`).join(" ")} ${pattern}`],
        AttachStdout: true,
        AttachStderr: true,
        Tty: true,
    });
    const stream = await exec.start({ Tty: true });
    const chunks: Buffer[] = [];
    for await (const chunk of stream) {
        chunks.push(chunk as Buffer);
    }
    return Buffer.concat(chunks).toString().replaceAll("\r", "");
}
