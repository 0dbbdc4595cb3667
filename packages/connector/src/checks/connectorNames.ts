import type { Abilities } from "../client/version";

/** Names that no connector can be created with, or that a worker cannot be asked for: 2.8.2, 3.9.2 and 4.3.1, leader and follower. */
const NEVER: [name: RegExp, why: string][] = [
    [/^\.\.?$/, "which a URL leaves out of its path"],
    [/^[\0- ]|[\0- ]$/, "with a blank at an end, which Connect cuts off and then refuses"],
    [/\p{Cc}/u, "with a control character, which Connect refuses"],
    [
        /[;{}/]|%[0-9a-f]{2}/i,
        "and ; { } / and % before two hex digits do not pass from worker to worker: the leader gets the name of another connector, or an error",
    ],
];
const STRICT_PATHS: [name: RegExp, why: string] = [
    /[%\\]/,
    "and workers from 4.0 on answer % and \\ in a URL with 400",
];

/** True when it hangs on the workers' version whether they serve this name. */
export function hangsOnVersion(name: string): boolean {
    return STRICT_PATHS[0].test(name);
}

/**
 * What is wrong with the name of a connector that is to be created; undefined when workers serve it.
 *
 * @param abilities what the workers can do; without it names that only some versions serve pass.
 */
export function nameFault(name: string, abilities?: Abilities): string | undefined {
    const rules = abilities?.strictPaths ? [...NEVER, STRICT_PATHS] : NEVER;
    const broken = rules.find(([pattern]) => pattern.test(name));
    return broken && `name is ${JSON.stringify(name)}, ${broken[1]}; choose another name`;
}
