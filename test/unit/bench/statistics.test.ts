import { describe, expect, it } from "vitest";

import { median } from "../../../bench/statistics";

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
