import { Clock } from "../client/clock";
import { Connectors } from "../client/connectors";
import { ConnectorStatus } from "../client/types";
import { type Attempt, done, pending, waitFor } from "../client/waitFor";
import { Generation } from "./generation";
import { msUntilNextRead, readStatus } from "./sharedStatus";
import { describeStatus, type Goal, progressOf } from "./status";

/** The state must be reached for this time, ms, in this many reads: a task that fails right after its start does not count. */
const STABLE_MS = 700;
const LEAST_READS = 3;
/** The same for a connector that runs without a task, ms: new tasks would appear within this time. */
const STABLE_WITHOUT_TASK_MS = 5000;
/** Pause between two reads, ms. States between old and new tasks are short. */
const READ_MS = 100;
/** The same when the state is reached. */
const STABLE_READ_MS = 200;
/** Pause before each restart of a FAILED connector or task, ms. A slot that is still in use, for example, is free soon. */
const RESTART_PAUSES_MS = [1000, 4000];

const NO_TASK_ADVICE = ". If it may run without a task, set minTasks: 0";

/** Connector or tasks are not in the requested state. The message contains no secret. */
export class NotReachedError extends Error {
    override readonly name = "NotReachedError";

    constructor(
        message: string,
        /** The last status. */
        readonly status: ConnectorStatus | undefined,
    ) {
        super(message);
    }
}

/**
 * Waits until a connector and its tasks stay in the requested state. A FAILED connector or task is restarted twice.
 *
 * @param restarted distinguishes the status of restarted tasks from the previous one. Default: every status counts.
 * @throws NotReachedError when the connector or a task stays FAILED, or at the client's deadline.
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
    const stable = new Stable(deadline.clock);
    let generation = restarted;
    let status: ConnectorStatus | undefined;
    const attempt = async (): Promise<Attempt<ConnectorStatus>> => {
        status = await readStatus(connectors, name);
        const isNew = generation?.isNew(status) ?? true;
        const reached = progressOf(status, goal);

        // A status of old tasks counts only if it cannot be distinguished
        const stableMs = isWithoutTask(status, goal) ? STABLE_WITHOUT_TASK_MS : STABLE_MS;
        const isStable = stable.add(reached === "reached" && !generation?.hasJustChanged, stableMs);
        if (isNew && isStable) {
            return done(status!);
        }
        if (isNew && reached === "failed") {
            const pause = pauses.shift();
            if (pause === undefined) {
                throw new NotReachedError(describeStatus(status, redact), status);
            }
            progress.waiting(describeStatus(status, redact));
            await deadline.sleep(pause);
            const withinMs = await connectors.restartFailed(name);
            generation = new Generation(status!, deadline, { withinMs });
        }
        const pauseMs = msUntilNextRead(deadline, isNew && reached === "reached" ? STABLE_READ_MS : READ_MS);
        return pending(`${describeStatus(status, redact)}; waiting for ${inWords(goal)}`, { pauseMs });
    };
    return waitFor(connectors.client, attempt, {
        timedOut: () => {
            const text = `not ${inWords(goal)} after ${deadline.limitSeconds} s: ${describeStatus(status, redact)}`;
            throw new NotReachedError(isWithoutTask(status, goal) ? text + NO_TASK_ADVICE : text, status);
        },
    });
}

function isWithoutTask(status: ConnectorStatus | undefined, goal: Goal): boolean {
    return goal.state === "running" && status?.tasks.length === 0;
}

/** Counts the reads of a reached state. */
class Stable {
    private reads = 0;
    private sinceMs = 0;
    private stableMs = 0;

    constructor(private readonly clock: Clock) {}

    /** @returns true when the state is stable. */
    add(isReached: boolean, stableMs: number): boolean {
        const nowMs = this.clock.now();
        this.reads = isReached && stableMs === this.stableMs ? this.reads + 1 : Number(isReached);
        this.stableMs = stableMs;
        this.sinceMs = this.reads === 1 ? nowMs : this.sinceMs;
        return this.reads >= LEAST_READS && nowMs - this.sinceMs >= stableMs;
    }
}

function inWords({ state, minTasks }: Goal): string {
    const tasks = minTasks === 1 ? "a task" : `${minTasks} or more tasks`;
    return state === "running" ? `running with ${tasks}` : state;
}
