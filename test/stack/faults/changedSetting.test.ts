import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import axios from "axios";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { plugins } from "../../../servers/connect";
import { clusterView, unhealthyPartitions } from "../../../servers/kafka";
import { killUp } from "../../support/faults/killedUp";
import { NumberedRows } from "../../support/rows/numberedRows";
import { KEPT } from "../../support/rows/rowAccount";
import { topicSetting } from "../../support/rows/topics";
import { containerName, docker, memberIds } from "../../support/stack/docker";
import { Pipeline } from "../../support/stack/pipeline";
import { sharedStack } from "../../support/stack/sharedStack";
import { watchMembers } from "../../support/stack/watchMembers";
import { kafkaLibraries } from "../../support/workers/kafkaLibraries";

const stack = sharedStack();
const original = stack.config();
const roles = ["zookeeper", "kafka", "connect"] as const;
const membersOf = (role: string) => [0, 1, 2].map((i) => `${role}-${i}`);
const [servers, brokers, workers] = roles.map(membersOf) as [string[], string[], string[]];
const everyMember = roles.flatMap(membersOf);
/** They have the workers' image, and so their changes. */
const WRITERS = ["connect-secrets-writer", "connect-secrets-sweep"];
/** Nine members, one after the other, and twice the program: some three minutes on a quiet machine. */
const COMBINED = { timeout: 30 * 60_000 };
/** More than the default: no later file minds it. */
const RAISED = 40_000_000;
/** What the stack is left with. */
let settled = original;
let pipeline: Pipeline;

beforeAll(async () => {
    pipeline = await Pipeline.open(stack);
});

afterAll(async () => {
    await pipeline?.close();
    if (isDeepStrictEqual(stack.config(), settled)) return;
    stack.configure(settled);
    await stack.up();
});

const isContainer = ({ type }: { type: string }) => type === "docker:index/container:Container";

/** Changes settings of a role; all others have their first values. */
function set(role: (typeof roles)[number], changes: Record<string, unknown>): void {
    stack.configure({ [role]: { ...original[role], ...changes } });
}

function setBrokers(config: Record<string, unknown>): void {
    set("kafka", { config });
}

async function replacedSince(before: Record<string, string>): Promise<string[]> {
    const after = await memberIds(stack.handle.name);
    // A writer that was removed by hand is not missed until it is replaced
    return Object.keys(after)
        .filter((member) => before[member] !== after[member])
        .sort();
}

describe("a changed broker setting", () => {
    let before: Record<string, string>;

    it("is shown by preview as three replaced brokers, and as no other container or connector", async () => {
        before = await memberIds(stack.handle.name);
        setBrokers({ "message.max.bytes": RAISED });
        const planned = await stack.preview();
        const containers = planned.filter(isContainer);
        expect([...new Set(containers.map(({ name }) => name))].sort()).toEqual(brokers);
        expect(containers.map(({ op }) => op)).toContain("replace");
        expect(planned.filter(({ type }) => type.endsWith(":Connector"))).toEqual([]);
    });

    it("that no broker can start with stops the roll at the first, reports the cause, and costs no row", async () => {
        setBrokers({ "message.max.bytes": "plenty" });
        const rows = await NumberedRows.start(pipeline);
        const watch = await watchMembers(stack.handle.name, roles);
        const { code, output } = await stack.tryUp();
        const { ended } = watch.stop();
        expect(code, output).not.toBe(0);
        expect(output).toMatch(/Kafka cluster: member kafka-0 does not come back: it ended \d+ times/);
        expect(output).toMatch(/The last error in its log: \S*ConfigException: Invalid value plenty/);
        expect(new Set(ended)).toEqual(new Set(["kafka-0"]));
        expect(await replacedSince(before)).toEqual(["kafka-0"]);
        await rows.untilCommitted(20);
        const { json, xml } = await rows.account();
        expect(json).toMatchObject(KEPT);
        expect(xml).toMatchObject(KEPT);
    });

    it("once corrected goes through the brokers one by one, while rows flow and none is lost", async () => {
        setBrokers({ "message.max.bytes": RAISED });
        const rows = await NumberedRows.start(pipeline);
        const watch = await watchMembers(stack.handle.name, roles);
        const { seconds } = await stack.up();
        const { ended, mostDown } = watch.stop();
        // The first one may have ended once more by itself
        expect([...new Set(ended)]).toEqual(brokers);
        expect(mostDown).toBe(1);
        await rows.untilCommitted(20);
        const { json, xml } = await rows.account();
        console.log(`brokers rolled in ${seconds.toFixed(0)} s; longest pause ${json.pauseSeconds.toFixed(1)} s`);
        expect(json).toMatchObject(KEPT);
        expect(xml).toMatchObject(KEPT);
    });

    it("is what the brokers work with, and nothing else was replaced", async () => {
        expect(
            await topicSetting(pipeline.outputs.addresses.kafka, "localhost.cdc.customers", "max.message.bytes"),
        ).toBe(String(RAISED));
        expect(unhealthyPartitions(await clusterView(pipeline.outputs.addresses.kafka[0] ?? ""))).toEqual([]);
        expect(await replacedSince(before)).toEqual(brokers);
        expect(await stack.preview()).toEqual([]);
        // To roll it back would take a minute
        settled = stack.config();
    });
});

