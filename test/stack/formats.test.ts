import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { registryClient, rowEvents } from "../support/rows/registryRows";
import { ByteReader } from "../support/rows/topics";
import { soakLimitMs } from "../support/soakOptions";
import { containerName, docker } from "../support/stack/docker";
import { Pipeline } from "../support/stack/pipeline";
import { TestStack } from "../support/stack/stack";
import { readStatus } from "../support/stack/statusRun";

describe.runIf(process.env.SOAK)("a stack whose format is avro", { timeout: soakLimitMs() }, () => {
    let stack: TestStack;
    let pipeline: Pipeline;

    beforeAll(async () => {
        stack = await TestStack.create();
        const { zookeeper, kafka, connect, registry } = stack.config();
        stack.configure({
            zookeeper: { ...zookeeper, servers: 1 },
            kafka: { ...kafka, brokers: 1 },
            connect: { ...connect, workers: 1, format: "avro" },
            registry: { ...registry, instances: 2 },
        });
        await stack.up();
        pipeline = await Pipeline.open(stack);
    }, soakLimitMs());

    afterAll(async () => {
        await pipeline?.close();
        await stack?.dispose();
    });

    it("delivers rows to both queues, with the columns in the order of the table", async () => {
        const marker = await pipeline.passMarker(120);
        const body = pipeline.json.messages.find(({ id }) => id === marker.id)!.body;
        expect(Object.keys(JSON.parse(body) as object)).toEqual(["id", "first_name", "last_name", "email"]);
    });

    it("writes records that a client of Confluent's registry reads", async () => {
        const client = registryClient(pipeline.outputs.registryUrls![0]!);
        const reader = await ByteReader.open(pipeline.outputs.addresses.kafka, "localhost.cdc.customers");
        const [first] = await rowEvents(client, reader, 1);
        await reader.close();
        expect(first!.key).toEqual({ id: expect.any(String) });
        expect(first!.row).toMatchObject({ first_name: expect.any(String) });
    });

    it("passes rows while the registry is down, and status names it", async () => {
        const registry = docker.getContainer(containerName(stack.handle.name, "registry-0"));
        await registry.kill();
        await pipeline.passMarker();
        const { findings } = await readStatus(stack);
        expect(findings.map(({ key }) => key)).toContain("member:registry-0");
        await registry.start();
        await pipeline.passMarker();
    });

    it("has no difference afterwards", async () => {
        expect(await stack.preview()).toEqual([]);
    });
});
