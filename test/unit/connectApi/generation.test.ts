import { expect, it } from "vitest";
import { Deadline } from "../../../connectApi/client/clock";
import { Generation } from "../../../connectApi/lifecycle/generation";
import { ConnectorStatus } from "../../../connectApi/client/types";
import { virtualClock } from "../../support/virtualClock";

function status(connector: string, task?: string, worker = "w:1"): ConnectorStatus {
    const tasks = task ? [{ id: 0, state: task, worker_id: worker }] : [];
    return { name: "c", connector: { state: connector, worker_id: "w:1" }, tasks };
}

const running = status("RUNNING", "RUNNING");

it.each([
    ["no status", running, undefined, true],
    ["the same", running, running, false],
    ["a task that is stopped", running, status("RUNNING", "UNASSIGNED"), true],
    ["a task that is gone", running, status("RUNNING"), true],
    ["a task on another worker", running, status("RUNNING", "RUNNING", "w:2"), true],
    ["a task that is only paused", running, status("PAUSED", "PAUSED"), false],
    ["a task that is only resumed", status("PAUSED", "PAUSED"), running, false],
    ["a task that had FAILED", status("RUNNING", "FAILED"), running, true],
    ["the first tasks", status("STOPPED"), running, true],
])("%s tells new tasks from old ones", async (_, before, after, isNew) => {
    const generation = new Generation(before, new Deadline(virtualClock(), 300));
    expect(await generation.isNew(after)).toBe(isNew);
    expect(generation.hasJustChanged).toBe(isNew);
});

it("what nobody saw is over 2 s after the new task configs came, and after 10 s at last", async () => {
    const clock = virtualClock();
    let came = false;
    const deadline = new Deadline(clock, 300);
    const generation = new Generation(running, deadline, { haveNewConfigs: async () => came });
    const patient = new Generation(running, deadline);
    clock.nowMs = 5000;
    expect(await generation.isNew(running)).toBe(false);
    came = true;
    clock.nowMs = 5400;
    expect(await generation.isNew(running)).toBe(false);
    clock.nowMs = 7300;
    expect(await generation.isNew(running)).toBe(false);
    clock.nowMs = 7400;
    expect(await generation.isNew(running)).toBe(true);
    clock.nowMs = 9900;
    expect(await patient.isNew(running)).toBe(false);
    clock.nowMs = 10_000;
    expect(await patient.isNew(running)).toBe(true);
});