describe.runIf(process.env.SOAK)(
    "settings taken back, with another heap of each role and a plugin more, all in one update",
    () => {
        const heaps = { zookeeper: 56, kafka: 272, connect: 400 };
        const setting = {
            "offset.flush.timeout.ms": 6000,
            "config.providers": "file",
            "config.providers.file.class": "org.apache.kafka.common.config.provider.FileConfigProvider",
        };
        let before: Record<string, string>;

        it(
            "rolls ZooKeeper, then brokers, then workers, is killed on the way, and costs no row",
            COMBINED,
            async () => {
                before = await memberIds(stack.handle.name);
                const path = join((await kafkaLibraries("3.9.2")).pluginPath, "file");
                set("zookeeper", { heapMb: heaps.zookeeper });
                set("kafka", { heapMb: heaps.kafka });
                set("connect", { heapMb: heaps.connect, config: setting, plugins: { file: { path } } });
                const rows = await NumberedRows.start(pipeline);
                const watch = await watchMembers(stack.handle.name, roles);
                await killUp(stack, async () => {
                    await expect.poll(() => watch.events.ended, { timeout: 300_000 }).toContain("kafka-0");
                });
                expect([...new Set(watch.events.ended)]).toEqual([...servers, "kafka-0"]);
                const started = performance.now();
                const { code, stdout, stderr } = await stack.npmRun("start", "--config-file", stack.target.configFile!);
                expect(code, stdout + stderr).toBe(0);
                const seconds = (performance.now() - started) / 1000;
                const { ended, mostDown } = watch.stop();
                expect([...new Set(ended)]).toEqual(everyMember);
                expect(mostDown).toBe(1);
                await rows.untilCommitted(20);
                const { json, xml } = await rows.account();
                console.log(
                    `brokers and workers rolled in ${seconds.toFixed(0)} s; longest pause ${json.pauseSeconds.toFixed(1)} s; ` +
                        `repeated ${json.duplicates} and ${xml.duplicates}`,
                );
                expect(json).toMatchObject(KEPT);
                expect(xml).toMatchObject(KEPT);
            },
        );

        it("is what all members work with, and no other container was replaced but the writers of the workers' secrets", async () => {
            for (const role of roles) {
                for (const member of membersOf(role)) {
                    const { Config } = await docker.getContainer(containerName(stack.handle.name, member)).inspect();
                    expect(Config.Cmd, member).toContain(`-Xmx${heaps[role]}m`);
                }
            }
            for (const target of pipeline.outputs.addresses.connect) {
                expect((await plugins(target)).map((plugin) => plugin.class)).toContain(
                    "org.apache.kafka.connect.file.FileStreamSourceConnector",
                );
            }
            expect(await replacedSince(before)).toEqual([...everyMember, ...WRITERS].sort());
            expect(await stack.preview()).toEqual([]);
        });

        it("adds a config provider to the workers, beside the one of the stack's secrets", async () => {
            const { addresses, database } = pipeline.outputs;
            const { data } = await axios.put(
                `${addresses.connect[0]}/connector-plugins/FileStreamSourceConnector/config/validate`,
                {
                    "connector.class": "FileStreamSourceConnector",
                    topic: "${file:/etc/connect-cdc/connect-distributed.properties:group.id}",
                    file: "${directory:/run/secrets/connect-cdc/dbz-source:database-password}",
                },
            );
            const values = (data.configs as { value: { name: string; value: string } }[]).map(({ value }) => value);
            const valueOf = (setting: string) => values.find(({ name }) => name === setting)?.value;
            expect(valueOf("topic")).toBe("my-connect");
            // No failure may print it
            expect(valueOf("file") === database.password).toBe(true);
            // To roll all back would take minutes, and later files mind neither a heap nor a plugin more.
            settled = stack.config();
        });
    },
);

