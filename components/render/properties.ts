/** A value of a server setting; `undefined` leaves the server's own default. */
export type Setting = string | number | boolean | undefined;

/**
 * Renders settings as a Java properties file, in the order given.
 * @param settings what the program sets.
 * @param overrides raw settings of the user, which win over `settings`; a new key is added at the end.
 */
export function renderProperties(settings: Record<string, Setting>, overrides: Record<string, Setting> = {}): string {
    return Object.entries({ ...settings, ...overrides })
        .filter(([, value]) => value !== undefined)
        .map(([key, value]) => `${key}=${escapeValue(String(value))}\n`)
        .join("");
}

// java.util.Properties takes a backslash as an escape and strips leading blanks of a value.
function escapeValue(value: string): string {
    return value.replaceAll("\\", "\\\\").replaceAll("\n", "\\n").replace(/^ /, "\\ ");
}
