import { describe, expect, it } from "vitest";
import { listContainers } from "../support/stack/docker";
import { sharedStack } from "../support/stack/sharedStack";

describe("an unchanged program", () => {
    const stack = sharedStack();
    const containerIds = async () => (await listContainers(stack.handle.name)).map(({ Id }) => Id).sort();

    it("changes nothing in up", async () => {
        const before = await containerIds();
        const { output } = await stack.up("--expect-no-changes");
        expect(output).toMatch(/\d+ unchanged/);
        expect(await containerIds()).toEqual(before);
    });

    it("shows no difference after a refresh", async () => {
        const { output } = await stack.refresh();
        expect(output).toMatch(/\d+ unchanged/);
        expect(output).not.toMatch(/\d+ (updated|deleted|created)/);
        expect(await stack.preview()).toEqual([]);
    });
});
