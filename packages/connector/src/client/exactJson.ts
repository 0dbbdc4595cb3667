import { randomUUID } from "node:crypto";

/**
 * A number that JavaScript would write otherwise than the text it came from: 9007199254740993, 1.0. A connector may keep
 * such ones in its offsets, where another number is another position, and 1 another type than 1.0.
 */
export class ExactNumber {
    /** @param text the number as JSON has it. */
    constructor(readonly text: string) {}

    toString(): string {
        return this.text;
    }
}

/** Strings, which may hold digits, and numbers. */
const TOKENS = /"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/g;

/** Like `JSON.parse`, with an {@link ExactNumber} for each number that would lose something. */
export function parseExact(text: string): unknown {
    const mark = `${randomUUID()}:`;
    const marked = text.replace(TOKENS, (token) =>
        token.startsWith('"') || String(Number(token)) === token ? token : `"${mark}${token}"`,
    );
    if (marked === text) return JSON.parse(text);

    JSON.parse(text); // says what is wrong with the text as it is
    return JSON.parse(marked, (_, value: unknown) =>
        typeof value === "string" && value.startsWith(mark) ? new ExactNumber(value.slice(mark.length)) : value,
    );
}

/** Like `JSON.stringify`: an {@link ExactNumber} stands in it as it was. */
export function stringifyExact(value: unknown, indent?: number): string {
    const mark = `${randomUUID()}:`;
    const text = JSON.stringify(
        value,
        (_, inner: unknown) => (inner instanceof ExactNumber ? `${mark}${inner.text}` : inner),
        indent,
    );
    return text.replace(new RegExp(`"${mark}([^"]*)"`, "g"), "$1");
}
