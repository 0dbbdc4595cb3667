import { parseArgs } from "node:util";

/** Arguments of `npm run test:soak`. */
export interface SoakOptions {
    /** Seed of the first random test. Default: chosen at random. */
    seed: number;
    /** Limit of each long test, in minutes: it ends within it. Default 10, at most 30. */
    minutes: number;
    /** Arguments for Vitest, such as names of files. */
    rest: string[];
}

const DEFAULT_MINUTES = 10;
const MOST_MINUTES = 30;

/**
 * Takes `--seed S` and `--minutes N` out of the arguments of `npm run test:soak`.
 *
 * @throws Error when one of them is not a whole number, or when the minutes are not from 1 to 30.
 */
export function parseSoakOptions(args: string[]): SoakOptions {
    const seed = takeNumber("seed", args);
    const minutes = takeNumber("minutes", seed.rest);
    const options = {
        seed: seed.value ?? Date.now() % 1_000_000,
        minutes: minutes.value ?? DEFAULT_MINUTES,
        rest: minutes.rest,
    };
    if (options.minutes < 1 || options.minutes > MOST_MINUTES) {
        throw new Error(`--minutes is ${options.minutes}; it must be from 1 to ${MOST_MINUTES}`);
    }
    return options;
}

/** Environment variables that pass the options to the tests. */
export function soakVariables({ seed, minutes }: SoakOptions): Record<string, string> {
    return { SOAK: "1", SEED: String(seed), MINUTES: String(minutes) };
}

function takeNumber(name: string, args: string[]): { value?: number; rest: string[] } {
    const { tokens } = parseArgs({ args, options: { [name]: { type: "string" } }, strict: false, tokens: true });
    const given = tokens.findLast((token) => token.kind === "option" && token.name === name);
    if (!given || given.kind !== "option") {
        return { rest: args };
    }
    if (!/^\d{1,9}$/.test(given.value ?? "")) {
        throw new Error(
            `--${name} is ${given.value ?? "without a value"}; it must be a whole number, such as --${name} 17`,
        );
    }
    return { value: Number(given.value), rest: args.toSpliced(given.index, given.inlineValue ? 1 : 2) };
}
