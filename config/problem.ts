import { shorten } from "@connect-cdc/connector/client";

export { isNear, suggest } from "@connect-cdc/connector/checks";

/** A problem of the config or of the platform. */
export interface Problem {
    /** Config path, such as `kafka.brokers`. */
    path: string;
    /** The value found there. */
    value: unknown;
    /** What a valid value is, or why this one is not valid. */
    rule: string;
    /** What to do. */
    remedy: string;
    /** True: a warning only; the config is accepted. Default: false. */
    warning?: boolean;
}

/** Replaces a value that errors must not show. */
export const HIDDEN = "[hidden]";

const LONGEST_VALUE = 120;

// A value may be a password in the wrong place: errors must not show it.
const sensitive = /password|passphrase|secret|credential|token|jaas|auth\.user\.info/i;
const userInfo = /(\w:\/\/)[^\s/@]+@/g;

/** A problem as one line: path, value, rule and remedy. */
export function problemLine({ path, value, rule, remedy }: Problem): string {
    return `${path} = ${shownValue(path, value)}: ${rule}; ${remedy}`;
}

/** A value as an error may show it: passwords hidden, long ones cut. */
export function shownValue(path: string, value: unknown): string {
    if (value === HIDDEN) return HIDDEN;
    const hide = (key: string, inner: unknown) => (sensitive.test(key) && isShowable(inner) ? HIDDEN : inner);
    const hidden = hide(path, value);
    if (hidden === HIDDEN) return HIDDEN;
    return shorten((JSON.stringify(hidden, hide) ?? "nothing").replace(userInfo, `$1${HIDDEN}@`), LONGEST_VALUE);
}

/** Nothing, null and references to secrets show no secret value. */
function isShowable(value: unknown): boolean {
    return value !== undefined && value !== null && !(typeof value === "string" && value.startsWith("${"));
}

/** The command that sets a secret. */
export function setSecret(name: string): string {
    return `set it with: pulumi config set --secret --path 'connect-cdc:secrets.${name}'`;
}

/** Values that the list contains more than once, with the index of each repetition. */
export function repeated(list: string[]): [index: number, value: string][] {
    return [...list.entries()].filter(([index, value]) => list.indexOf(value) < index);
}
