import { inject } from "vitest";
import { TestStack } from "./stack";

/** The stack that all tests of the level share. */
export function sharedStack(): TestStack {
    return new TestStack(inject("stack"));
}
