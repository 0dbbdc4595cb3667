import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { clusterView, unhealthyPartitions } from "../../probes/kafka";
import { listContainers } from "../support/docker";
import { RowStream } from "../support/rows";
import { topicSetting } from "../support/topics";
import { Pipeline } from "../support/pipeline";
import { sharedStack } from "./sharedStack";

const stack = sharedStack();
let pipeline: Pipeline;

beforeAll(async () => {
    pipeline = await Pipeline.open(stack);
});

afterAll(() => pipeline?.close());

const isContainer = ({ type }: { type: string }) => type === "docker:index/container:Container";

/** Ids of the containers by member. */
async function containerIds(): Promise<Record<string, string>> {
    const containers = await listContainers(stack.handle.name);
    const prefix = `/connect-cdc-${stack.handle.name}-`;
    return Object.fromEntries(containers.map(({ Names, Id }) => [Names[0]?.slice(prefix.length) ?? Id, Id]));
}

/** Looks at the running brokers until it is stopped; gives back the fewest it saw. */
function watchBrokers(): () => Promise<number> {
    let fewest = Infinity;
    let stopped = false;
    const ended = (async () => {
        while (!stopped) {
            const containers = await listContainers(stack.handle.name);
            const running = containers.filter(
                ({ Names, State }) => /-kafka-\d+$/.test(Names[0] ?? "") && State === "running",
            );
            fewest = Math.min(fewest, running.length);
            await new Promise((resolve) => setTimeout(resolve, 250));
        }
    })();
    return async () => {
        stopped = true;
        await ended;
        return fewest;
    };
}

describe("a changed broker setting", () => {
    let before: Record<string, string>;

    it("is shown by preview as three replaced brokers, and as no other container or connector", async () => {
        before = await containerIds();
        stack.configure({ kafka: { ...stack.config().kafka, config: { "message.max.bytes": 2_000_000 } } });
        const planned = await stack.preview();
        const containers = planned.filter(isContainer);
        expect([...new Set(containers.map(({ name }) => name))].sort()).toEqual(["kafka-0", "kafka-1", "kafka-2"]);
        expect(containers.map(({ op }) => op)).toContain("replace");
        expect(planned.filter(({ type }) => type.endsWith(":Connector"))).toEqual([]);
    });

    it("rolls through the brokers one by one, while rows flow and none is lost", async () => {
        const fewestBrokers = watchBrokers();
        const stream = new RowStream(pipeline.table, 20);
        await stack.up();
        expect(await fewestBrokers()).toBe(2);
        const ids = await stream.stop();
        await pipeline.untilArrived(ids, 120);
        expect(ids.length).toBeGreaterThan(100);
    });

    it("is what the brokers work with, and nothing else was replaced", async () => {
        expect(
            await topicSetting(pipeline.outputs.addresses.kafka, "localhost.cdc.customers", "max.message.bytes"),
        ).toBe("2000000");
        expect(unhealthyPartitions(await clusterView(pipeline.outputs.addresses.kafka[0] ?? ""))).toEqual([]);
        const after = await containerIds();
        const replaced = Object.keys(before).filter((member) => before[member] !== after[member]);
        expect(replaced.sort()).toEqual(["kafka-0", "kafka-1", "kafka-2"]);
        expect(await stack.preview()).toEqual([]);
    });
});
