import { parseArgs } from "node:util";

/** What `npm run test:soak` was told. */
export interface SoakOptions {
    /** Where random tests begin. One that was not given is chosen. */
    seed: number;
    /** Arguments for Vitest, such as names of files. */
    rest: string[];
}

/**
 * Takes `--seed S` out of the arguments of `npm run test:soak`.
 *
 * @throws Error when the seed is no whole number.
 */
export function parseSoakOptions(args: string[]): SoakOptions {
    const { tokens } = parseArgs({ args, options: { seed: { type: "string" } }, strict: false, tokens: true });
    const given = tokens.findLast((token) => token.kind === "option" && token.name === "seed");
    if (!given || given.kind !== "option") {
        return { seed: Date.now() % 1_000_000, rest: args };
    }
    if (!/^\d{1,9}$/.test(given.value ?? "")) {
        throw new Error(`--seed is ${given.value ?? "without a value"}; it must be a whole number, such as --seed 17`);
    }
    return { seed: Number(given.value), rest: args.toSpliced(given.index, given.inlineValue ? 1 : 2) };
}

/** The variables by which the tests get the options. */
export function soakVariables({ seed }: SoakOptions): Record<string, string> {
    return { SOAK: "1", SEED: String(seed) };
}
