import axios from "axios";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { platformTarget } from "../../cli/stack/stackOutputs";
import { stackLabels } from "../../docker/labels";
import { connectorStatuses } from "../../servers/connect";
import { clusterView } from "../../servers/kafka";
import { readTopics } from "../../servers/topicReader";
import { done, pending, waitFor } from "../../servers/wait";
import { findingsOf } from "../../status/findings/findings";
import { takeSnapshot } from "../../status/takeSnapshot";
import { PROJECT } from "../../tools/project";
import { withBrokerReport } from "../support/faults/brokerReport";
import { untilServersWell } from "../support/faults/serverFaults";
import { containerName, docker } from "../support/stack/docker";
import { groupLags } from "../support/stack/kafkaTools";
import { Pipeline } from "../support/stack/pipeline";
import { sharedStack } from "../support/stack/sharedStack";
import { known, readStatus, runStatus } from "../support/stack/statusRun";

const stack = sharedStack();
const sink = "json-jms-sink";
const topic = "localhost.cdc.customers";
let pipeline: Pipeline;

beforeAll(async () => {
    pipeline = await Pipeline.open(stack);
});

afterAll(() => pipeline?.close());

const container = (member: string) => docker.getContainer(containerName(stack.handle.name, member));
const each = <T>(members: string[], act: (member: string) => Promise<T>) => Promise.all(members.map(act));
const url = (path: string) => `${pipeline.outputs.restUrls[0]}/connectors${path}`;

async function statesOfSink(): Promise<(string | undefined)[]> {
    const found = (await connectorStatuses(pipeline.outputs.restUrls[0] ?? "")).find(({ name }) => name === sink);
    return [found?.connector.state, ...(found?.tasks ?? []).map(({ state }) => state)];
}

async function untilState(connectorState: string, taskState: string): Promise<void> {
    await expect.poll(statesOfSink, { timeout: 60_000, interval: 500 }).toEqual([connectorState, taskState]);
}

async function lagOfSink(): Promise<number> {
    const lag = (await groupLags(stack.handle.name)).get(`connect-${sink}`);
    return lag ?? expect.fail(`Kafka's tool knows no group of ${sink}`);
}

async function lagInStatus(): Promise<number | undefined> {
    return known((await readStatus(stack)).report.connectors).find(({ name }) => name === sink)?.lag;
}

