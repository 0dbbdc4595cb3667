import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { soakArgs } from "../../../tools/checks/plugins";
import { soakVariables } from "../../../tools/soakOptions";
import { soakLimitMs, soakRounds } from "../../support/soakOptions";

/** The options of `npm run test:soak`, and its arguments for Vitest. */
async function parse(args: string[]) {
    vi.resetModules();
    const { command } = await import("../../../cli/commands/testSoak.js");
    command.exitOverride().configureOutput({ writeErr: () => undefined });
    const { operands, unknown } = command.parseOptions(args);
    return { options: command.opts(), rest: [...operands, ...unknown] };
}

it.each([
    [["--seed", "17", "--minutes", "3", "test/workers"], ["test/workers"]],
    [
        ["test/workers", "--minutes=3", "--seed=17", "-t", "random"],
        ["test/workers", "-t", "random"],
    ],
])("takes seed and minutes out of %j", async (args, rest) => {
    expect(await parse(args)).toEqual({ options: { seed: 17, minutes: 3 }, rest });
    expect(soakVariables({ seed: 17, minutes: 3 })).toEqual({ SOAK: "1", SEED: "17", MINUTES: "3" });
});

it("has a limit of ten minutes by default", async () => {
    const rest = ["test/stack/faults/sizes.test.ts"];
    expect(await parse(rest)).toEqual({ options: { minutes: 10 }, rest });
});

it.each([[["--seed", "many"]], [["--minutes", "x"]]])("rejects %j", async (args) => {
    await expect(parse(args)).rejects.toThrow(/It must be a whole number from \d+ to \d+\./);
});

it("rejects --seed without a value", async () => {
    await expect(parse(["--seed"])).rejects.toThrow("argument missing");
});

it.each(["0", "31"])("rejects %s minutes", async (minutes) => {
    await expect(parse(["--minutes", minutes])).rejects.toThrow("It must be a whole number from 1 to 30.");
});

it("passes seed and minutes to the JMS sink's long test", () => {
    const args = soakArgs({ seed: 17, minutes: 3 });
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
