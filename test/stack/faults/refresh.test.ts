import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { containerName, docker } from "../../support/stack/docker";
import { Pipeline } from "../../support/stack/pipeline";
import { sharedStack } from "../../support/stack/sharedStack";

const stack = sharedStack();
let pipeline: Pipeline;

beforeAll(async () => {
    pipeline = await Pipeline.open(stack);
});

afterAll(() => pipeline?.close());

describe("containers changed by hand", () => {
    const removed = containerName(stack.handle.name, "connect-2");
    const stopped = containerName(stack.handle.name, "zookeeper-2");

    it("are noticed by refresh, one removed and one stopped", async () => {
        await docker.getContainer(removed).remove({ force: true });
        await docker.getContainer(stopped).stop();
        await stack.refresh();
        const planned = await stack.preview();
        const containers = planned.filter(({ type }) => type === "docker:index/container:Container");
        const changes = containers.map(({ name, op }) => `${name} ${op}`);
        expect(changes).toContain("connect-2 create");
        expect(changes.some((change) => change.startsWith("zookeeper-2 "))).toBe(true);
        expect(containers.filter(({ name }) => name !== "connect-2" && name !== "zookeeper-2")).toEqual([]);
    });

    it("are problems in npm run status", async () => {
        const { code, stdout } = await stack.npmRun("status");
        expect(code).toBe(1);
        expect(stdout).toMatch(/^WRONG +connect-2: its container does not exist/m);
        expect(stdout).toMatch(/^WRONG +zookeeper-2: its container has exited/m);
        expect(stdout).toMatch(/^ +kafka-2 +ok /m);
    });

    it("come back with the next up", async () => {
        await stack.up();
        for (const name of [removed, stopped]) {
            const health = async () => (await docker.getContainer(name).inspect()).State.Health?.Status;
            // The engine looks for the first time 15 s after the start.
            await expect.poll(health, { timeout: 60_000, message: name }).toBe("healthy");
        }
        expect(await stack.preview()).toEqual([]);
    });

    it("cost no row", async () => {
        await pipeline.passMarker();
    });
});
