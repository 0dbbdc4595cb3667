/** Something that has to be installed before the stack or the tests can run. */
export interface Missing {
    /** What is missing, and what for: the beginning of a sentence. */
    what: string;
    /** The Debian packages that give it, none when an installation does not help; of alternatives (`a|b`) the first that the machine's sources know. */
    debianPackages: string[];
    /** What somebody who is not root on Debian or Ubuntu has to do. */
    remedy: string;
}

/** One report for everything that is missing, so that nobody has to find out piece by piece. */
export function describeMissing(missing: Missing[], reason: string): string {
    const lines = missing.map(({ what, remedy }) => `  - ${what}\n    ${remedy}`);
    return [`Missing on this machine (${reason}):`, ...lines, "Then run the same command again."].join("\n");
}
