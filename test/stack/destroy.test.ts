import { describe, expect, it } from "vitest";
import { namesOfStack } from "../support/stack/docker";
import { sharedStack } from "../support/stack/sharedStack";

const stack = sharedStack();
const { configFile = "" } = stack.target;

describe("npm start", () => {
    it("of a stack that is up changes nothing and shows its addresses and connectors", async () => {
        const { code, stdout, stderr } = await stack.npmRun("start", "--config-file", configFile);
        expect(code, stdout + stderr).toBe(0);
        expect(stdout).toMatch(/Resources:\n +\d+ unchanged\n/);
        expect(stdout).toContain((await stack.outputs()).restUrls.join(", "));
        expect(stdout).toMatch(/dbz-source +running +1 running/);
    });
});

describe("npm stop", () => {
    it("leaves no container, network, volume or image tag", async () => {
        expect((await namesOfStack(stack.handle.name)).length).toBeGreaterThan(10);
        const { code, stdout, stderr } = await stack.npmRun("stop", "--config-file", configFile);
        expect(code, stdout + stderr).toBe(0);
        expect(await namesOfStack(stack.handle.name)).toEqual([]);
    });
});
