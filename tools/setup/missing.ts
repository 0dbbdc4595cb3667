/** A program that must be installed before the stack or the tests can run. */
export interface Missing {
    /** Its name and its purpose. */
    what: string;
    /** Its Debian packages; empty when an installation does not help. Of alternatives (`a|b`), the first available one. */
    debianPackages: string[];
    /** The remedy where the packages cannot be installed. */
    remedy: string;
}

/** One report of all missing programs. */
export function describeMissing(missing: Missing[], reason: string): string {
    const lines = missing.map(({ what, remedy }) => `  - ${what}\n    ${remedy}`);
    return [`Missing on this machine (${reason}):`, ...lines, "Then run the same command again."].join("\n");
}
