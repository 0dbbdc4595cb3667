import { describe, expect, it } from "vitest";
import { ConnectorStatus } from "../../../../packages/connector/src/client/types";
import { describeStatus, overallState, progressOf } from "../../../../packages/connector/src/lifecycle/status";

function status(connector: string, ...tasks: string[]): ConnectorStatus {
    const member = (state: string) => ({
        state,
        worker_id: "w:1",
        ...(state === "FAILED" && { trace: "a.B: no luck" }),
    });
    return { name: "c", connector: member(connector), tasks: tasks.map((state, id) => ({ id, ...member(state) })) };
}

describe("progressOf", () => {
    const running = { state: "running", minTasks: 1 } as const;
    const paused = { state: "paused", minTasks: 1 } as const;
    const stopped = { state: "stopped", minTasks: 1 } as const;
    it.each([
        [running, undefined, "waiting"],
        [running, status("RUNNING"), "waiting"],
        [running, status("RUNNING", "RUNNING"), "reached"],
        [running, status("RUNNING", "RUNNING", "UNASSIGNED"), "waiting"],
        [running, status("RUNNING", "RUNNING", "FAILED"), "failed"],
        [running, status("FAILED", "RUNNING"), "failed"],
        [running, status("RESTARTING", "RUNNING"), "waiting"],
        [running, status("PAUSED", "PAUSED"), "waiting"],
        [{ ...running, minTasks: 0 }, status("RUNNING"), "reached"],
        [{ ...running, minTasks: 2 }, status("RUNNING", "RUNNING"), "waiting"],
        [paused, status("PAUSED"), "reached"],
        [paused, status("PAUSED", "RUNNING"), "waiting"],
        [paused, status("PAUSED", "PAUSED"), "reached"],
        [paused, status("FAILED"), "failed"],
        [stopped, status("STOPPED"), "reached"],
        [stopped, status("STOPPED", "RUNNING"), "waiting"],
        [stopped, status("FAILED", "FAILED"), "waiting"],
    ])("%o of %o", (goal, seen, verdict) => {
        expect(progressOf(seen, goal)).toBe(verdict);
    });
});

it("a failure has its remedy where the cause does not contain it", () => {
    const failed = status("RUNNING", "FAILED");
    failed.tasks[0]!.trace = "org.apache.kafka.common.errors.RecordTooLargeException: The message is 2 bytes";
    expect(describeStatus(failed, (trace) => trace)).toMatch(
        /^task 0 FAILED on w:1: RecordTooLargeException: .* 2 bytes\. To correct this, raise producer\.max\.request\.size /,
    );
});

it.each([
    [undefined, "unknown", "no status yet"],
    [status("RUNNING", "RUNNING"), "running", "connector RUNNING, task 0 RUNNING"],
    [status("RUNNING"), "running", "connector RUNNING, no tasks"],
    [status("RUNNING", "RUNNING", "FAILED"), "failed", "task 1 FAILED on w:1: B: no luck"],
    [status("FAILED", "FAILED"), "failed", "connector FAILED on w:1: B: no luck; task 0 FAILED on w:1: B: no luck"],
])("a status in one word and in words", (seen, word, text) => {
    expect(overallState(seen)).toBe(word);
    expect(describeStatus(seen, (trace) => trace)).toBe(text);
});
