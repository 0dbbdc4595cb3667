import { expect, it } from "vitest";
import { parseSoakOptions, soakVariables } from "../../toolchain/soakOptions";

it.each([
    [["--seed", "17", "test/connectApi"], ["test/connectApi"]],
    [
        ["test/connectApi", "--seed=17", "-t", "random"],
        ["test/connectApi", "-t", "random"],
    ],
])("takes the seed out of %j", (args, rest) => {
    const options = parseSoakOptions(args);
    expect(options).toEqual({ seed: 17, rest });
    expect(soakVariables(options)).toEqual({ SOAK: "1", SEED: "17" });
});

it("chooses a seed when none is given", () => {
    const { seed, rest } = parseSoakOptions(["test/stack/sizes.test.ts"]);
    expect(seed).toBeGreaterThanOrEqual(0);
    expect(rest).toEqual(["test/stack/sizes.test.ts"]);
});

it.each([[["--seed"]], [["--seed", "many"]]])("refuses %j", (args) => {
    expect(() => parseSoakOptions(args)).toThrow("it must be a whole number, such as --seed 17");
});
