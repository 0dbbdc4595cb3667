/** Options of `npm run test:soak`. */
export interface SoakOptions {
    /** Seed of the first random test. */
    seed: number;
    /** Limit of each long test, in minutes: it ends within it. */
    minutes: number;
}

/** Environment variables that pass the options to the tests. */
export function soakVariables({ seed, minutes }: SoakOptions): Record<string, string> {
    return { SOAK: "1", SEED: String(seed), MINUTES: String(minutes) };
}
