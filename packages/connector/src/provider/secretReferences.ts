/** A reference for Connect's workers: `${provider:key}` or `${provider:path:key}` (KIP-297), anywhere in a value. */
const REFERENCE = /\$\{([^}]*?):([^}]*)\}/g;

/**
 * True when a value of the config refers to the secret: when the reference is `${provider:name}`, or ends with `:name}`. A name
 * may contain colons: `/folder:name` is the secret of that folder, `name` the secret of any folder.
 */
export function refersTo(config: Record<string, string>, name: string): boolean {
    return Object.values(config).some((value) =>
        [...value.matchAll(REFERENCE)].some(([, , source]) => source === name || source!.endsWith(`:${name}`)),
    );
}

/**
 * True when the config refers to a secret whose value has changed. A secret without a previous value counts as unchanged.
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
