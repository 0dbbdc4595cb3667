import { expect, it } from "vitest";
import { lastUpdateOf } from "../../../preflight/lastOutputs";
import { tlsStepProblem } from "../../../preflight/tlsStep";

it.each([
    ["off", "off"],
    ["off", "offer"],
    ["offer", "prefer"],
    ["prefer", "require"],
    ["require", "prefer"],
    ["offer", "off"],
] as const)("a running stack goes from %s to %s at once", (last, wanted) => {
    expect(tlsStepProblem(last, wanted)).toBeUndefined();
});

it.each([
    ["off", "prefer", "set offer first, run up, then prefer"],
    ["off", "require", "set offer first, run up, then prefer, run up, then require"],
    ["require", "off", "set prefer first, run up, then offer, run up, then off"],
] as const)("a running stack does not go from %s to %s at once", (last, wanted, remedy) => {
    const problem = tlsStepProblem(last, wanted);
    expect(problem).toMatch(new RegExp(`^security\\.tls = ${wanted}: the stack runs with ${last}, .*; ${remedy}$`));
});

it("the last update of a stack that is older than TLS had none, and a new stack had no update", () => {
    const outputs = { restUrls: ["http://w"], addresses: { kafka: ["k:1"] } };
    const credentials = { ca: "authority", cert: "mine", key: "hunter2" };
    const read = { restUrls: ["http://w"], brokers: ["k:1"], credentials: undefined };
    expect(lastUpdateOf({})).toBeUndefined();
    expect(lastUpdateOf(outputs)).toEqual({ ...read, tls: "off" });
    expect(lastUpdateOf({ ...outputs, tls: "offer", operator: credentials })).toEqual({ ...read, tls: "offer" });
    expect(lastUpdateOf({ ...outputs, tls: "prefer", operator: credentials })).toEqual({
        ...read,
        tls: "prefer",
        credentials,
    });
});
