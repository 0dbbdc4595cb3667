import {
    type Attempt,
    Deadline,
    messageOf,
    pending,
    waitFor as repeat,
    systemClock,
} from "@connect-cdc/connector/client";

export { type Attempt, done, pending } from "@connect-cdc/connector/client";

/** Arguments of {@link waitFor}. */
export interface WaitOptions {
    /** The subject of the messages, a noun phrase that names the member or cluster: "Kafka cluster (3 brokers)". */
    what: string;
    /** Limit in seconds. */
    timeoutSeconds: number;
    /** Seconds between two checks. Default 0.5. */
    intervalSeconds?: number;
    /** Seconds between two progress lines. Default 10. */
    progressSeconds?: number;
    /** Receives progress lines: subject, time so far, limit, last reason. */
    onProgress?: (line: string) => void;
    /** What to do after a timeout: a sentence for the error. */
    remedy?: string;
}

/** Thrown by a condition that can never be done: the wait ends at once. */
export class Hopeless extends Error {}

/**
 * Checks `condition` until it is done and returns its value. A condition that throws is not done yet, unless it throws
 * {@link Hopeless}; the message of its error is the reason. After the limit the error has the subject, the limit, the last
 * reason and the remedy.
 */
export async function waitFor<T>(condition: () => Promise<Attempt<T>>, options: WaitOptions): Promise<T> {
    const { what, timeoutSeconds, intervalSeconds = 0.5, progressSeconds = 10, onProgress, remedy } = options;
    const deadline = new Deadline(systemClock, timeoutSeconds);
    let nextReport = progressSeconds;
    const waiting = (reason: string) => {
        const elapsed = deadline.elapsedSeconds;
        if (elapsed < nextReport) return;
        nextReport = elapsed + progressSeconds;
        onProgress?.(`waiting for ${what}: ${Math.round(elapsed)} s of at most ${timeoutSeconds} s; ${reason}`);
    };
    return repeat({ deadline, progress: { waiting } }, () => check(condition), {
        pauseMs: intervalSeconds * 1000,
        timedOut: ({ reason }) => {
            const advice = remedy === undefined ? "" : ` ${remedy}`;
            throw new Error(`${what}: not ready after ${timeoutSeconds} s. Last seen: ${reason}.${advice}`);
        },
    });
}

async function check<T>(condition: () => Promise<Attempt<T>>): Promise<Attempt<T>> {
    try {
        return await condition();
    } catch (error) {
        if (error instanceof Hopeless) throw error;
        return pending(messageOf(error));
    }
}
