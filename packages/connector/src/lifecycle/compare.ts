/** What workers and hosted services show instead of a value: `********`, `••••••••`, `[hidden]`. `*` and `**` are values. */
const MASKED = /^([*•]{3,}|\[hidden\])$/;
/** What Connect takes when a config does not say. */
const CONNECT_DEFAULTS: Record<string, string> = { "tasks.max": "1" };

/** What {@link differingKeys} cannot see in the two configs. */
export interface ComparedWith {
    /** Keys that were there right after a write that did not hold them. */
    serverKeys?: readonly string[];
    /** The config that was written last. Default: not known. */
    written?: Record<string, string>;
}

/** True for a value that a server shows instead of the one it has. */
export function isMasked(value: string): boolean {
    return MASKED.test(value);
}

/** The value of a setting. A key may be the name of something that every object has, such as `constructor`. */
export function settingOf(config: Record<string, string>, key: string): string | undefined {
    return Object.hasOwn(config, key) ? config[key] : undefined;
}

/**
 * Keys in which a connector's live config differs from the declared one: changed, removed and added ones, sorted.
 *
 * A masked value says nothing: it differs where what is declared is not what was written last, and counts as equal where
 * that is not known. Keys that the server adds by itself are no difference: those of `__internal.`, and those in
 * `serverKeys`.
 */
export function differingKeys(
    declared: Record<string, string>,
    live: Record<string, string>,
    { serverKeys = [], written }: ComparedWith = {},
): string[] {
    const changed = Object.keys(declared).filter((key) => {
        const value = settingOf(live, key) ?? settingOf(CONNECT_DEFAULTS, key);
        if (value === undefined || value === declared[key]) return value === undefined;

        return !isMasked(value) || (written !== undefined && settingOf(written, key) !== declared[key]);
    });
    const added = addedKeys(declared, live).filter(
        (key) =>
            !serverKeys.includes(key) &&
            !key.startsWith("__internal.") &&
            (!isMasked(live[key]!) || Object.hasOwn(written ?? {}, key)),
    );
    return [...changed, ...added].sort();
}

/** Keys of the live config that nobody declared, sorted. */
export function addedKeys(declared: Record<string, string>, live: Record<string, string>): string[] {
    return Object.keys(live)
        .filter((key) => !Object.hasOwn(declared, key))
        .sort();
}
