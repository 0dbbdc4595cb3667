import type { Level } from "./levels";

/** One field of a table: its text, and its level. */
export type Cell = string | { text: string; level: Level };

/** Colours a text by its level. */
export type Paint = (text: string, level: Level | "heading") => string;

export interface TableOptions {
    /** Longest line, in characters: the widest columns are cut. Default: no limit. */
    width?: number;
    /** Default: no colours. */
    paint?: Paint;
    /** Indexes of the columns with numbers: they are aligned right. Default: none. */
    numbers?: number[];
}

const GAP = "  ";
/** Columns are not cut below this width, in characters. */
const NARROWEST = 8;

/** Rows in aligned columns, below their headings. */
export function textTable(
    headings: string[],
    rows: Cell[][],
    { width = Infinity, paint = (text) => text, numbers = [] }: TableOptions = {},
): string[] {
    const texts = [headings, ...rows.map((row) => row.map(textOf))];
    const widths = fitting(
        headings.map((_, column) => Math.max(...texts.map((row) => (row[column] ?? "").length))),
        width,
    );
    const line = (row: Cell[], levelOf: (cell: Cell) => Level | "heading") =>
        row
            .map((cell, column) => {
                const text = cut(textOf(cell), widths[column] as number);
                const space = " ".repeat((widths[column] as number) - text.length);
                const painted = paint(text, levelOf(cell));
                return numbers.includes(column) ? space + painted : painted + space;
            })
            .join(GAP)
            .trimEnd();
    return [line(headings, () => "heading"), ...rows.map((row) => line(row, levelIn))];
}

function textOf(cell: Cell): string {
    return typeof cell === "string" ? cell : cell.text;
}

function levelIn(cell: Cell): Level {
    return typeof cell === "string" ? "ok" : cell.level;
}

function fitting(widths: number[], limit: number): number[] {
    const result = [...widths];
    const total = () => result.reduce((sum, one) => sum + one + GAP.length, -GAP.length);
    while (total() > limit && Math.max(...result) > NARROWEST) {
        const widest = result.indexOf(Math.max(...result));
        result[widest] = (result[widest] as number) - 1;
    }
    return result;
}

function cut(text: string, width: number): string {
    return text.length > width ? `${text.slice(0, width - 1)}…` : text;
}

/** Splits a text into lines of at most `width` characters; a longer word has its own line. */
export function wrap(text: string, width: number): string[] {
    const lines: string[] = [];
    for (const word of text.split(/\s+/)) {
        const last = lines.at(-1);
        if (last !== undefined && last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`;
        else lines.push(word);
    }
    return lines;
}
