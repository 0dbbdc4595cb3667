import { expect, it } from "vitest";
import { consoleLogin, type StackOutputs } from "../../../cli/stack/stackOutputs";
import { queueStates } from "../../../servers/artemis";
import { CustomersTable } from "../../support/rows/rows";
import { readTopic } from "../../support/rows/topics";
import { containerName, docker, listContainers } from "../../support/stack/docker";
import { Pipeline } from "../../support/stack/pipeline";
import { sharedStack } from "../../support/stack/sharedStack";
import { readStatus } from "../../support/stack/statusRun";

const stack = sharedStack();
const QUEUES = ["CustomersJSON", "CustomersXML"];
const TOPIC = "localhost.cdc.customers";

/** What a machine that shuts down may give its containers. */
const STOP_SECONDS = 10;
/** Three roles that wait for each other, on a machine that may be busy. */
const WHOLE_STACK = { timeout: 10 * 60_000 };

async function depths(outputs: StackOutputs): Promise<number[]> {
    const states = await queueStates(consoleLogin(outputs));
    return QUEUES.map((queue) => states.find(({ name }) => name === queue)?.depth ?? 0);
}

/** A row whose messages stay in the queues. */
async function insertUnread(outputs: StackOutputs): Promise<number> {
    const before = await depths(outputs);
    const table = await CustomersTable.open(outputs);
    const { id } = await table.insert({ first_name: "kept", last_name: null, email: null });
    await table.close();
    await expect.poll(() => depths(outputs), { timeout: 60_000 }).toEqual(before.map((depth) => depth + 1));
    return id;
}

async function members(...names: string[]): Promise<string[]> {
    if (names.length > 0) return names.map((name) => containerName(stack.handle.name, name));
    return (await listContainers(stack.handle.name)).map(({ Id }) => Id);
}

const remove = (container: string) => docker.getContainer(container).remove({ force: true });

/** backup.test.ts stops and starts all containers, too. */
const stopped = {
    what: "whose containers were all stopped",
    act: async () => {
        const running = (await listContainers(stack.handle.name)).filter(({ State }) => State === "running");
        // Brokers whose ZooKeeper ends with them would wait for it for their whole stop grace
        await Promise.all(running.map(({ Id }) => docker.getContainer(Id).stop({ t: STOP_SECONDS })));
    },
};

const withoutQuorum = {
    what: "that has lost two of three ZooKeeper servers, and its quorum",
    act: async () => Promise.all((await members("zookeeper-1", "zookeeper-2")).map(remove)),
};

it.each([
    ...(process.env.SOAK ? [stopped] : []),
    { what: "whose containers were all removed", act: async () => Promise.all((await members()).map(remove)) },
    ...(process.env.SOAK ? [withoutQuorum] : []),
])("a stack $what comes up by npm start, with its data and positions", WHOLE_STACK, async ({ what, act }) => {
    const outputs = await stack.outputs();
    const { kafka } = outputs.addresses;
    const id = await insertUnread(outputs);
    const unread = await depths(outputs);
    const records = await readTopic(kafka, TOPIC);

    await act();
    const started = performance.now();
    const { code, stdout, stderr } = await stack.npmRun("start", "--config-file", stack.target.configFile!);
    console.log(`a stack ${what}: npm start took ${((performance.now() - started) / 1000).toFixed(0)} s`);
    expect(code, stdout + stderr).toBe(0);

    // A sink that was killed may send again what it had not committed
    (await depths(outputs)).forEach((depth, i) => expect(depth).toBeGreaterThanOrEqual(unread[i]!));
    const pipeline = await Pipeline.open(stack);
    try {
        await pipeline.passMarker();
        await pipeline.untilArrived([id]);
    } finally {
        await pipeline.close();
    }
    const after = await readTopic(kafka, TOPIC);
    expect(after.slice(0, records.length)).toEqual(records);
    // r: a row that a snapshot has read
    const further = after.slice(records.length).map(({ value }) => (JSON.parse(value!) as { op: string }).op);
    expect(further).not.toContain("r");
    expect(further).toContain("c");
    expect(await stack.preview()).toEqual([]);
});

/** A broker that waited for its old session in ZooKeeper has restarted some times, which status shows for two minutes. */
const RESTARTED = /^restarted \d+ times since it was made/;

it("is healthy after all of that", { timeout: 5 * 60_000 }, async () => {
    const others = async () => (await readStatus(stack)).findings.filter(({ text }) => !RESTARTED.test(text));
    await expect.poll(others, { timeout: 180_000, interval: 500 }).toEqual([]);
});
