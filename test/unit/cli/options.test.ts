import { describe, expect, it } from "vitest";
import { durationMs } from "../../../cli/options";

describe("a time as an option", () => {
    it.each([
        ["30m", 1_800_000],
        ["12h", 43_200_000],
        ["24d", 2_073_600_000],
    ])("%s is %i ms", (text, ms) => expect(durationMs(text)).toBe(ms));

    it.each(["", "0h", "1", "1s", "-1h", "1.5h", "25d", "99999m"])("%j is refused", (text) => {
        expect(() => durationMs(text)).toThrow("It must be a number and a unit such as 30m, 12h or 1d, at most 24d.");
    });
});
