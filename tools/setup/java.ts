import { readFileSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import { findProgram, runProcess } from "../processes";
import type { Missing } from "./missing";

/** Kafka Connect 3.9 and Debezium 3 need Java 17. */
const OLDEST_JAVA = 17;

const REMEDY =
    "Debian, Ubuntu: apt-get install openjdk-17-jdk-headless; macOS: brew install openjdk@17; else https://adoptium.net";

/** Looks for a JDK (not only a JRE): Maven compiles our plugins with it. JAVA_HOME goes before PATH, as with Maven itself. */
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

/** Every JDK since 9 has a file that tells its version: reading it takes no time, starting a JVM does. */
async function readJavaVersion(compiler: string): Promise<number | undefined> {
    try {
        const release = readFileSync(join(dirname(realpathSync(compiler)), "..", "release"), "utf8");
        return parseJavaVersion(release);
    } catch {
        const { stdout, stderr } = await runProcess(compiler, ["-version"]);
        return parseJavaVersion(stdout + stderr);
    }
}

/** The major version in a JDK's release file (`JAVA_VERSION="17.0.15"`) or `javac -version` (`javac 17.0.15`). */
export function parseJavaVersion(text: string): number | undefined {
    const match = /(?:JAVA_VERSION="|javac )(?:1\.)?(\d+)/.exec(text);
    return match?.[1] === undefined ? undefined : Number(match[1]);
}
