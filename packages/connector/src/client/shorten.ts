const GAP = " ... ";

/** A text of at most `longest` characters. The middle of a long text is removed: its end often has the cause. */
export function shorten(text: string, longest: number): string {
    if (text.length <= longest) return text;
    const kept = longest - GAP.length;
    const tail = Math.floor(kept / 2);
    return text.slice(0, kept - tail) + GAP + text.slice(text.length - tail);
}
