import { parseArgs } from "node:util";

/** What `npm run test:soak` was told. */
export interface SoakOptions {
    /** Where random tests begin. One that was not given is chosen. */
    seed: number;
    /** How long servers are killed at random, in minutes. Default 10. */
    minutes: number;
    /** Arguments for Vitest, such as names of files. */
    rest: string[];
}

const DEFAULT_MINUTES = 10;

/**
 * Takes `--seed S` and `--minutes N` out of the arguments of `npm run test:soak`.
 *
 * @throws Error when one of them is no whole number.
 */
export function parseSoakOptions(args: string[]): SoakOptions {
    const seed = takeNumber("seed", args);
    const minutes = takeNumber("minutes", seed.rest);
    return {
        seed: seed.value ?? Date.now() % 1_000_000,
        minutes: minutes.value ?? DEFAULT_MINUTES,
        rest: minutes.rest,
    };
}

/** The variables by which the tests get the options. */
export function soakVariables({ seed, minutes }: SoakOptions): Record<string, string> {
    return { SOAK: "1", SEED: String(seed), MINUTES: String(minutes) };
}

function takeNumber(name: string, args: string[]): { value?: number; rest: string[] } {
    const { tokens } = parseArgs({ args, options: { [name]: { type: "string" } }, strict: false, tokens: true });
    const given = tokens.findLast((token) => token.kind === "option" && token.name === name);
    if (!given || given.kind !== "option") return { rest: args };
    if (!/^\d{1,9}$/.test(given.value ?? "")) {
        throw new Error(
            `--${name} is ${given.value ?? "without a value"}; it must be a whole number, such as --${name} 17`,
        );
    }
    return { value: Number(given.value), rest: args.toSpliced(given.index, given.inlineValue ? 1 : 2) };
}
