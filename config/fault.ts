import { shorten } from "@connect-cdc/connector/client";

export { isNear, suggest } from "@connect-cdc/connector/checks";

/** A thing that is wrong in the config. */
export interface Fault {
    /** Config path, such as `kafka.brokers`. */
    path: string;
    /** The value found there. */
    value: unknown;
    /** What a right value is, or why this one is wrong. */
    rule: string;
    /** What to do. */
    remedy: string;
    /** True: shown, but nothing is refused for it. Default: false. */
    warning?: boolean;
}

/** Stands for a value that nobody may read in an error. */
export const HIDDEN = "[hidden]";

const LONGEST_VALUE = 120;

// Somebody may have put a password in the clear where it does not belong: the error must not spread it.
const sensitive = /password|passphrase|secret|credential|token|jaas|auth\.user\.info/i;
const userInfo = /(\w:\/\/)[^\s/@]+@/g;

/** One line on one fault. */
export function faultLine({ path, value, rule, remedy }: Fault): string {
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

/** Nothing and null tell nothing, and a reference names a secret without telling it. */
function isShowable(value: unknown): boolean {
    return value !== undefined && value !== null && !(typeof value === "string" && value.startsWith("${"));
}

/** The command that sets a secret. */
export function setSecret(name: string): string {
    return `set it with: pulumi config set --secret --path 'connect-cdc:secrets.${name}'`;
}

/** Values that stand in the list more than once, with the index of each repetition. */
export function repeated(list: string[]): [index: number, value: string][] {
    return [...list.entries()].filter(([index, value]) => list.indexOf(value) < index);
}
