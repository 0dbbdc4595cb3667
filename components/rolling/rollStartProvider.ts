/**
 * The dynamic resource RollStart: before members of a Connect cluster are replaced, its update records the tasks that run. The
 * workers' gates wait until they run again. Tasks that had FAILED before are reported, and the gates do not wait for them.
 */
import { isDeepStrictEqual } from "node:util";
import { type ConnectorStatus, type Credentials, messageOf } from "@connect-cdc/connector/client";
import * as connect from "../../servers/connect";

export interface RollStartInputs {
    /** REST URLs of the workers; the first that answers is used. */
    targets: string[];
    /** Digest of all members' inputs: its change begins a roll. */
    digest: string;
    /** Credentials for the workers. Default: they take plain requests. Their change alone is no change. */
    credentials?: Credentials;
}

export interface RollStartOutputs extends Omit<RollStartInputs, "credentials"> {
    /** Tasks that ran when the last roll began, as "connector/task", in order. */
    runningTasks: string[];
}

export async function diff(_id: string, olds: object, news: object): Promise<{ changes: boolean }> {
    const [before, after] = [olds as Record<string, unknown>, news as Record<string, unknown>];
    const keys = Object.keys(after).filter((key) => key !== "credentials");
    return { changes: keys.some((key) => !isDeepStrictEqual(before[key], after[key])) };
}

export async function create(inputs: RollStartInputs): Promise<{ id: string; outs: RollStartOutputs }> {
    return { id: "roll-start", outs: outputsOf(inputs, []) };
}

export async function update(
    _id: string,
    olds: RollStartOutputs,
    news: RollStartInputs,
): Promise<{ outs: RollStartOutputs }> {
    const runningTasks = olds.digest === news.digest ? olds.runningTasks : await recordRunningTasks(olds, news);
    return { outs: outputsOf(news, runningTasks) };
}

function outputsOf({ credentials, ...outputs }: RollStartInputs, runningTasks: string[]): RollStartOutputs {
    return { ...outputs, runningTasks };
}

export async function read(id: string, props: RollStartOutputs): Promise<{ id: string; props: RollStartOutputs }> {
    return { id, props };
}

/** The workers still run as before, so their old addresses are asked first. An update that has failed may have replaced some. */
async function recordRunningTasks(
    olds: RollStartOutputs,
    { targets, credentials }: RollStartInputs,
): Promise<string[]> {
    const tasks = connect.tasksOf(await firstAnswer([...new Set([...olds.targets, ...targets])], credentials));
    const failed = tasks.filter(({ state }) => state === "FAILED").map(connect.taskName);
    if (failed.length > 0) {
        console.log(`the update does not wait for tasks that had FAILED before: ${failed.join(", ")}`);
    }

    return tasks.filter(({ state }) => state === "RUNNING").map(connect.taskName);
}

/** Without an answer there is nothing to record: the roll may be the remedy. */
async function firstAnswer(targets: string[], credentials?: Credentials): Promise<ConnectorStatus[]> {
    const causes: string[] = [];
    for (const target of targets) {
        try {
            return await connect.connectorStatuses(target, credentials);
        } catch (error) {
            causes.push(messageOf(error));
        }
    }
    console.log(`no worker reports its tasks, so the update waits for none: ${causes.join("; ")}`);
    return [];
}
