import { closest, distance } from "fastest-levenshtein";

/** "did you mean x?", or all known names when none is similar. */
export function suggest(given: string, known: string[]): string {
    if (known.length === 0) return "remove it";
    const beginning = given.length >= 3 ? known.find((name) => name.startsWith(given)) : undefined;
    if (beginning !== undefined) return `did you mean ${beginning}?`;
    const near = closest(given, known);
    return isNear(given, near) ? `did you mean ${near}?` : `use one of: ${known.join(", ")}`;
}

/** True when a name is probably a misspelling of a known one. */
export function isNear(given: string, known: string): boolean {
    return distance(given.toLowerCase(), known.toLowerCase()) <= Math.max(2, Math.floor(known.length / 3));
}
