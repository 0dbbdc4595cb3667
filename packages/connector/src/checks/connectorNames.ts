import type { Abilities } from "../client/version";

/** Names that a worker refuses or cannot find: in 2.8.2, 3.9.2 and 4.3.1, on leader and follower. */
const NEVER: [name: RegExp, why: string][] = [
    [/^\.\.?$/, "a URL drops it from its path"],
    [/^[\0- ]|[\0- ]$/, "Connect cuts off the space at its begin or end, and then refuses the name"],
    [/\p{Cc}/u, "Connect refuses control characters"],
    [
        /[;{}/]|%[0-9a-f]{2}/i,
        "; { } / and % before two hex digits are lost between workers: the leader receives another name, or an error",
    ],
];
const STRICT_PATHS: [name: RegExp, why: string] = [/[%\\]/, "workers from 4.0 on answer % and \\ in a URL with 400"];

/** True when only some versions of the workers accept this name. */
export function dependsOnVersion(name: string): boolean {
    return STRICT_PATHS[0].test(name);
}

/**
 * The reason why no connector can have this name; undefined for a valid name.
 *
 * @param abilities abilities of the workers. Default: names that only some versions accept are valid.
 */
export function nameRefusal(name: string, abilities?: Abilities): string | undefined {
    const rules = abilities?.strictPaths ? [...NEVER, STRICT_PATHS] : NEVER;
    return rules.find(([pattern]) => pattern.test(name))?.[1];
}

/** The same as a message about the argument `name`. */
export function nameProblem(name: string, abilities?: Abilities): string | undefined {
    const why = nameRefusal(name, abilities);
    return why && `name is ${JSON.stringify(name)}: ${why}; choose another name`;
}
