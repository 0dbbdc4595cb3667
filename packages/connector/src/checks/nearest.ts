import { closest, distance } from "fastest-levenshtein";

/** "did you mean x?", or what there is when nothing is near. */
export function suggest(wrong: string, known: string[]): string {
    if (known.length === 0) return "remove it";
    const beginning = wrong.length >= 3 ? known.find((right) => right.startsWith(wrong)) : undefined;
    if (beginning !== undefined) return `did you mean ${beginning}?`;
    const near = closest(wrong, known);
    return isNear(wrong, near) ? `did you mean ${near}?` : `there are: ${known.join(", ")}`;
}

/** True when one is the other with a slip of the pen. */
export function isNear(wrong: string, right: string): boolean {
    return distance(wrong.toLowerCase(), right.toLowerCase()) <= Math.max(2, Math.floor(right.length / 3));
}
