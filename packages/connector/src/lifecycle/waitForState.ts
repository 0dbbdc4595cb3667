import { Clock } from "../client/clock";
import { Connectors } from "../client/connectors";
import { ConnectorStatus } from "../client/types";
import { type Attempt, done, pending, waitFor } from "../client/waitFor";
import { Generation } from "./generation";
import { lookAt, msUntilNextLook } from "./sharedStatus";
import { describe, Goal, judge } from "./status";

/** The state must be good for so long, ms, in so many looks: a task that fails right after its start does not pass. */
const STABLE_MS = 700;
const LEAST_LOOKS = 3;
/** The same for a connector that runs without a task, ms: tasks that are just being made would come within this time. */
const STABLE_WITHOUT_TASK_MS = 5000;
/** Between two looks, ms: while old and new tasks must be told apart, states in between are short. */
const LOOK_MS = 100;
/** The same, once the state is good. */
const STABLE_LOOK_MS = 200;
/** Restarts of what has FAILED, and the pause before each, ms. A slot that is still taken, for one, is free soon. */
const RESTART_PAUSES_MS = [1000, 4000];

const NO_TASK_ADVICE = ". Where it rightly has no task, set minTasks: 0";

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
    const stable = new Stable(deadline.clock);
    let generation = restarted;
    let status: ConnectorStatus | undefined;
    const attempt = async (): Promise<Attempt<ConnectorStatus>> => {
        status = await lookAt(connectors, name);
        const isNew = generation?.isNew(status) ?? true;
        const verdict = judge(status, goal);

        // Looks at old tasks count only where nothing tells them from the new ones.
        const stableMs = isWithoutTask(status, goal) ? STABLE_WITHOUT_TASK_MS : STABLE_MS;
        const isStable = stable.look(verdict === "reached" && !generation?.hasJustChanged, stableMs);
        if (isNew && isStable) {
            return done(status!);
        }
        if (isNew && verdict === "failed") {
            const pause = pauses.shift();
            if (pause === undefined) {
                throw new NotReachedError(describe(status, redact), status);
            }
            progress.waiting(describe(status, redact));
            await deadline.sleep(pause);
            const withinMs = await connectors.restartFailed(name);
            generation = new Generation(status!, deadline, { withinMs });
        }
        const pauseMs = msUntilNextLook(deadline, isNew && verdict === "reached" ? STABLE_LOOK_MS : LOOK_MS);
        return pending(`${describe(status, redact)}; wanted: ${wanted(goal)}`, { pauseMs });
    };
    return waitFor(connectors.client, attempt, {
        timedOut: () => {
            const text = `not ${wanted(goal)} after ${deadline.limitSeconds} s: ${describe(status, redact)}`;
            throw new NotReachedError(isWithoutTask(status, goal) ? text + NO_TASK_ADVICE : text, status);
        },
    });
}

function isWithoutTask(status: ConnectorStatus | undefined, goal: Goal): boolean {
    return goal.state === "running" && status?.tasks.length === 0;
}

/** Tells when a state has been good for long enough. */
class Stable {
    private looks = 0;
    private sinceMs = 0;
    private longMs = 0;

    constructor(private readonly clock: Clock) {}

    look(good: boolean, stableMs: number): boolean {
        const nowMs = this.clock.now();
        this.looks = good && stableMs === this.longMs ? this.looks + 1 : Number(good);
        this.longMs = stableMs;
        this.sinceMs = this.looks === 1 ? nowMs : this.sinceMs;
        return this.looks >= LEAST_LOOKS && nowMs - this.sinceMs >= stableMs;
    }
}

function wanted({ state, minTasks }: Goal): string {
    const tasks = minTasks === 1 ? "a task" : `${minTasks} or more tasks`;
    return state === "running" ? `running with ${tasks}` : state;
}
