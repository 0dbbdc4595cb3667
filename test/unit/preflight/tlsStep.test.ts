import { expect, it, vi } from "vitest";
import { listContainers } from "../../../docker/engine";
import { lastUpdateOf } from "../../../preflight/lastOutputs";
import { memberModes, tlsStepProblem } from "../../../preflight/tlsStep";

vi.mock("../../../docker/engine");

it.each([
    ["off", "off"],
    ["off", "offer"],
    ["offer", "prefer"],
    ["prefer", "require"],
    ["require", "prefer"],
    ["offer", "off"],
] as const)("a running stack goes from %s to %s at once", (last, wanted) => {
    expect(tlsStepProblem([last], wanted)).toBeUndefined();
});

it.each([
    ["off", "prefer", "set offer first, run up, then prefer"],
    ["off", "require", "set offer first, run up, then prefer, run up, then require"],
    ["require", "off", "set prefer first, run up, then offer, run up, then off"],
] as const)("a running stack does not go from %s to %s at once", (last, wanted, remedy) => {
    const problem = tlsStepProblem([last], wanted);
    expect(problem).toMatch(new RegExp(`^security\\.tls = ${wanted}: the stack runs with ${last}, .*; ${remedy}$`));
});

it.each([
    [["off", "offer"], "offer"],
    [["require", "prefer"], "prefer"],
] as const)("members of the modes %j, which a failed update has left, go to %s", (present, wanted) => {
    expect(tlsStepProblem([...present], wanted)).toBeUndefined();
});

it.each([
    [["prefer", "require"], "offer", "require", "set prefer first"],
    [["offer", "prefer"], "off", "prefer", "set offer first"],
    [["prefer", "offer"], "require", "offer", "set prefer first"],
] as const)("members of the modes %j do not go to %s at once", (present, wanted, last, remedy) => {
    expect(tlsStepProblem([...present], wanted)).toContain(`the stack runs with ${last}, `);
    expect(tlsStepProblem([...present], wanted)).toContain(`${remedy}, run up, then ${wanted}`);
});

it("the modes of members are their labels, and those without one are older than TLS", async () => {
    const stack = { project: "p", stack: "s" };
    const container = (name: string, Labels: Record<string, string> = {}) => ({ Names: [`/p-s-${name}`], Labels });
    vi.mocked(listContainers).mockImplementation(async ({ endpoint }) => {
        if (endpoint === "gone") throw new Error("no answer");
        return [
            container("kafka-0", { "connect-cdc.tls-mode": "require" }),
            container("kafka-1", { "connect-cdc.tls-mode": "prefer" }),
            container("postgres", { "connect-cdc.tls": "writer" }),
            container("kafka-0-tls-writer"),
            ...(endpoint === "other" ? [container("zookeeper-0")] : []),
        ] as never;
    });
    expect(await memberModes([{ endpoint: "one" }, { endpoint: "gone" }], stack)).toEqual(["require", "prefer"]);
    expect(await memberModes([{ endpoint: "other" }], stack)).toEqual(["require", "prefer", "off"]);
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