describe.runIf(process.env.SOAK)("a member that does not come back", () => {
    let before: Record<string, string>;
    let good: ReturnType<typeof stack.config>;
    let rows: NumberedRows;

    beforeAll(async () => {
        good = stack.config();
        settled = original;
        before = await memberIds(stack.handle.name);
        rows = await NumberedRows.start(pipeline);
    });

    /** An `up` that must fail. Resolves to its output once rows arrive again after it. */
    async function failedUp(): Promise<{ output: string; ended: string[] }> {
        const watch = await watchMembers(stack.handle.name, roles);
        const { code, output } = await stack.tryUp();
        expect(code, output).not.toBe(0);
        await rows.untilCommitted(20);
        await rows.untilCaughtUp();
        return { output, ended: [...new Set(watch.stop().ended)] };
    }

    it("stops the roll at the ZooKeeper server and reports the cause, while the pipeline continues", async () => {
        const { zookeeper, connect } = good;
        stack.configure({
            zookeeper: { ...zookeeper, config: { tickTime: "plenty" } },
            connect: { ...connect, config: { "offset.flush.timeout.ms": "plenty" } },
        });
        const { output, ended } = await failedUp();
        expect(output).toMatch(/ZooKeeper ensemble: member zookeeper-0 does not come back: it ended \d+ times/);
        expect(output).toMatch(/The last error in its log: \S.*For input string: "plenty"/);
        expect(ended).toEqual(["zookeeper-0"]);
        expect(await replacedSince(before)).toEqual(["zookeeper-0"]);
    });

    it("is replaced alone when its setting is taken back, and the roll continues to a worker that stops it", async () => {
        stack.configure({ zookeeper: good["zookeeper"] });
        const { output, ended } = await failedUp();
        expect(output).toMatch(/Connect cluster: member connect-0 does not come back: it ended \d+ times/);
        expect(output).toMatch(/The last error in its log: \S*ConfigException: Invalid value plenty/);
        expect(ended).toEqual(["zookeeper-0", "connect-0"]);
        expect(await replacedSince(before)).toEqual(["connect-0", "zookeeper-0"]);
    });

    it(
        "is replaced by the next update, like a broker that was stopped by hand, and all other members",
        COMBINED,
        async () => {
            stack.configure(original);
            await docker.getContainer(containerName(stack.handle.name, "kafka-1")).stop();
            const watch = await watchMembers(stack.handle.name, roles);
            await stack.up();
            const { ended } = watch.stop();
            // The broken worker continues to end by itself until its turn comes
            expect(ended.filter((member) => member !== "connect-0")).toEqual([
                ...servers,
                "kafka-0",
                "kafka-2",
                ...workers.slice(1),
            ]);
            expect(await replacedSince(before)).toEqual([...everyMember, ...WRITERS].sort());
            expect(await stack.preview()).toEqual([]);
        },
    );

    it("has cost no row", async () => {
        const { json, xml } = await rows.account();
        expect(json).toMatchObject(KEPT);
        expect(xml).toMatchObject(KEPT);
    });
});
