import { adviceOnFailure } from "../client/advice";
import { causeOf } from "../client/trace";
import { ActualState, ConnectorStatus, DesiredState, MemberStatus } from "../client/types";

/** The state that a connector must reach. */
export interface Goal {
    state: DesiredState;
    /** Least number of tasks in the connector's state. */
    minTasks: number;
}

/** `reached`: the status is the goal; `failed`: a connector or task must be restarted first; `waiting`: neither. */
export function progressOf(status: ConnectorStatus | undefined, goal: Goal): "reached" | "failed" | "waiting" {
    if (!status) {
        return "waiting";
    }
    const state = status.connector.state.toLowerCase();
    if (goal.state === "stopped") {
        return state === "stopped" && status.tasks.length === 0 ? "reached" : "waiting";
    }
    if (failedMembers(status).length > 0) {
        return "failed";
    }
    // A connector that was created PAUSED has no tasks yet
    const enough = goal.state === "paused" || status.tasks.length >= goal.minTasks;
    const all = [status.connector, ...status.tasks].every((member) => member.state.toLowerCase() === goal.state);
    return enough && all ? "reached" : "waiting";
}

/** The state of connector and tasks together: with a FAILED task the connector counts as failed. */
export function overallState(status: ConnectorStatus | undefined): ActualState {
    if (!status) {
        return "unknown";
    }
    return failedMembers(status).length > 0 ? "failed" : (status.connector.state.toLowerCase() as ActualState);
}

/**
 * A status in words: states, workers, and the cause of a failure.
 *
 * @param redact receives whole traces.
 */
export function describeStatus(status: ConnectorStatus | undefined, redact: (text: string) => string): string {
    if (!status) {
        return "no status yet";
    }
    const failed = failedMembers(status);
    if (failed.length > 0) {
        return failed.map(({ what, member }) => describeFailure(what, member, redact)).join("; ");
    }
    const members = [{ what: "connector", member: status.connector }, ...tasksOf(status)];
    const tasks = status.tasks.length === 0 ? ", no tasks" : "";
    return members.map(({ what, member }) => `${what} ${member.state}`).join(", ") + tasks;
}

function describeFailure(what: string, member: MemberStatus, redact: (text: string) => string): string {
    const cause = member.trace ? causeOf(redact(member.trace)) : "see the worker's log for the cause";
    const advice = adviceOnFailure(cause);
    return `${what} FAILED on ${member.worker_id}: ${cause}${advice === undefined ? "" : `. To correct this, ${advice}`}`;
}

function failedMembers(status: ConnectorStatus): { what: string; member: MemberStatus }[] {
    const members = [{ what: "connector", member: status.connector }, ...tasksOf(status)];
    return members.filter(({ member }) => member.state === "FAILED");
}

function tasksOf(status: ConnectorStatus): { what: string; member: MemberStatus }[] {
    return status.tasks.map((task) => ({ what: `task ${task.id}`, member: task }));
}
