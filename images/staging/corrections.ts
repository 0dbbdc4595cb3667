import type { PluginSource } from "./contract";
import { formatCoordinate, parseCoordinate } from "./coordinate";

/**
 * Modules of our own that correct a release: their classes replace its own, because Connect reads the JARs of a plugin's
 * folder in the order of their names. A module's name therefore comes before that of the JAR it corrects.
 */
const CORRECTIONS: Record<string, string> = {
    // Remove with 3.7.1, once its archive is in Maven Central
    "io.debezium:debezium-connector-postgres:3.7.0.Final:plugin:tar.gz": "plugins/debezium-bulk-rows",
};

/** The folder of our own module for the plugin; undefined without such a module. */
export function moduleFolder(source: PluginSource): string | undefined {
    if ("project" in source) return source.project;
    return "maven" in source ? CORRECTIONS[formatCoordinate(parseCoordinate(source.maven))] : undefined;
}
