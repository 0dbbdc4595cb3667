import { describe, expect, it } from "vitest";
import { renderFigure } from "../../../bench/figure";
import { rotationFigures } from "../../../bench/rotation";

describe("the figures of rotations", () => {
    it("are the longest pause of each, against that of the plain rolls", () => {
        const figures = rotationFigures([
            ["roll", 8],
            ["all certificates", 9],
            ["roll", 10],
        ]);
        expect(figures.map(renderFigure)).toEqual([
            "longest pause of rows, all certificates, against the longer of 2 plain rolls: 0.90 (aim: 1.00 or less)\n" +
                "    9.0 s; rolls 8.0 10.0 s",
        ]);
    });
});
