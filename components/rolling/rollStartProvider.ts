/**
 * The dynamic resource RollStart: before members of a Connect cluster are replaced, its update records which tasks run, so
 * that each worker's gate knows what must run again. A task that had FAILED before is reported, and not waited for.
 */
import { isDeepStrictEqual } from "node:util";
import * as connect from "../../servers/connect";
import { messageOf } from "../../servers/wait";

export interface RollStartInputs {
    /** REST URLs of the workers; the first that answers is asked. */
    targets: string[];
    /** Digest of all members' inputs: a change of it begins a roll. */
    digest: string;
}

export interface RollStartOutputs extends RollStartInputs {
    /** Tasks that ran when the last roll began, as "connector/task", in order. */
    runningTasks: string[];
}

export async function diff(_id: string, olds: object, news: object): Promise<{ changes: boolean }> {
    const [before, after] = [olds as Record<string, unknown>, news as Record<string, unknown>];
    return { changes: Object.keys(after).some((key) => !isDeepStrictEqual(before[key], after[key])) };
}

export async function create(inputs: RollStartInputs): Promise<{ id: string; outs: RollStartOutputs }> {
    return { id: "roll-start", outs: { ...inputs, runningTasks: [] } };
}

export async function update(
    _id: string,
    olds: RollStartOutputs,
    news: RollStartInputs,
): Promise<{ outs: RollStartOutputs }> {
    const runningTasks = olds.digest === news.digest ? olds.runningTasks : await recordRunningTasks(olds.targets);
    return { outs: { ...news, runningTasks } };
}

export async function read(id: string, props: RollStartOutputs): Promise<{ id: string; props: RollStartOutputs }> {
    return { id, props };
}

async function recordRunningTasks(targets: string[]): Promise<string[]> {
    const connectors = await firstAnswer(targets);
    const tasks = connectors.flatMap((connector) => connector.tasks);
    const failed = tasks.filter(({ state }) => state === "FAILED").map(connect.taskName);
    if (failed.length > 0) {
        console.log(`tasks that had FAILED before this update are not waited for: ${failed.join(", ")}`);
    }

    return tasks.filter(({ state }) => state === "RUNNING").map(connect.taskName);
}

/** With no worker answering there is nothing to record: the roll is then what mends the cluster. */
async function firstAnswer(targets: string[]): Promise<connect.ConnectorStatus[]> {
    const causes: string[] = [];
    for (const target of targets) {
        try {
            return await connect.connectorStatuses(target);
        } catch (error) {
            causes.push(messageOf(error));
        }
    }
    console.log(`no worker could say which tasks run, so none is waited for: ${causes.join("; ")}`);
    return [];
}
