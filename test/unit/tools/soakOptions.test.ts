import { expect, it } from "vitest";
import { parseSoakOptions, soakVariables } from "../../../tools/soakOptions";

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
