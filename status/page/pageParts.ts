import type { Level } from "../levels";
import { type Content, html, type Html } from "./html";

/** A state in one word, with the colour and shape of its level. The word alone is enough to understand it. */
export function pill(level: Level, word: string): Html {
    return html`<span class="pill ${level}">${word === "ok" ? level : word}</span>`;
}

/** A part of the page with a heading, which is its name for screen readers. */
export function section(id: string, title: string, note: Content, content: Content): Html {
    return html`<section id="${id}" aria-labelledby="${id}-title">
        <div class="heading">
            <h2 id="${id}-title">${title}</h2>
            <p>${note}</p>
        </div>
        ${content}
    </section>`;
}

const SPARK_WIDTH = 120;
const SPARK_HEIGHT = 28;

/** The rates of a minute as a small area; a gap where there was no snapshot. */
export function sparkline(rates: (number | undefined)[]): Html {
    const highest = Math.max(...rates.map((value) => value ?? 0), 1);
    const known = rates.filter((value) => value !== undefined);
    const x = (i: number) => round((i / (rates.length - 1)) * SPARK_WIDTH);
    const y = (value: number) => round(SPARK_HEIGHT - 2 - (value / highest) * (SPARK_HEIGHT - 4));
    const pieces = unbroken(rates).filter((piece) => piece.length > 1);
    const line = (piece: Point[]) => piece.map(({ i, value }) => `${x(i)},${y(value)}`).join(" L");
    const ends = (piece: Point[]) => [piece[0] as Point, piece.at(-1) as Point].map(({ i }) => x(i));
    return html`<svg
        class="spark"
        viewBox="0 0 ${SPARK_WIDTH} ${SPARK_HEIGHT}"
        preserveAspectRatio="none"
        role="img"
        aria-label="Last minute: ${known.length === 0 ? "not known yet" : `at most ${Math.round(Math.max(...known))} per second`}"
    >
        ${pieces.map((piece) => {
            const [first, last] = ends(piece);
            return html`<path
                    class="area"
                    d="M${first},${SPARK_HEIGHT} L${line(piece)} L${last},${SPARK_HEIGHT} Z"
                /><path class="line" d="M${line(piece)}" />`;
        })}
    </svg>`;
}

interface Point {
    i: number;
    value: number;
}

function unbroken(rates: (number | undefined)[]): Point[][] {
    const pieces: Point[][] = [[]];
    for (const [i, value] of rates.entries()) {
        if (value === undefined) pieces.push([]);
        else pieces.at(-1)?.push({ i, value });
    }
    return pieces;
}

function round(value: number): number {
    return Math.round(value * 10) / 10;
}
