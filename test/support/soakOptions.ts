/** Seed of the first random sequence; the others follow one by one. `npm run test:soak -- --seed S` sets it; default 1. */
export function firstSeed(): number {
    return Number(process.env["SEED"] ?? 1);
}

/** How long servers are killed at random, in minutes. `npm run test:soak -- --minutes N` sets it; default 10. */
export function soakMinutes(): number {
    return Number(process.env["MINUTES"] ?? 10);
}
