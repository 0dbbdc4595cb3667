import { setTimeout as sleep } from "node:timers/promises";

/** What one look at a condition showed: done with its value, or not yet and why. */
export type Observation<T> = { done: true; value: T } | { done: false; seen: string };

export interface WaitOptions {
    /** What is waited for, as a noun phrase that names the member or cluster: "Kafka cluster (3 brokers)". */
    what: string;
    /** Limit in seconds. */
    timeoutSeconds: number;
    /** Seconds between two looks. Default 0.5. */
    intervalSeconds?: number;
    /** Seconds between two reports of progress while the wait lasts. Default 10. */
    progressSeconds?: number;
    /** Receives one line: what is waited for, how long so far, the limit, what was seen last. */
    onProgress?: (line: string) => void;
    /** What the reader of the error should do. */
    remedy?: string;
}

/** Thrown by a condition that will never be done: it ends the wait at once. */
export class Hopeless extends Error {}

export function done(): Observation<void>;
export function done<T>(value: T): Observation<T>;
export function done<T>(value?: T): Observation<T> {
    return { done: true, value: value as T };
}

export function pending(seen: string): { done: false; seen: string } {
    return { done: false, seen };
}

/**
 * Looks at `condition` until it is done and gives back its value. A condition that throws is not done yet, unless
 * it throws {@link Hopeless}: its message is what was seen. At the limit an error says what was waited for, for how long, what was seen last and the remedy.
 */
export async function waitFor<T>(condition: () => Promise<Observation<T>>, options: WaitOptions): Promise<T> {
    const started = performance.now();
    const elapsed = () => (performance.now() - started) / 1000;
    const progressSeconds = options.progressSeconds ?? 10;
    let nextReport = progressSeconds;
    for (;;) {
        const observation = await look(condition);
        if (observation.done) return observation.value;

        if (elapsed() >= options.timeoutSeconds) throw new Error(timeoutMessage(options, observation.seen));

        if (elapsed() >= nextReport) {
            nextReport = elapsed() + progressSeconds;
            const times = `${Math.round(elapsed())} s of at most ${options.timeoutSeconds} s`;
            options.onProgress?.(`waiting for ${options.what}: ${times}; ${observation.seen}`);
        }
        const remaining = options.timeoutSeconds - elapsed();
        await sleep(Math.max(0, Math.min(options.intervalSeconds ?? 0.5, remaining)) * 1000);
    }
}

async function look<T>(condition: () => Promise<Observation<T>>): Promise<Observation<T>> {
    try {
        return await condition();
    } catch (error) {
        if (error instanceof Hopeless) throw error;
        return pending(messageOf(error));
    }
}

function timeoutMessage(options: WaitOptions, seen: string): string {
    const remedy = options.remedy === undefined ? "" : ` ${options.remedy}`;
    return `${options.what}: not ready after ${options.timeoutSeconds} s. Last seen: ${seen}.${remedy}`;
}

/** The message of anything thrown; of a failed connection to several addresses, the first cause. */
export function messageOf(error: unknown): string {
    if (error instanceof AggregateError && error.errors.length > 0) return messageOf(error.errors[0]);

    return error instanceof Error ? error.message : String(error);
}
