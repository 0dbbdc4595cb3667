/** What workers and hosted services show instead of a value: `********`, `••••••••`, `[hidden]`. */
const MASKED = /^([*•]+|\[hidden\])$/;
/** What Connect takes when a config does not say. */
const CONNECT_DEFAULTS: Record<string, string> = { "tasks.max": "1" };

/** True for a value that a server shows instead of the one it has. */
export function isMasked(value: string): boolean {
    return MASKED.test(value);
}

/**
 * Keys in which a connector's live config differs from the declared one: changed, removed and added ones, sorted.
 *
 * A masked value says nothing and counts as equal. Keys that the server adds by itself are no difference: those of
 * `__internal.`, and those in `serverKeys`.
 *
 * @param serverKeys keys that were there right after a write that did not hold them.
 */
export function differingKeys(
    declared: Record<string, string>,
    live: Record<string, string>,
    serverKeys: readonly string[] = [],
): string[] {
    const changed = Object.keys(declared).filter((key) => differs(declared[key]!, live[key] ?? CONNECT_DEFAULTS[key]));
    const added = addedKeys(declared, live).filter(
        (key) => !serverKeys.includes(key) && !key.startsWith("__internal.") && !isMasked(live[key]!),
    );
    return [...changed, ...added].sort();
}

/** Keys of the live config that nobody declared, sorted. */
export function addedKeys(declared: Record<string, string>, live: Record<string, string>): string[] {
    return Object.keys(live)
        .filter((key) => !Object.hasOwn(declared, key))
        .sort();
}

function differs(declared: string, live: string | undefined): boolean {
    return live === undefined || (live !== declared && !isMasked(live));
}
