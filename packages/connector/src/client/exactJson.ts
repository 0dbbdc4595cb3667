import { randomUUID } from "node:crypto";

/**
 * A number that JavaScript would write differently from its original text: 9007199254740993, 1.0. Offsets of a connector may
 * contain such numbers. Another number is another position, and 1 has another type than 1.0.
 */
export class ExactNumber {
    /** @param text the number in JSON. */
    constructor(readonly text: string) {}

    toString(): string {
        return this.text;
    }
}

/** Strings, which may contain digits, and numbers. */
const TOKENS = /"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/g;

/** Like `JSON.parse`, with an {@link ExactNumber} for each number that JavaScript would change. */
export function parseExact(text: string): unknown {
    const mark = `${randomUUID()}:`;
    const marked = text.replace(TOKENS, (token) =>
        token.startsWith('"') || String(Number(token)) === token ? token : `"${mark}${token}"`,
    );
    if (marked === text) {
        return JSON.parse(text);
    }
    JSON.parse(text); // Throws an error about the original text
    return JSON.parse(marked, (_, value: unknown) =>
        typeof value === "string" && value.startsWith(mark) ? new ExactNumber(value.slice(mark.length)) : value,
    );
}

/** Like `JSON.stringify`, with the original text of each {@link ExactNumber}. */
export function stringifyExact(value: unknown, indent?: number): string {
    const mark = `${randomUUID()}:`;
    const text = JSON.stringify(
        value,
        (_, inner: unknown) => (inner instanceof ExactNumber ? `${mark}${inner.text}` : inner),
        indent,
    );
    return text.replace(new RegExp(`"${mark}([^"]*)"`, "g"), "$1");
}
