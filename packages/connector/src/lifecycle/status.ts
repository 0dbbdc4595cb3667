import { causeOf } from "../client/trace";
import { ActualState, ConnectorStatus, DesiredState, MemberStatus } from "../client/types";

/** The state that a connector is to reach. */
export interface Goal {
    state: DesiredState;
    /** Tasks that must be there, in the connector's state. */
    minTasks: number;
}

/** Whether a status is the goal, cannot become it by itself, or is on its way. */
export function judge(status: ConnectorStatus | undefined, goal: Goal): "reached" | "failed" | "waiting" {
    if (!status) return "waiting";

    const state = status.connector.state.toLowerCase();
    if (goal.state === "stopped") return state === "stopped" && status.tasks.length === 0 ? "reached" : "waiting";

    if (failedMembers(status).length > 0) return "failed";

    // A connector that was created paused has had no occasion to make tasks.
    const enough = goal.state === "paused" || status.tasks.length >= goal.minTasks;
    const all = [status.connector, ...status.tasks].every((member) => member.state.toLowerCase() === goal.state);
    return enough && all ? "reached" : "waiting";
}

/** One word for connector and tasks together: a FAILED task is a failed connector. */
export function overallState(status: ConnectorStatus | undefined): ActualState {
    if (!status) return "unknown";

    return failedMembers(status).length > 0 ? "failed" : (status.connector.state.toLowerCase() as ActualState);
}

/**
 * A status in words: states, workers, and the cause of what has FAILED.
 *
 * @param redact is given whole traces.
 */
export function describe(status: ConnectorStatus | undefined, redact: (text: string) => string): string {
    if (!status) return "no status yet";

    const failed = failedMembers(status);
    if (failed.length > 0) return failed.map(({ what, member }) => describeFailure(what, member, redact)).join("; ");

    const members = [{ what: "connector", member: status.connector }, ...tasksOf(status)];
    const tasks = status.tasks.length === 0 ? ", no tasks" : "";
    return members.map(({ what, member }) => `${what} ${member.state}`).join(", ") + tasks;
}

function describeFailure(what: string, member: MemberStatus, redact: (text: string) => string): string {
    const cause = member.trace ? causeOf(redact(member.trace)) : "the worker's log tells why";
    return `${what} FAILED on ${member.worker_id}: ${cause}`;
}

function failedMembers(status: ConnectorStatus): { what: string; member: MemberStatus }[] {
    const members = [{ what: "connector", member: status.connector }, ...tasksOf(status)];
    return members.filter(({ member }) => member.state === "FAILED");
}

function tasksOf(status: ConnectorStatus): { what: string; member: MemberStatus }[] {
    return status.tasks.map((task) => ({ what: `task ${task.id}`, member: task }));
}
