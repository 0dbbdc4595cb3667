import { describe, expect, it } from "vitest";

import { namesOfStack } from "../support/docker";
import { sharedStack } from "./sharedStack";

describe("destroy", () => {
    it("leaves no container, network, volume or image tag", async () => {
        const stack = sharedStack();
        expect((await namesOfStack(stack.handle.name)).length).toBeGreaterThan(10);
        await stack.destroy();
        expect(await namesOfStack(stack.handle.name)).toEqual([]);
    });
});
