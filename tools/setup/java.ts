import { readFileSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import { findProgram, runProcess } from "../processes";
import type { Missing } from "./missing";

/** Kafka Connect 3.9 and Debezium 3 need Java 17. */
const OLDEST_JAVA = 17;

const REMEDY =
    "Debian, Ubuntu: apt-get install openjdk-17-jdk-headless; macOS: brew install openjdk@17; other: https://adoptium.net";

/** Checks for a JDK, with which Maven compiles our plugins. JAVA_HOME has priority over PATH, as in Maven. */
export async function findMissingJava(): Promise<Missing | undefined> {
    const home = process.env.JAVA_HOME;
    const compiler = home ? findProgram("javac", [join(home, "bin")]) : findProgram("javac");
    const version = compiler && (await readJavaVersion(compiler));
    if (version && version >= OLDEST_JAVA) return undefined;
    const found = version ? ` (${compiler} is Java ${version})` : home ? ` (JAVA_HOME is ${home})` : "";
    return {
        what: `JDK ${OLDEST_JAVA} or newer${found}: Maven builds the Kafka Connect plugins with it.`,
        debianPackages: ["openjdk-17-jdk-headless|openjdk-21-jdk-headless|default-jdk-headless"],
        remedy: REMEDY,
    };
}

/** Reads the version from the `release` file, which every JDK since 9 has. That is faster than a start of the JVM. */
async function readJavaVersion(compiler: string): Promise<number | undefined> {
    try {
        const release = readFileSync(join(dirname(realpathSync(compiler)), "..", "release"), "utf8");
        return parseJavaVersion(release);
    } catch {
        const { stdout, stderr } = await runProcess(compiler, ["-version"]);
        return parseJavaVersion(stdout + stderr);
    }
}

/** The major version in the text of a JDK's release file (`JAVA_VERSION="17.0.15"`) or `javac -version` (`javac 17.0.15`). */
export function parseJavaVersion(text: string): number | undefined {
    const match = /(?:JAVA_VERSION="|javac )(?:1\.)?(\d+)/.exec(text);
    return match?.[1] === undefined ? undefined : Number(match[1]);
}
