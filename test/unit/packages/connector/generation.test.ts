import { expect, it } from "vitest";
import { Deadline } from "../../../../packages/connector/src/client/clock";
import { ConnectorStatus } from "../../../../packages/connector/src/client/types";
import { Generation } from "../../../../packages/connector/src/lifecycle/generation";
import { virtualClock } from "../../../support/workers/virtualClock";

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
])("%s distinguishes new tasks from old ones", async (_, before, after, isNew) => {
    const generation = new Generation(before, new Deadline(virtualClock(), 300));
    expect(generation.isNew(after)).toBe(isNew);
    expect(generation.hasJustChanged).toBe(isNew);
});

it("an unseen restart counts as done 0.7 s after the new task configs, and after 10 s at the latest", async () => {
    const clock = virtualClock();
    let came = false;
    const deadline = new Deadline(clock, 300);
    const asked = new Generation(running, deadline, { haveNewConfigs: async () => came });
    const patient = new Generation(running, deadline);
    const isNewAt = async (ms: number, generation = asked) => {
        clock.nowMs = ms;
        const isNew = generation.isNew(running);
        // the answer to its request has come
        await new Promise((resolve) => setImmediate(resolve));
        return isNew;
    };
    expect(await isNewAt(5000)).toBe(false);
    came = true;
    expect(await isNewAt(5400)).toBe(false);
    expect(await isNewAt(6000)).toBe(false);
    expect(await isNewAt(6100)).toBe(true);
    expect(await isNewAt(9900, patient)).toBe(false);
    expect(await isNewAt(10_000, patient)).toBe(true);
});

it("a request for task configs that gets no answer, or fails, delays no read of the status", async () => {
    const clock = virtualClock();
    const questions = [() => new Promise<boolean>(() => undefined), () => Promise.reject(new Error("no answer"))];
    for (const haveNewConfigs of questions) {
        const generation = new Generation(running, new Deadline(clock, 300), { haveNewConfigs });
        expect(generation.isNew(running)).toBe(false);
        await new Promise((resolve) => setImmediate(resolve));
        expect(generation.isNew(status("RUNNING", "UNASSIGNED"))).toBe(true);
    }
});
