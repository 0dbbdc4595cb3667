/** A Maven artifact. */
export interface Coordinate {
    group: string;
    artifact: string;
    version: string;
    /** Empty for the main artifact. */
    classifier: string;
    /** File name extension, `jar` by default. */
    type: string;
}

const PART = /^[A-Za-z0-9_.-]+$/;

/**
 * Reads `group:artifact:version[:classifier[:type]]`; the classifier may be empty (`g:a:1::zip`).
 * @throws Error that says what is wrong.
 */
export function parseCoordinate(text: string): Coordinate {
    const [group = "", artifact = "", version = "", classifier = "", type = "jar", ...more] = text.split(":");
    const parts = [group, artifact, version, classifier || "none", type];
    if (more.length > 0 || !parts.every((part) => PART.test(part))) {
        throw new Error(`"${text}" is no Maven coordinate: write group:artifact:version[:classifier[:type]]`);
    }

    if (/-SNAPSHOT$|^(LATEST|RELEASE)$/.test(version)) {
        throw new Error(`"${text}" has no fixed version, so nobody could tell what is in the image: name a release`);
    }

    return { group, artifact, version, classifier, type };
}

/** The shortest text that `parseCoordinate` reads as this coordinate; the key in the lock file. */
export function formatCoordinate({ group, artifact, version, classifier, type }: Coordinate): string {
    const main = `${group}:${artifact}:${version}`;
    if (type !== "jar") return `${main}:${classifier}:${type}`;
    return classifier === "" ? main : `${main}:${classifier}`;
}

/** Reads the coordinate from a file's path in a Maven repository, `org/x/artifact/1.0/artifact-1.0-classifier.jar`. */
export function coordinateOfPath(path: string): Coordinate {
    const parts = path.split("/");
    const [artifact = "", version = "", file = ""] = parts.slice(-3);
    const rest = file.slice(`${artifact}-${version}`.length);
    const dot = rest.indexOf(".");
    return {
        group: parts.slice(0, -3).join("."),
        artifact,
        version,
        classifier: rest.slice(1, Math.max(dot, 1)),
        type: rest.slice(dot + 1),
    };
}
