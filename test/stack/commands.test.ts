import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { Admin } from "@platformatic/kafka";
import { describe, expect, it } from "vitest";
import { consoleLogin } from "../../cli/stack/stackOutputs";
import { queueStates } from "../../servers/artemis";
import { dockerEndpoint } from "../../tools/setup/dockerEngine";
import { parseXmlRow } from "../support/rows/customerXml";
import type { Customer } from "../support/rows/rows";
import { containerName, memberIds } from "../support/stack/docker";
import { sharedStack } from "../support/stack/sharedStack";

const stack = sharedStack();

async function consumerGroups(bootstrapBrokers: string[]): Promise<string[]> {
    const admin = new Admin({ clientId: "connect-cdc-test", bootstrapBrokers });
    const groups = await admin.listGroups();
    await admin.close();
    return [...groups.keys()].sort();
}

describe("npm run status", () => {
    it("shows every member, connector and task, and no problem", async () => {
        const { code, stdout, stderr } = await stack.npmRun("status");
        expect(code, stdout + stderr).toBe(0);
        const subjects = stdout.match(/(?<=^ {2,4})\S+(?= +(ok|RUNNING|active) )/gm);
        expect(subjects).toEqual([
            ...["zookeeper-0", "zookeeper-1", "zookeeper-2"],
            ...["kafka-0", "kafka-1", "kafka-2"],
            ...["connect-0", "connect-1", "connect-2"],
            ...["dbz-source", "dbz-source/0", "json-jms-sink", "json-jms-sink/0", "xml-jms-sink", "xml-jms-sink/0"],
            "dbz_source",
        ]);
        expect(stdout).toContain("All is well.");
    });

    it("fails for an unknown stack", async () => {
        const { code, stderr } = await stack.npmRun("status", "--stack", "no-such-stack");
        expect(code).toBe(1);
        expect(stderr).toContain("no-such-stack");
    });
});

describe("npm run logs", () => {
    it("shows the last lines of a member", async () => {
        const { code, stdout } = await stack.npmRun("logs", "postgres", "--tail", "all");
        expect(code).toBe(0);
        expect(stdout).toContain("database system is ready to accept connections");
        expect((await stack.npmRun("logs", "postgres", "--tail", "2")).stdout.match(/\n/g)).toHaveLength(2);
    });

    it("prints the lines of a role's members in one sequence, each with its member", async () => {
        const { stdout } = await stack.npmRun("logs", "connect", "--since", "1h");
        const lines = stdout.trimEnd().split("\n");
        expect([...new Set(lines.map((line) => line.slice(0, 12)))].sort()).toEqual(
            [0, 1, 2].map((i) => `connect-${i} | `),
        );
        const times = lines
            .map((line) => /^\S+ +\| \[(\S+ \S+)\]/.exec(line)?.[1])
            .filter((time) => time !== undefined);
        // Workers write the time of their lines, and pass them to the engine in batches
        expect(times.slice(-1)[0]! > times[0]!).toBe(true);
    });

    it("lists the members for an unknown name", async () => {
        const { code, stderr } = await stack.npmRun("logs", "conect-1");
        expect(code).toBe(1);
        expect(stderr).toMatch(/did you mean connect-1\? Known: artemis, .*zookeeper-2/);
    });

    it("holds no password", async () => {
        const { database, jmsBroker } = await stack.outputs();
        const { stdout } = await stack.npmRun("logs", "--tail", "all");
        expect(stdout).not.toContain(database.password);
        expect(stdout).not.toContain(jmsBroker.password);
    });
});

describe("npm run tail", () => {
    it("prints the changes of a row as they arrive, and the messages of a queue", async () => {
        const { addresses } = await stack.outputs();
        const groups = await consumerGroups(addresses.kafka);
        const topic = stack.npmRun("tail", "--count", "2");
        const queue = stack.npmRun("tail", "--queue", "CustomersJSON", "--count", "2");
        // Both begin at a time of their own, so rows are inserted until both have ended
        let isEnough = false;
        const demos = (async () => {
            while (!isEnough) await stack.npmRun("demo", "--rows", "1", "--op", "update");
        })();
        const [change, message] = await Promise.all([topic, queue]);
        isEnough = true;
        await demos;
        expect(change.code, change.stderr).toBe(0);
        expect(change.stdout).toMatch(
            /^\d\d:\d\d:\d\d\.\d{3} {2}localhost\.cdc\.customers {2}(insert|update) {2}id=\d+ {2}\S.*\n.*(insert|update) {2}id=/,
        );
        expect(change.stdout).toMatch(/update {2}id=\d+ {2}last_name="\w+" -> "\w+"$/m);
        expect(message.code, message.stderr).toBe(0);
        expect(message.stdout).toMatch(/^\d\d:\d\d:\d\d\.\d{3} {2}\{"email":/);
        expect(await consumerGroups(addresses.kafka)).toEqual(groups);
    });

    it("reads a topic from its start", async () => {
        const { stdout } = await stack.npmRun("tail", "--topic", "my-connect-configs", "--from-start", "--count", "1");
        expect(stdout).toMatch(/^\S+ {2}\S+: \{.*\}\n$/);
    });

    it.each([
        ["--topic", "localhost.cdc.customer", "localhost.cdc.customers"],
        ["--queue", "CustomersJSN", "CustomersJSON"],
    ])("suggests a name for %s %s", async (option, wrong, right) => {
        const { code, stderr } = await stack.npmRun("tail", option, wrong);
        expect(code).toBe(1);
        expect(stderr).toContain(`did you mean ${right}?`);
    });
});

describe("npm run demo", () => {
    it("shows its rows in both queues, and does not remove them", async () => {
        const outputs = await stack.outputs();
        const { jmsBroker } = outputs;
        const login = consoleLogin(outputs);
        const depths = async () => (await queueStates(login)).filter(({ name }) => jmsBroker.queues.includes(name));
        const before = await depths();

        const { code, stdout, stderr } = await stack.npmRun("demo", "--rows", "4");
        expect(code, stdout + stderr).toBe(0);
        const lines = stdout.split("\n").filter((line) => line.startsWith("  "));
        const rows = lines.slice(0, 4).map((line) => JSON.parse(line) as Customer);
        const json = lines.slice(4).filter((line) => line.startsWith("  {"));
        const xml = lines.slice(4).filter((line) => line.startsWith("  <"));
        expect(json.map((line) => JSON.parse(line))).toEqual(rows);
        const texts = rows.map((row) =>
            Object.fromEntries(Object.entries(row).map(([name, value]) => [name, String(value)])),
        );
        expect(xml.map((line) => parseXmlRow(line.trim(), "customer"))).toEqual(texts);

        const after = await depths();
        expect(after.map(({ depth }, i) => depth - (before[i]?.depth ?? 0))).toEqual([4, 4]);
    });
});

describe("npm start and npm stop with a backend without the stack", () => {
    it.each(["start", "stop"])("%s lists the running containers and does not change them", async (command) => {
        const folder = mkdtempSync(join(tmpdir(), "connect-cdc-backend-"));
        const before = await memberIds(stack.handle.name, true);
        const environment = { PULUMI_BACKEND_URL: pathToFileURL(folder).href };
        const { code, stderr } = await stack.npmRunWith(environment, command);
        rmSync(folder, { recursive: true });
        expect(code).toBe(1);
        expect(stderr).toContain(
            `container ${containerName(stack.handle.name, "kafka-0")} on ${dockerEndpoint()}, running`,
        );
        expect(stderr).toContain("--take-over");
        expect(await memberIds(stack.handle.name, true)).toEqual(before);
    });
});
