const MINUTE = 60_000;

/** Seed of the first random sequence; the others follow one by one. `npm run test:soak -- --seed S` sets it; default 1. */
export function firstSeed(): number {
    return Number(process.env["SEED"] ?? 1);
}

/** Limit of each long test, in milliseconds. `npm run test:soak -- --minutes N` sets it; default 10 minutes. */
export function soakLimitMs(): number {
    return Number(process.env["MINUTES"] ?? 10) * MINUTE;
}

/**
 * Makes a condition for the rounds of a long test: true while another round ends within the limit. The first round always
 * runs.
 *
 * @param roundSeconds the longest time that a round takes
 * @param limitMs default: that of all long tests
 */
export function soakRounds(roundSeconds: number, limitMs = soakLimitMs()): () => boolean {
    const lastBegin = Date.now() + limitMs - roundSeconds * 1000;
    let count = 0;
    return () => count++ === 0 || Date.now() <= lastBegin;
}
