import { findProgram } from "../processes";
import type { Missing } from "./missing";

/** Checks for Maven, which resolves every server and plugin, and builds our own plugins. */
export function findMissingMaven(): Missing | undefined {
    if (findProgram("mvn") !== undefined) return undefined;
    return {
        what: "Maven 3.6.3 or newer: it downloads the servers and plugins, and builds our own plugins.",
        debianPackages: ["maven"],
        remedy: "Debian, Ubuntu: apt-get install maven; macOS: brew install maven; other: https://maven.apache.org",
    };
}
