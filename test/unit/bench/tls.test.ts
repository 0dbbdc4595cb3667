import { expect, it } from "vitest";
import { tlsFigures, type TlsSide } from "../../../bench/tls";

function side(rates: number[], p99: number, mib: number): TlsSide {
    const steady = new Map([
        [
            100,
            new Map([
                ["queue json", { p50: 1, p99: p99 / 2 }],
                ["queue xml", { p50: 1, p99 }],
                ["plain consumer", { p50: 1, p99: 1000 }],
            ]),
        ],
    ]);
    return { chain: { bursts: { source: [], sinks: [], chain: rates }, steady }, memory: new Map([["kafka", mib]]) };
}

it("compares a stack with TLS with a plain one", () => {
    const figures = tlsFigures(side([900, 1000, 1100], 100, 1000), side([790, 800, 810], 120, 1100));
    expect(figures.map(({ ratio }) => ratio)).toEqual([1.25, 1.2, 1.1]);
    expect(figures.map(({ aim }) => aim)).toEqual([1 / 0.75, 1.3, 1.15]);
    expect(figures[0]!.details).toContain("0.80 of the rows/s");
});
