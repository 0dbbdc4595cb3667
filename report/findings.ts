import type { PlatformReport } from "../probes/platformReport";

/** One thing of the platform that somebody should know of. */
export interface Finding {
    /** Stays the same while the thing lasts: `member:kafka-1`, `task:dbz-source/0`, `slot:dbz_source`. */
    key: string;
    /** wrong: rows are lost, late or at risk. warning: worth a look; the exit code stays 0. */
    level: "wrong" | "warning";
    /** What it is about, as the screen names it: `kafka-1`, `dbz-source/0`, `queue CustomersJSON`. */
    subject: string;
    /** One line: what was found, and the first cause where there is one. */
    text: string;
    /** One line: what to do. */
    remedy: string;
}

/** Everything that is wrong or worth a look, in the order of the screen. */
export function findings(_report: PlatformReport): Finding[] {
    return [];
}
