import type { Abilities } from "../client/version";

/** Names that no connector can be created with, or that a worker cannot be asked for: 2.8.2, 3.9.2 and 4.3.1, leader and follower. */
const NEVER: [name: RegExp, why: string][] = [
    [/^\.\.?$/, "a URL leaves it out of its path"],
    [/^[\0- ]|[\0- ]$/, "Connect cuts off the blank at its end, and then refuses it"],
    [/\p{Cc}/u, "Connect refuses control characters"],
    [
        /[;{}/]|%[0-9a-f]{2}/i,
        "; { } / and % before two hex digits do not pass from worker to worker: the leader gets the name of another connector, or an error",
    ],
];
const STRICT_PATHS: [name: RegExp, why: string] = [/[%\\]/, "workers from 4.0 on answer % and \\ in a URL with 400"];

/** True when it hangs on the workers' version whether they serve this name. */
export function hangsOnVersion(name: string): boolean {
    return STRICT_PATHS[0].test(name);
}

/**
 * Why no connector can be created with this name; undefined when workers serve it.
 *
 * @param abilities what the workers can do; without it names that only some versions serve pass.
 */
export function nameRefusal(name: string, abilities?: Abilities): string | undefined {
    const rules = abilities?.strictPaths ? [...NEVER, STRICT_PATHS] : NEVER;
    return rules.find(([pattern]) => pattern.test(name))?.[1];
}

/** The same as a message on the argument `name`. */
export function nameFault(name: string, abilities?: Abilities): string | undefined {
    const why = nameRefusal(name, abilities);
    return why && `name is ${JSON.stringify(name)}: ${why}; choose another name`;
}
