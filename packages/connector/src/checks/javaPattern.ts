/** A group of flags at the start of a Java pattern, such as `(?i)`; JavaScript has flags beside the pattern only. */
const LEADING_FLAGS = /^\(\?([is]+)\)/;
/** A quoted part, an escaped character, a bracket of a character class, an intersection of classes, or any character. */
const TOKENS = /\\Q([^]*?)(?:\\E|$)|\\([^])|(\[\^?)|(\])|(&&)|[^]/g;
/** Characters that have a meaning in JavaScript's patterns. */
const SYNTAX = /[\^$\\.*+?()[\]{}|/]/g;
/** Characters after a backslash that are not the character itself, or that have a meaning without it. */
const NEEDS_ESCAPE = /[A-Za-z0-9^$\\.*+?()[\]{}|/]/;

/**
 * A Java pattern as one of JavaScript that matches whole texts.
 *
 * @param suffix JavaScript pattern that follows it.
 * @returns undefined when JavaScript has no equal (possessive quantifiers, atomic groups, classes of classes), or when the
 *   pattern is not valid.
 */
export function javaPattern(
    java: string,
    { ignoreCase = false, suffix = "" }: { ignoreCase?: boolean; suffix?: string } = {},
): RegExp | undefined {
    const given = LEADING_FLAGS.exec(java)?.[1] ?? "";
    const flags = new Set([...given, ...(ignoreCase ? "i" : ""), "u"]);
    const body = translated(java.replace(LEADING_FLAGS, ""));
    if (body === undefined) return undefined;
    try {
        // With the flag u JavaScript refuses each escape that it does not know, instead of reading it as a letter
        return new RegExp(`^(?:${body})${suffix}$`, [...flags].join(""));
    } catch {
        return undefined;
    }
}

function translated(java: string): string | undefined {
    let isInClass = false;
    let isKnown = true;
    const body = java.replace(TOKENS, (token, quoted?: string, escaped?: string, open?: string, close?: string) => {
        if (quoted !== undefined) return quoted.replace(SYNTAX, "\\$&");
        // Java allows an escape before each character that is no letter
        if (escaped !== undefined) return isInClass || NEEDS_ESCAPE.test(escaped) ? token : escaped;
        if (open !== undefined) {
            if (isInClass) isKnown = false;
            isInClass = true;
        }
        if (close !== undefined) isInClass = false;
        if (token === "&&" && isInClass) isKnown = false;
        return token;
    });
    return isKnown ? body : undefined;
}
