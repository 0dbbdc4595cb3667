import { readFileSync } from "node:fs";
import { writeFileWhole } from "./cache";
import type { Artifact } from "./maven";

/** sha512 (128 hex digits) of every Maven artifact that goes into an image, by coordinate. */
export type Lock = Record<string, string>;

export function readLock(file: string): Lock {
    return JSON.parse(readFileSync(file, "utf8")) as Lock;
}

/** Writes the lock, sorted, so that a change of it is easy to read. */
export function writeLock(file: string, lock: Lock): void {
    const sorted = Object.fromEntries(Object.entries(lock).sort(([a], [b]) => (a < b ? -1 : 1)));
    writeFileWhole(file, `${JSON.stringify(sorted, undefined, 4)}\n`);
}

/** Of artifacts without a checksum a message names only some: with a new version there may be a hundred. */
const SHOWN = 5;

/** Artifacts that belong together, as messages name them. */
export interface ArtifactSet {
    /** Such as `plugins.debezium`. */
    name: string;
    artifacts: Artifact[];
    /** Checksums from config, by coordinate; they go before the lock file's. */
    overrides?: Lock;
}

/** One sentence for each artifact that differs from the lock file; empty without problems. */
export function lockProblems(sets: ArtifactSet[], lock: Lock): string[] {
    return sets.flatMap((set) => {
        const { name, artifacts, overrides = {} } = set;
        const problems = changedArtifacts(set, lock).map(
            ({ coordinate, sha512 }) =>
                `${name}: ${coordinate} is not the file that it should be: its sha512 is ${sha512}, ` +
                `expected is ${overrides[coordinate] ?? lock[coordinate]}. ` +
                "Delete it from Maven's local repository and try again; if it stays, do not trust its source",
        );
        const unknown = artifacts.filter(({ coordinate }) => !(coordinate in overrides) && !(coordinate in lock));
        if (unknown.length === 0) return problems;
        const more = unknown.length > SHOWN ? ` and ${unknown.length - SHOWN} more` : "";
        const list =
            unknown
                .slice(0, SHOWN)
                .map(({ coordinate }) => coordinate)
                .join(", ") + more;
        return [
            ...problems,
            `${name}: no checksum in images/lock.json for ${list}. If you want ${unknown.length === 1 ? "it" : "them"}, ` +
                "run: npm run lock (for a plugin that is one file, sha512 in its config does as well)",
        ];
    });
}

/** The artifacts with another checksum than the one known of them. */
export function changedArtifacts({ artifacts, overrides = {} }: ArtifactSet, lock: Lock): Artifact[] {
    return artifacts.filter(({ coordinate, sha512 }) => {
        const expected = overrides[coordinate] ?? lock[coordinate];
        return expected !== undefined && expected.toLowerCase() !== sha512;
    });
}
