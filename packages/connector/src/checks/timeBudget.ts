import { systemClock } from "../client/clock";

/** Time that all checks of a process may wait for slow answers, s: a preview must not wait for each connector. */
const ALL_SECONDS = 6;
/** Limit of the parallel questions of one check, s. */
const ONE_SECONDS = 5;
/** Answers within this time do not count, ms. */
const QUICK_MS = 1000;

let leftMs = ALL_SECONDS * 1000;

/**
 * Asks a question within the time that is left for all checks.
 *
 * @param ask receives its limit, s.
 * @returns undefined when no time is left, without asking.
 */
export async function withinBudget<T>(ask: (limitSeconds: number) => Promise<T>): Promise<T | undefined> {
    if (leftMs <= 0) {
        return undefined;
    }
    const startMs = systemClock.now();
    try {
        return await ask(Math.min(ONE_SECONDS, Math.ceil(leftMs / 1000)));
    } finally {
        const tookMs = systemClock.now() - startMs;
        leftMs -= tookMs > QUICK_MS ? tookMs : 0;
    }
}

/** The reason why a question was not asked, as the end of a sentence. */
export const BUDGET_SPENT = `the checks of this run have already waited ${ALL_SECONDS} s for slow answers`;

/** Called by `forgetAnswers`. */
export function resetBudget(): void {
    leftMs = ALL_SECONDS * 1000;
}
