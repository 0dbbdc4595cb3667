import { Connectors } from "./connectors";
import { Generation } from "./generation";
import { describe, Goal, judge } from "./status";
import { ConnectorStatus } from "./types";

/** This many good samples in a row, so that a task that fails right after its start does not pass. */
const SAMPLES = 3;
const SAMPLE_MS = 350;
/** While old and new tasks must be told apart, ms: states in between are short. */
const QUICK_SAMPLE_MS = 100;
/** Restarts of what has FAILED, and the pause before each, ms. A slot that is still taken, for one, is free soon. */
const RESTART_PAUSES_MS = [1000, 4000];

/** Connector or tasks are not in the state that was asked for. The message holds no secret. */
export class NotReachedError extends Error {
    override readonly name = "NotReachedError";

    constructor(
        message: string,
        /** The last status seen. */
        readonly status: ConnectorStatus | undefined,
    ) {
        super(message);
    }
}

/**
 * Waits until a connector and its tasks stay in the state that was asked for. What has FAILED is restarted twice.
 *
 * @param restarted tells the status of tasks that are being restarted from that of before; without it any status counts.
 * @throws NotReachedError when something stays FAILED, or when the client's deadline passes.
 */
export async function waitForState(
    connectors: Connectors,
    name: string,
    goal: Goal,
    restarted?: Generation,
): Promise<ConnectorStatus> {
    const { deadline, progress } = connectors.client;
    const redact = (text: string) => connectors.client.redact(text);
    const pauses = [...RESTART_PAUSES_MS];
    let generation = restarted;
    let good = 0;
    for (;;) {
        const status = await connectors.status(name);
        const isNew = (await generation?.isNew(status)) ?? true;
        const verdict = isNew ? judge(status, goal) : "waiting";

        good = verdict === "reached" ? good + 1 : 0;
        if (good === SAMPLES) {
            return status!;
        }
        if (verdict === "failed") {
            const pause = pauses.shift();
            if (pause === undefined) {
                throw new NotReachedError(describe(status, redact), status);
            }
            progress.waiting(describe(status, redact));
            await deadline.sleep(pause);
            const withinMs = await connectors.restartFailed(name);
            generation = new Generation(status!, deadline, { withinMs });
        }
        if (deadline.passed) {
            const text = `not ${wanted(goal)} after ${deadline.limitSeconds} s: ${describe(status, redact)}`;
            throw new NotReachedError(text, status);
        }
        progress.waiting(`${describe(status, redact)}; wanted: ${wanted(goal)}`);
        await deadline.sleep(isNew ? SAMPLE_MS : QUICK_SAMPLE_MS);
    }
}

function wanted({ state, minTasks }: Goal): string {
    const tasks = minTasks === 1 ? "a task" : `${minTasks} or more tasks`;
    return state === "running" ? `running with ${tasks}` : state;
}
