import { closest } from "fastest-levenshtein";

/** What to tell somebody who gave a name that is not there: the nearest one, and all there are. */
export function unknownName(kind: string, name: string, known: string[]): string {
    if (known.length === 0) return `there is no ${kind} "${name}": there is none at all`;

    return `there is no ${kind} "${name}"; did you mean ${closest(name, known)}? There are: ${known.join(", ")}`;
}
