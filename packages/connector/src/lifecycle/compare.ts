/** Replacements of a value by workers and hosted services: `********`, `••••••••`, `[hidden]`. `*` and `**` are values. */
const MASKED = /^([*•]{3,}|\[hidden\])$/;
/** Connect's defaults. */
const CONNECT_DEFAULTS: Record<string, string> = { "tasks.max": "1" };

/** What {@link differingKeys} cannot see in the two configs. */
export interface ComparedWith {
    /** Keys that existed right after a write without them. */
    serverKeys?: readonly string[];
    /** The config of the last write. Default: not known. */
    written?: Record<string, string>;
}

/** True for a value that a server shows instead of the real one. */
export function isMasked(value: string): boolean {
    return MASKED.test(value);
}

/** The value of a setting. A key may be the name of a property of every object, such as `constructor`. */
export function settingOf(config: Record<string, string>, key: string): string | undefined {
    return Object.hasOwn(config, key) ? config[key] : undefined;
}

/**
 * Keys in which a connector's live config differs from the declared one: changed, removed and added ones, sorted.
 *
 * A masked value differs when the declared value is not that of the last write; if the last write is not known, it counts as
 * equal. Keys that the server adds are ignored: those of `__internal.`, and those in `serverKeys`.
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

/** Keys of the live config that are not declared, sorted. */
export function addedKeys(declared: Record<string, string>, live: Record<string, string>): string[] {
    return Object.keys(live)
        .filter((key) => !Object.hasOwn(declared, key))
        .sort();
}
