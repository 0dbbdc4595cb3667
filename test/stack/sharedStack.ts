import { inject } from "vitest";
import { TestStack } from "../support/stack/stack";

/** The stack that all stack tests share. */
export function sharedStack(): TestStack {
    return new TestStack(inject("stack"));
}
