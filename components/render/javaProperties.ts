/** A Java properties file, in ASCII, whose values are any text. Source: `java.util.Properties.load`. */
export function javaProperties(settings: Record<string, string>): string {
    return Object.entries(settings)
        .map(([key, value]) => `${escape(key).replace(/[ =:#!]/g, "\\$&")}=${escape(value).replace(/^ /, "\\ ")}\n`)
        .join("");
}

function escape(text: string): string {
    return text.replaceAll("\\", "\\\\").replace(/[^ -~]/g, unicode);
}

/**
 * A quoted value of `sasl.jaas.config`. Kafka reads it by `java.io.StreamTokenizer`: a backslash begins an escape, and a line
 * break would end the value.
 */
export function jaasQuoted(value: string): string {
    const escaped = value.replace(/["\\]/g, "\\$&").replaceAll("\n", "\\n").replaceAll("\r", "\\r");
    return `"${escaped}"`;
}

function unicode(unit: string): string {
    return `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
