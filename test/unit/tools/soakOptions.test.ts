import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { soakArgs } from "../../../tools/checks/plugins";
import { parseSoakOptions, soakVariables } from "../../../tools/soakOptions";
import { soakLimitMs, soakRounds } from "../../support/soakOptions";

it.each([
    [["--seed", "17", "--minutes", "3", "test/workers"], ["test/workers"]],
    [
        ["test/workers", "--minutes=3", "--seed=17", "-t", "random"],
        ["test/workers", "-t", "random"],
    ],
])("takes seed and minutes out of %j", (args, rest) => {
    const options = parseSoakOptions(args);
    expect(options).toEqual({ seed: 17, minutes: 3, rest });
    expect(soakVariables(options)).toEqual({ SOAK: "1", SEED: "17", MINUTES: "3" });
});

it("chooses a seed, and ten minutes, when none is given", () => {
    const { seed, minutes, rest } = parseSoakOptions(["test/stack/sizes.test.ts"]);
    expect(seed).toBeGreaterThanOrEqual(0);
    expect(minutes).toBe(10);
    expect(rest).toEqual(["test/stack/sizes.test.ts"]);
});

it.each([[["--seed"]], [["--seed", "many"]], [["--minutes", "x"]]])("refuses %j", (args) => {
    expect(() => parseSoakOptions(args)).toThrow(/it must be a whole number, such as --(seed|minutes) 17/);
});

it.each(["0", "31"])("refuses %s minutes", (minutes) => {
    const problem = `--minutes is ${minutes}; it must be from 1 to 30`;
    expect(() => parseSoakOptions(["--minutes", minutes])).toThrow(problem);
});

it("passes seed and minutes to the JMS sink's long test", () => {
    const args = soakArgs(parseSoakOptions(["--seed", "17", "--minutes", "3"]));
    expect(args).toEqual(expect.arrayContaining(["-Dsoak=true", "-Dsoak.seed=17", "-Dsoak.minutes=3"]));
});

describe("the rounds of a long test", () => {
    beforeEach(() => void vi.useFakeTimers());
    afterEach(() => {
        vi.useRealTimers();
        vi.unstubAllEnvs();
    });

    it("end within the limit", () => {
        vi.stubEnv("MINUTES", "3");
        const isTimeLeft = soakRounds(50);
        let rounds = 0;
        const began = Date.now();
        for (; isTimeLeft(); rounds++) {
            vi.advanceTimersByTime(40_000);
        }
        expect(rounds).toBe(4);
        expect(Date.now() - began).toBeLessThanOrEqual(soakLimitMs());
    });

    it("are one at least", () => {
        vi.stubEnv("MINUTES", "1");
        const isTimeLeft = soakRounds(300);
        expect([isTimeLeft(), isTimeLeft()]).toEqual([true, false]);
    });
});
