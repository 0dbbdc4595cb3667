const GAP = " ... ";

/** A text of at most so many characters: of a long one the middle is left out, as its end often says what is wrong. */
export function shorten(text: string, longest: number): string {
    if (text.length <= longest) return text;
    const kept = longest - GAP.length;
    const tail = Math.floor(kept / 2);
    return text.slice(0, kept - tail) + GAP + text.slice(text.length - tail);
}
