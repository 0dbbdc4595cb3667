import { setTimeout as sleep } from "node:timers/promises";
import { messageOf } from "@connect-cdc/connector/client";

/** Result of one check of a condition: done with its value, or not yet with the reason. */
export type Observation<T> = { done: true; value: T } | { done: false; seen: string };

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

export function done(): Observation<void>;
export function done<T>(value: T): Observation<T>;
export function done<T>(value?: T): Observation<T> {
    return { done: true, value: value as T };
}

export function pending(seen: string): { done: false; seen: string } {
    return { done: false, seen };
}

/**
 * Checks `condition` until it is done and returns its value. A condition that throws is not done yet, unless it throws
 * {@link Hopeless}; the message of its error is the reason. After the limit the error has the subject, the limit, the last
 * reason and the remedy.
 */
export async function waitFor<T>(condition: () => Promise<Observation<T>>, options: WaitOptions): Promise<T> {
    const started = performance.now();
    const elapsed = () => (performance.now() - started) / 1000;
    const progressSeconds = options.progressSeconds ?? 10;
    let nextReport = progressSeconds;
    for (;;) {
        const observation = await check(condition);
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

async function check<T>(condition: () => Promise<Observation<T>>): Promise<Observation<T>> {
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
