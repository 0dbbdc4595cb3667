import { afterEach, describe, expect, it } from "vitest";
import { clusterView, unhealthyPartitions } from "../../../servers/kafka";
import { soakLimitMs, soakRounds } from "../../support/soakOptions";
import { namesOfStack } from "../../support/stack/docker";
import { Pipeline } from "../../support/stack/pipeline";
import { TestStack } from "../../support/stack/stack";

/** Longest time that one stack takes, from its creation to its end. */
const STACK_SECONDS = 300;
const isTimeLeft = soakRounds(STACK_SECONDS);

let stack: TestStack | undefined;

afterEach(async () => {
    await stack?.dispose();
    stack = undefined;
});

describe.runIf(process.env.SOAK)("a stack of its own, beside the shared one", { timeout: soakLimitMs() }, () => {
    it.for([
        { members: 1, replicas: 1 },
        { members: 5, replicas: 3 },
    ])("of $members members a role comes up, delivers, and leaves nothing", async ({ members, replicas }, { skip }) => {
        skip(!isTimeLeft(), "no time is left");
        stack = await TestStack.create();
        const { zookeeper, kafka, connect } = stack.config();
        stack.configure({
            zookeeper: { ...zookeeper, servers: members },
            kafka: { ...kafka, brokers: members },
            connect: { ...connect, workers: members },
        });
        await stack.up();
        const pipeline = await Pipeline.open(stack);
        await pipeline.passMarker(120);
        const view = await clusterView(pipeline.outputs.addresses.kafka[members - 1] ?? "");
        await pipeline.close();
        expect(view.brokers).toHaveLength(members);
        expect(unhealthyPartitions(view)).toEqual([]);
        const internal = view.partitions.filter(({ topic }) => topic.startsWith("my-connect-"));
        expect(new Set(internal.map((partition) => partition.replicas.length))).toEqual(new Set([replicas]));
        expect(await stack.preview()).toEqual([]);
        await stack.destroy();
        expect(await namesOfStack(stack.handle.name)).toEqual([]);
    });
});
