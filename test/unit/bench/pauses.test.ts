import { describe, expect, it } from "vitest";
import { renderFigure } from "../../../bench/figure";
import { pauseFigures } from "../../../bench/pauses";

describe("the figures of pauses", () => {
    it("are the seconds of a kill, and a roll's against a restart's, of the median round", () => {
        const figures = pauseFigures({
            sourceKilled: [12, 19.5, 11],
            sinkKilled: [10, 9, 30],
            rolled: [6, 5, 40],
            restarted: [24, 8, 25],
        });
        expect(figures.map(renderFigure)).toEqual([
            "pause after kill -9 of the worker of a source, s: 12.00 (aim: 15.00 or less)\n    12.0 19.5 11.0 s, median",
            "pause after kill -9 of the worker of a sink, s: 10.00 (aim: 15.00 or less)\n    10.0 9.0 30.0 s, median",
            "pause while the workers are rolled, against all restarted at once: 0.25 (aim: 0.30 or less)\n" +
                "    roll 6.0 5.0 40.0 s, restart 24.0 8.0 25.0 s, median of each",
        ]);
    });
});
