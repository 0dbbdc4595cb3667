/** A reason why changes of captured tables do not arrive, or without values. */
export interface CaptureProblem {
    /** A source has at most one problem of each kind. */
    kind: "publication" | "partitions" | "root" | "tables" | "identity" | "nulls" | "unavailable" | "generated";
    /** The problem: a sentence without its subject, the connector. */
    text: string;
    /** What to do. */
    remedy: string;
}
