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

const PART = "[\\w.-]+";
const COORDINATE = new RegExp(`^${PART}:${PART}:${PART}(:(${PART})?(:${PART})?)?$`);

/** Why a text cannot name an artifact of an image, with what to write; undefined when it can. */
export function coordinateProblem(text: string): { rule: string; remedy: string } | undefined {
    if (!COORDINATE.test(text)) {
        return { rule: "is not a Maven coordinate", remedy: "write group:artifact:version[:classifier[:type]]" };
    }
    if (/-SNAPSHOT$|^(LATEST|RELEASE)$/.test(text.split(":")[2]!)) {
        return { rule: "has no fixed version, so its content may change", remedy: "name a release" };
    }
    return undefined;
}

/**
 * Reads `group:artifact:version[:classifier[:type]]`; the classifier may be empty (`g:a:1::zip`).
 * @throws Error with the problem, see {@link coordinateProblem}.
 */
export function parseCoordinate(text: string): Coordinate {
    const problem = coordinateProblem(text);
    if (problem) throw new Error(`"${text}" ${problem.rule}; ${problem.remedy}`);
    const [group = "", artifact = "", version = "", classifier = "", type = "jar"] = text.split(":");
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
