import type { Deadline } from "./clock";

/** The limit of a wait, and where it is reported. A `ConnectClient` is one. */
export interface WaitLimit {
    deadline: Deadline;
    /** Receives the reason after each attempt that is not done. */
    progress: { waiting(reason: string): void };
}

/** Result of one attempt: the value, or the reason to wait longer. */
export type Attempt<T> = { done: true; value: T } | Pending;

/** The reason to wait longer. */
export interface Pending {
    done: false;
    reason: string;
    /** Pause before the next attempt, ms. Default: that of {@link WaitOptions}. */
    pauseMs?: number;
    /** Limit for waits of this reason. Default: that of the wait. */
    limit?: WaitLimit;
}

/** Arguments of {@link waitFor}. */
export interface WaitOptions<T> {
    /** Pause between two attempts, ms. Default 250. */
    pauseMs?: number;
    /** Called when the limit is over. Throws, or returns the value of the wait. */
    timedOut: (pending: Pending) => T;
}

export function done(): Attempt<void>;
export function done<T>(value: T): Attempt<T>;
export function done<T>(value?: T): Attempt<T> {
    return { done: true, value: value as T };
}

export function pending(reason: string, options: Pick<Pending, "pauseMs" | "limit"> = {}): Pending {
    return { done: false, reason, ...options };
}

/**
 * Repeats an attempt until it is done, and reports the reason of a long wait.
 *
 * @throws the error of an attempt, or that of `timedOut`.
 */
export async function waitFor<T>(
    limit: WaitLimit,
    attempt: () => Promise<Attempt<T>>,
    { pauseMs = 250, timedOut }: WaitOptions<T>,
): Promise<T> {
    for (;;) {
        const result = await attempt();
        if (result.done) {
            return result.value;
        }
        const { deadline, progress } = result.limit ?? limit;
        if (deadline.passed) {
            return timedOut(result);
        }
        progress.waiting(result.reason);
        await deadline.sleep(result.pauseMs ?? pauseMs);
    }
}
