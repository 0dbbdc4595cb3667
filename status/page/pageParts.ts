import { type Content, html, type Html } from "./html";
import type { Level } from "../levels";

/** A state in a word, with a colour and a shape of its level; the word alone says it all. */
export function pill(level: Level, word: string): Html {
    return html`<span class="pill ${level}">${word === "ok" ? level : word}</span>`;
}

/** A part of the page with a heading, known to screen readers by it. */
export function section(id: string, title: string, note: Content, content: Content): Html {
    return html`<section id="${id}" aria-labelledby="${id}-title">
        <div class="heading">
            <h2 id="${id}-title">${title}</h2>
            <p>${note}</p>
        </div>
        ${content}
    </section>`;
}

const sparkWidth = 120;
const sparkHeight = 28;

/** A minute of rates as a small area; a gap where nobody looked. */
export function sparkline(rates: (number | undefined)[]): Html {
    const highest = Math.max(...rates.map((value) => value ?? 0), 1);
    const known = rates.filter((value) => value !== undefined);
    const x = (i: number) => round((i / (rates.length - 1)) * sparkWidth);
    const y = (value: number) => round(sparkHeight - 2 - (value / highest) * (sparkHeight - 4));
    const pieces = unbroken(rates).filter((piece) => piece.length > 1);
    const line = (piece: Point[]) => piece.map(({ i, value }) => `${x(i)},${y(value)}`).join(" L");
    const ends = (piece: Point[]) => [piece[0] as Point, piece.at(-1) as Point].map(({ i }) => x(i));
    return html`<svg
        class="spark"
        viewBox="0 0 ${sparkWidth} ${sparkHeight}"
        preserveAspectRatio="none"
        role="img"
        aria-label="Last minute: ${known.length === 0 ? "not known yet" : `at most ${Math.round(Math.max(...known))} per second`}"
    >
        ${pieces.map((piece) => {
            const [first, last] = ends(piece);
            return html`<path
                    class="area"
                    d="M${first},${sparkHeight} L${line(piece)} L${last},${sparkHeight} Z"
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
        if (value === undefined) {
            pieces.push([]);
        } else {
            pieces.at(-1)?.push({ i, value });
        }
    }
    return pieces;
}

function round(value: number): number {
    return Math.round(value * 10) / 10;
}
