/** Seed of the first random sequence; the others follow one by one. `npm run test:soak -- --seed S` sets it; default 1. */
export function firstSeed(): number {
    return Number(process.env["SEED"] ?? 1);
}
