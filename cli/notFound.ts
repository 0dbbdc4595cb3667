import { closest } from "fastest-levenshtein";

/**
 * The message for a name that does not exist, with the nearest one and all that exist.
 *
 * @param owner what could have a thing of this kind.
 */
export function notFound(kind: string, name: string, known: string[], owner = "the cluster"): string {
    if (known.length === 0) return `${kind} "${name}" not found; ${owner} has no ${kind}s`;

    return `${kind} "${name}" not found; did you mean ${closest(name, known)}? Known: ${known.join(", ")}`;
}
