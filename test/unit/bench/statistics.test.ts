import { describe, expect, it } from "vitest";
import { median, percentile } from "../../../bench/statistics";

describe("median", () => {
    it.each([
        [[3], 3],
        [[9, 1, 5], 5],
        [[4, 1, 3, 2], 2.5],
        [[10, 9, 100, 1, 2], 9],
    ])("of %j is %d", (values, expected) => {
        expect(median(values)).toBe(expected);
    });

    it("of nothing is an error", () => {
        expect(() => median([])).toThrow("no values");
    });
});

describe("percentile", () => {
    const hundred = Array.from({ length: 100 }, (_, i) => 100 - i);

    it.each([
        [hundred, 99, 99],
        [hundred, 50, 50],
        [hundred, 100, 100],
        [[7], 99, 7],
        [[3, 1, 2], 50, 2],
    ])("of %j, %d of a hundred, is %d", (values, percent, expected) => {
        expect(percentile(values, percent)).toBe(expected);
    });

    it("of nothing is an error", () => {
        expect(() => percentile([], 50)).toThrow("no values");
    });
});
