/** What Connect's workers take for a reference: `${provider:key}` or `${provider:path:key}` (KIP-297), anywhere in a value. */
const REFERENCE = /\$\{([^}]*?):([^}]*)\}/g;

/**
 * True when a value of the config refers to the secret of that name: when the reference is `${provider:name}`, or ends
 * with `:name}`. A name may hold colons: `/folder:name` is the one of that folder, `name` the one of any.
 */
export function refersTo(config: Record<string, string>, name: string): boolean {
    return Object.values(config).some((value) =>
        [...value.matchAll(REFERENCE)].some(([, , source]) => source === name || source!.endsWith(`:${name}`)),
    );
}

/**
 * True when the config refers to a secret that has another value now. One whose value was not known before counts as it was:
 * nobody can tell.
 */
export function usesChangedSecret(
    config: Record<string, string>,
    before: Record<string, string>,
    now: Record<string, string>,
): boolean {
    return Object.entries(now).some(
        ([name, value]) => Object.hasOwn(before, name) && before[name] !== value && refersTo(config, name),
    );
}
