import type { StackOutputs } from "../../../cli/stack/stackOutputs";

/** The stack that faults hit. */
export interface Victim {
    stack: string;
    outputs: StackOutputs;
}
