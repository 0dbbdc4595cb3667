import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { clusterView, unhealthyPartitions } from "../../probes/kafka";
import { listContainers } from "../support/docker";
import { killUp } from "../support/killedUp";
import { NumberedRows } from "../support/numberedRows";
import { Pipeline } from "../support/pipeline";
import { topicSetting } from "../support/topics";
import { watchMembers } from "../support/watchMembers";
import { sharedStack } from "./sharedStack";

const stack = sharedStack();
const brokers = ["kafka-0", "kafka-1", "kafka-2"];
const roles = ["zookeeper", "kafka", "connect"];
/** What the contract says of every row. */
const kept = { lost: [], invented: [], disordered: [], stale: [] };
let pipeline: Pipeline;

beforeAll(async () => {
    pipeline = await Pipeline.open(stack);
});

afterAll(() => pipeline?.close());

const isContainer = ({ type }: { type: string }) => type === "docker:index/container:Container";

function setBrokers(config: Record<string, unknown>): void {
    stack.configure({ kafka: { ...stack.config().kafka, config } });
}

/** Ids of the containers by member. */
async function containerIds(): Promise<Record<string, string>> {
    const containers = await listContainers(stack.handle.name);
    const prefix = `/connect-cdc-${stack.handle.name}-`;
    return Object.fromEntries(containers.map(({ Names, Id }) => [Names[0]?.slice(prefix.length) ?? Id, Id]));
}

async function replacedSince(before: Record<string, string>): Promise<string[]> {
    const after = await containerIds();
    return Object.keys(before)
        .filter((member) => before[member] !== after[member])
        .sort();
}

describe("a changed broker setting", () => {
    let before: Record<string, string>;

    it("is shown by preview as three replaced brokers, and as no other container or connector", async () => {
        before = await containerIds();
        setBrokers({ "message.max.bytes": 2_000_000 });
        const planned = await stack.preview();
        const containers = planned.filter(isContainer);
        expect([...new Set(containers.map(({ name }) => name))].sort()).toEqual(brokers);
        expect(containers.map(({ op }) => op)).toContain("replace");
        expect(planned.filter(({ type }) => type.endsWith(":Connector"))).toEqual([]);
    });

    it("that no broker can start with stops at the first, says why, and costs no row", async () => {
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
        expect(json).toMatchObject(kept);
        expect(xml).toMatchObject(kept);
    });

    it("once mended goes through the brokers one by one, while rows flow and none is lost", async () => {
        setBrokers({ "message.max.bytes": 2_000_000 });
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
        expect(json).toMatchObject(kept);
        expect(xml).toMatchObject(kept);
    });

    it("is what the brokers work with, and nothing else was replaced", async () => {
        expect(
            await topicSetting(pipeline.outputs.addresses.kafka, "localhost.cdc.customers", "max.message.bytes"),
        ).toBe("2000000");
        expect(unhealthyPartitions(await clusterView(pipeline.outputs.addresses.kafka[0] ?? ""))).toEqual([]);
        expect(await replacedSince(before)).toEqual(brokers);
        expect(await stack.preview()).toEqual([]);
    });

    it("taken back by an up that is killed in mid-roll is finished by npm start, and costs no row", async () => {
        setBrokers({});
        const rows = await NumberedRows.start(pipeline);
        const watch = await watchMembers(stack.handle.name, ["kafka"]);
        await killUp(stack, async () => {
            await expect.poll(() => watch.events.ended.length, { timeout: 120_000 }).toBeGreaterThan(0);
        });
        expect(watch.stop().ended).toEqual(["kafka-0"]);
        const { code, stdout, stderr } = await stack.npmRun("start", "--config-file", stack.target.configFile!);
        expect(code, stdout + stderr).toBe(0);
        expect(await stack.preview()).toEqual([]);
        expect(Object.keys(await containerIds()).sort()).toEqual(Object.keys(before).sort());
        await rows.untilCommitted(20);
        const { json, xml } = await rows.account();
        expect(json).toMatchObject(kept);
        expect(xml).toMatchObject(kept);
    });
});
