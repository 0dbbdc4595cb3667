const PASSWORD_KEY = /(^|[._-])(\w*password|passphrase|credentials?|secret|sasl\.jaas\.config|auth\.user\.info)$/i;
const REFERENCE = /\$\{[^}:]+:[^}]*\}/;
/** Passwords within a value that are not references. */
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
 * True for settings whose values must not be plain text, by their names. If the plugin's definition is known, its type
 * (`PASSWORD` or not) is more exact.
 */
export function isPasswordKey(key: string): boolean {
    return PASSWORD_KEY.test(key);
}

/** True when a value, or a part of it, refers to a config provider of the workers: `${directory:/folder:name}`. */
export function hasReference(value: string): boolean {
    return REFERENCE.test(value);
}

/** True for a value that every reader of the config can read. An empty value is no secret. */
export function isPlainText(value: string): boolean {
    return value !== "" && !hasReference(value);
}

/** True for a URL or a line of JAAS with a password, for any setting. */
export function holdsPassword(value: string): boolean {
    return PASSWORDS_INSIDE.some((pattern) => pattern.test(value));
}
