const PASSWORD_KEY = /(^|[._-])(\w*password|passphrase|credentials?|secret|sasl\.jaas\.config|auth\.user\.info)$/i;
const REFERENCE = /\$\{[^}:]+:[^}]*\}/;
/** Passwords within a value, as long as they are no reference. */
const PASSWORDS_INSIDE = [
    /** Of any URL: `scheme://user:password@host`. */
    /\w:\/\/[^\s/@:"']*:(?!\$\{)[^\s/@"']+@/,
    /** Of any URL's parameters: `jdbc:postgresql://host/shop?user=app&password=x`, `jdbc:sqlserver://host;password=x`. */
    /^\w+:\S*[?&;]([\w.]*password|passwd|pwd)=(?!\$\{)[^\s&;]/i,
    /** Of Oracle's: `jdbc:oracle:thin:user/password@host`. */
    /^jdbc:oracle:\w+:[^\s/@]+\/(?!\$\{)[^\s@]+@/i,
    /** Of JAAS: `...LoginModule required username="app" password="x";`. */
    /LoginModule\s[^]*\bpassword\s*=\s*["']?(?!\$\{)[^\s"';]/i,
];

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

/** True for a URL or a line of JAAS that has a password in it, whatever the setting is called. */
export function holdsPassword(value: string): boolean {
    return PASSWORDS_INSIDE.some((pattern) => pattern.test(value));
}
