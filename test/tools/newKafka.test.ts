import { afterEach, beforeEach, expect, it } from "vitest";
import { isOnNewKafka } from "../../cli/stack/newKafka";
import type { StackState } from "../../cli/stack/state";
import { FakeConnect } from "../support/workers/fakeConnect";

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

const noCredentials = () => Promise.reject(new Error("needed for https only"));

it("workers on another Kafka cluster than the connectors of the state are found", async () => {
    expect(await isOnNewKafka(stateOf("fake"), noCredentials)).toBe(false);
    fake.kafkaClusterId = "another";
    expect(await isOnNewKafka(stateOf("fake"), noCredentials)).toBe(true);
});

it("an unknown cluster, or workers that do not answer, count as the same Kafka cluster", async () => {
    expect(await isOnNewKafka(stateOf(), noCredentials)).toBe(false);
    expect(await isOnNewKafka({ resources: [], pendingOperations: [] }, noCredentials)).toBe(false);
    const state = stateOf("before");
    await fake.stop();
    expect(await isOnNewKafka(state, noCredentials)).toBe(false);
});