describe("npm run status", () => {
    it("shows which connector was paused by hand, and how far it is behind", async () => {
        // A group has a lag from its first commit on; workers commit every 10 s.
        await pipeline.passMarker();
        await expect.poll(lagInStatus, { timeout: 60_000 }).toBe(0);
        await axios.put(url(`/${sink}/pause`), {});
        await untilState("PAUSED", "PAUSED");
        const check = async () => {
            await pipeline.table.insertRandom(5);
            await expect.poll(lagInStatus, { timeout: 60_000 }).toBe(5);
            // It counts control records of transactions, too
            expect(await lagOfSink()).toBeGreaterThan(5);
            return runStatus(stack);
        };
        const { code, screen } = await check().finally(() => axios.put(url(`/${sink}/resume`), {}));
        expect(code).toBe(1);
        expect(screen).toMatch(/^WRONG +json-jms-sink: is PAUSED, but declared running/m);
        expect(screen).toMatch(/^1 thing wrong, 0 warnings\.$/m);
        await untilState("RUNNING", "RUNNING");
    });

    it("shows why a task failed", async () => {
        const { data: config } = await axios.get<object>(url(`/${sink}/config`));
        // The transform requires a row, and this converter leaves bytes.
        const broken = { ...config, "value.converter": "org.apache.kafka.connect.converters.ByteArrayConverter" };
        await axios.put(url(`/${sink}/config`), broken);
        // The task of the good config may still take the first of the rows.
        const states = async () => {
            await pipeline.table.insertRandom(1);
            return statesOfSink();
        };
        const check = async () => {
            await expect.poll(states, { timeout: 60_000, interval: 500 }).toEqual(["RUNNING", "FAILED"]);
            return runStatus(stack);
        };
        const { code, screen } = await check().finally(() => axios.put(url(`/${sink}/config`), config));
        await untilState("RUNNING", "RUNNING");

        expect(code).toBe(1);
        expect(screen).toMatch(/^WRONG +json-jms-sink\/0: FAILED on connect-\d:\d+: \w+Exception: .+/m);
        expect(screen).toMatch(/-> remove the cause, then restart: curl -X POST/);
    });

    it("warns of a connector that the stack does not declare, with exit code 0", async () => {
        const { data: config } = await axios.get<object>(url(`/${sink}/config`));
        await axios.post(url(""), {
            name: "foreign",
            config: { ...config, name: "foreign" },
            initial_state: "STOPPED",
        });
        const { code, screen } = await runStatus(stack).finally(() => axios.delete(url("/foreign")));
        expect(code, screen).toBe(0);
        expect(screen).toMatch(/^warning +foreign: is not declared by this stack/m);
        expect(screen).toMatch(/^All is well, with 1 warning\.$/m);
    });

    it("ends within seconds when members hang: all workers, the database and the JMS broker", async () => {
        const hanging = ["connect-0", "connect-1", "connect-2", "postgres", "artemis"];
        await each(hanging, (member) => container(member).pause());
        const check = async () => {
            const run = await runStatus(stack);
            const started = performance.now();
            await takeSnapshot(platformTarget(stack.handle.name, pipeline.outputs));
            return { ...run, seconds: (performance.now() - started) / 1000 };
        };
        const { code, screen, seconds } = await check().finally(() =>
            each(hanging, (member) => container(member).unpause()),
        );
        expect(code).toBe(1);
        for (const member of hanging) {
            expect(screen).toMatch(new RegExp(`^WRONG +${member}: its container is paused`, "m"));
        }

        expect(screen).toMatch(/^WRONG +connectors: no worker reports their state/m);
        expect(screen).toMatch(/^ZooKeeper +3 of 3 answer/m);
        expect(screen).toMatch(/^Kafka +3 of 3 answer/m);
        // Each part has 5 s; the rest is for a busy machine.
        expect(seconds).toBeLessThan(8);
    });

    it("shows which containers have exited, and the effect on partitions; tail continues without the leader", async () => {
        const { addresses, restUrls } = pipeline.outputs;
        const { partitions } = await clusterView(addresses.kafka[0] ?? "");
        const leader = partitions.find((partition) => partition.topic === topic)?.leader;
        const source = (await connectorStatuses(restUrls[0] ?? "")).find(({ type }) => type === "source");
        const worker = source?.tasks[0]?.worker_id.startsWith("connect-2:") ? "connect-1" : "connect-2";
        const stopped = [`kafka-${leader}`, worker];
        const ids: number[] = [];
        const reader = await readTopics(addresses.kafka, {
            isWanted: (name) => name === topic,
            fromStart: false,
            onRecord: ({ key }) => ids.push((JSON.parse(key!) as { id: number }).id),
        });
        const inserted = await pipeline.table.insertRandom(2);
        await each(stopped, (member) => container(member).stop({ t: 60 }));
        const check = async () => {
            inserted.push(...(await pipeline.table.insertRandom(2)));
            await expect.poll(() => ids, { timeout: 60_000 }).toEqual(inserted);
            return runStatus(stack);
        };
        const { code, screen } = await check().finally(() => each(stopped, (member) => container(member).start()));
        await reader.close();
        expect(code).toBe(1);
        for (const member of stopped) {
            expect(screen).toMatch(
                new RegExp(`^WRONG +${member}: its container has exited \\(exit code (0|143)\\)`, "m"),
            );
        }
        expect(screen).toMatch(/^ZooKeeper +3 of 3 answer +leader \S+ +2 of 3 brokers registered$/m);
        expect(screen).toMatch(
            /^WRONG +kafka: \d+ of \d+ partitions do not have all replicas in sync, such as \S+ \(2 of 3\)$/m,
        );
    });

    it.runIf(process.env.SOAK)(
        "names a worker that repeatedly runs out of memory, with its last error, and the remedy",
        async () => {
            const name = `${stack.handle.name}x`;
            const well = container("connect-0");
            const { Image, Config } = await well.inspect();
            const worker = await docker.createContainer({
                name: containerName(name, "connect-0"),
                Image,
                // Too little to load the plugins
                Cmd: Config.Cmd.map((word) => (word.startsWith("-Xmx") ? "-Xmx8m" : word)),
                User: Config.User,
                Labels: stackLabels({ project: PROJECT, stack: name }),
                HostConfig: { RestartPolicy: { Name: "unless-stopped" }, NetworkMode: "none" },
            });
            const target = platformTarget(stack.handle.name, pipeline.outputs);
            const find = async () => {
                const snapshot = await takeSnapshot({ ...target, stack: name, connect: target.connect.slice(0, 1) });
                return findingsOf(snapshot).find(({ key }) => key === "member:connect-0");
            };
            try {
                const files = await well.getArchive({ path: "/etc/connect-cdc" });
                await worker.putArchive(files, { path: "/etc" });
                await worker.start();
                await expect.poll(find, { timeout: 60_000, interval: 1000 }).toEqual(
                    expect.objectContaining({
                        text: expect.stringMatching(/^restarted \d+ times since it was made/),
                    }),
                );
                const { level, text, remedy } = (await find())!;
                expect(level).toBe("wrong");
                expect(text).toMatch(
                    /\d+ s ago, the last time \d+ s ago\. The last error in its log: .*Java heap space$/,
                );
                expect(remedy).toBe("raise heapMb and memoryMb of connect-cdc:connect");
            } finally {
                await worker.remove({ force: true });
            }
        },
    );

    it("finds no problem when everything is back", async () => {
        const victim = { stack: stack.handle.name, outputs: pipeline.outputs };
        await untilServersWell(victim, 120);
        const check = async () => {
            const run = await runStatus(stack);
            const found = run.screen.split("\n").filter((line) => /^(WRONG|warning) /.test(line));
            return found.length === 0 ? done(run) : pending(found.join("; "));
        };
        const wait = { what: "npm run status to find all well", timeoutSeconds: 120, intervalSeconds: 2 };
        const { code, screen } = await withBrokerReport(victim, () => waitFor(check, wait));
        expect(screen).toMatch(/^All is well\.$/m);
        expect(code).toBe(0);
    });
});
