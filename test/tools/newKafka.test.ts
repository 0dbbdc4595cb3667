import { afterEach, beforeEach, expect, it } from "vitest";
import { isOnNewKafka } from "../../cli/stack/newKafka";
import type { StackState } from "../../cli/stack/state";
import { FakeConnect } from "../support/fakeConnect";

let fake: FakeConnect;
beforeEach(async () => {
    fake = new FakeConnect();
    await fake.start();
});
afterEach(() => fake.stop());

function stateOf(kafkaClusterId?: string): StackState {
    // The first worker does not answer
    const outputs = { restUrls: ["http://127.0.0.1:1", fake.url], kafkaClusterId };
    const resources = [
        { urn: "urn:pulumi:a::b::c:index:ConnectCluster::connect", type: "c:index:ConnectCluster" },
        { urn: "urn:pulumi:a::b::d::lines", type: "pulumi-nodejs:dynamic/cdc:Connector", outputs },
    ];
    return { resources, pendingOperations: [] };
}

it("a stack sees that its workers are on another Kafka cluster than its connectors were", async () => {
    expect(await isOnNewKafka(stateOf("fake"))).toBe(false);
    fake.kafkaClusterId = "another";
    expect(await isOnNewKafka(stateOf("fake"))).toBe(true);
});

it("nothing is made anew where nobody knows, or nobody answers", async () => {
    expect(await isOnNewKafka(stateOf())).toBe(false);
    expect(await isOnNewKafka({ resources: [], pendingOperations: [] })).toBe(false);
    const state = stateOf("before");
    await fake.stop();
    expect(await isOnNewKafka(state)).toBe(false);
});
