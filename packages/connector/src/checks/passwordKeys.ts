const PASSWORD_KEY = /(^|[._-])(\w*password|passphrase|credentials?|secret|sasl\.jaas\.config|auth\.user\.info)$/i;
const REFERENCE = /\$\{[\w-]+:[^}]*\}/;

/**
 * True for settings whose values never stand in a config in the clear, by their names. Where a plugin's definition is
 * known, its type (`PASSWORD` or not) says it better.
 */
export function isPasswordKey(key: string): boolean {
    return PASSWORD_KEY.test(key);
}

/** True when a value, or a part of it, is for a config provider of the workers to find: `${directory:/folder:name}`. */
export function hasReference(value: string): boolean {
    return REFERENCE.test(value);
}

/** True for a value that everybody who reads the config knows. An empty one tells nothing. */
export function isInTheClear(value: string): boolean {
    return value !== "" && !hasReference(value);
}
