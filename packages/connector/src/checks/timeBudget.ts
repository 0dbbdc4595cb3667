import { systemClock } from "../client/clock";

/** Time that the checks of one process may wait for slow answers, s: a preview must not wait for each connector. */
const ALL_SECONDS = 6;
/** Time for the questions of one check that are asked at once, s. */
const ONE_SECONDS = 5;
/** What takes no longer is no wait, ms. */
const QUICK_MS = 1000;

let leftMs = ALL_SECONDS * 1000;

/**
 * Asks something for a check, within the time that is left to all of them.
 *
 * @param ask is given its time limit, s.
 * @returns undefined when no time is left; nothing was asked then.
 */
export async function withPatience<T>(ask: (limitSeconds: number) => Promise<T>): Promise<T | undefined> {
    if (leftMs <= 0) return undefined;

    const startMs = systemClock.now();
    try {
        return await ask(Math.min(ONE_SECONDS, Math.ceil(leftMs / 1000)));
    } finally {
        const tookMs = systemClock.now() - startMs;
        leftMs -= tookMs > QUICK_MS ? tookMs : 0;
    }
}

/** Why nothing was asked, as the end of a sentence. */
export const NO_PATIENCE = `the checks of this run have waited ${ALL_SECONDS} s for slow answers, and wait no longer`;

/** Called with `forgetAnswers`. */
export function renewPatience(): void {
    leftMs = ALL_SECONDS * 1000;
}
