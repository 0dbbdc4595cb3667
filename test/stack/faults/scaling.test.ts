import { execFileSync } from "node:child_process";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connectorStatuses, tasksOf } from "../../../servers/connect";
import { clusterView } from "../../../servers/kafka";
import { done, pending, waitFor } from "../../../servers/wait";
import { NumberedRows } from "../../support/rows/numberedRows";
import { memberIds } from "../../support/stack/docker";
import { Pipeline } from "../../support/stack/pipeline";
import { sharedStack } from "../../support/stack/sharedStack";

const stack = sharedStack();
const original = stack.config();

afterAll(() => stack.configure(original));

const containerIds = () => memberIds(stack.handle.name, true);

function scale(sizes: { servers?: number; brokers?: number; workers?: number }): void {
    const { zookeeper, kafka, connect } = original;
    const { servers = 3, brokers = 3, workers = 3 } = sizes;
    stack.configure({
        zookeeper: { ...zookeeper, servers },
        kafka: { ...kafka, brokers },
        connect: { ...connect, workers },
    });
}

/** The shell commands that an error gives, each on a line of its own. */
function commandsIn(output: string): string[] {
    return output
        .split("\n")
        .map((line) => line.trim())
        .filter((line) => line.startsWith("docker "));
}

describe("before anything is changed", () => {
    it("another number of ZooKeeper servers is refused", async () => {
        scale({ servers: 5 });
        const { code, output } = await stack.tryUp();
        expect(code).not.toBe(0);
        expect(output).toMatch(/zookeeper\.servers = 5: the ensemble of this stack was made with 3.*set it back to 3/);
    });

    it("fewer brokers are refused while they hold partitions, with the commands that move these", async () => {
        scale({ brokers: 2 });
        const before = await containerIds();
        const { code, output } = await stack.tryUp();
        expect(code).not.toBe(0);
        expect(output).toMatch(
            /kafka\.brokers = 2: kafka-2 would be removed, with replicas of \d+ partitions, such as /,
        );
        expect(commandsIn(output).map((line) => / (cp|--execute|--verify)\b/.exec(line)?.[1])).toEqual([
            "cp",
            "--execute",
            "--verify",
        ]);
        expect(await containerIds()).toEqual(before);
    });
});

describe.runIf(process.env.SOAK)("members that come and go while rows flow", () => {
    let pipeline: Pipeline;
    let rows: NumberedRows;
    let before: Record<string, string>;

    beforeAll(async () => {
        scale({});
        pipeline = await Pipeline.open(stack);
        rows = await NumberedRows.start(pipeline);
        before = await containerIds();
    });

    afterAll(() => pipeline?.close());

    it.each([
        ["a worker more", { workers: 4 }, ["connect-3"], []],
        ["two workers less", { workers: 2 }, [], ["connect-2", "connect-3"]],
        ["a worker again, and a broker more", { workers: 3, brokers: 4 }, ["connect-2", "kafka-3"], []],
    ])("%s: no other container is replaced, and no connector is created again", async (_, sizes, added, removed) => {
        const known = await containerIds();
        scale(sizes);
        const connectors = (await stack.preview()).filter(({ type }) => type.endsWith(":Connector"));
        expect(connectors.filter(({ op }) => op !== "update")).toEqual([]);
        await stack.up();
        const now = await containerIds();
        expect(
            Object.keys(now)
                .filter((member) => !(member in known))
                .sort(),
        ).toEqual(added);
        expect(
            Object.keys(known)
                .filter((member) => !(member in now))
                .sort(),
        ).toEqual(removed);
        const staying = Object.keys(known).filter((member) => member in now);
        expect(staying.filter((member) => known[member] !== now[member])).toEqual([]);
        expect(await stack.preview()).toEqual([]);
    });

    it("a new broker gets none of the existing partitions", async () => {
        const { partitions } = await clusterView(pipeline.outputs.addresses.kafka[0]!);
        expect(partitions.filter(({ replicas }) => replicas.includes(3))).toEqual([]);
    });

    it("a broker leaves once the given commands have moved what it holds", async () => {
        await moveOne();
        scale({ brokers: 3 });
        const refused = await stack.tryUp();
        expect(refused.code).not.toBe(0);
        const [copy, execute] = commandsIn(refused.output);
        for (const command of [copy!, execute!]) execFileSync("sh", ["-c", command]);
        await waitFor(
            async () => {
                const { partitions } = await clusterView(pipeline.outputs.addresses.kafka[0]!);
                const left = partitions.filter(({ replicas }) => replicas.includes(3));
                return left.length === 0 ? done() : pending(`${left.length} partitions`);
            },
            { what: "partitions to leave broker 3", timeoutSeconds: 120 },
        );
        await stack.up();
        expect(Object.keys(await containerIds())).not.toContain("kafka-3");
    });

    it("has cost no row, and every task runs", async () => {
        const { json, xml } = await rows.account();
        expect(json).toMatchObject({ lost: [], invented: [], disordered: [], stale: [] });
        expect(xml).toMatchObject({ lost: [], invented: [], disordered: [], stale: [] });
        const tasks = tasksOf(await connectorStatuses(pipeline.outputs.restUrls[0]!));
        expect(tasks.map(({ state }) => state)).toEqual(["RUNNING", "RUNNING", "RUNNING"]);
        const now = await containerIds();
        expect(Object.keys(now).sort()).toEqual(Object.keys(before).sort());
    });

    /** Gives the new broker something to hold. */
    async function moveOne(): Promise<void> {
        const json = JSON.stringify({
            version: 1,
            partitions: [{ topic: "localhost.cdc.customers", partition: 0, replicas: [3, 0, 1] }],
        });
        const broker = `connect-cdc-${stack.handle.name}-kafka-0`;
        const script =
            `echo '${json}' >/tmp/give.json && java -Xmx64m -cp '/opt/kafka/libs/*' ` +
            "org.apache.kafka.tools.reassign.ReassignPartitionsCommand --bootstrap-server kafka-0:19092 " +
            "--reassignment-json-file /tmp/give.json --execute";
        execFileSync("docker", ["exec", broker, "bash", "-c", script]);
    }
});
