import type { Finding } from "./findings/findings";
import type { PlatformReport } from "./platformReport";

/** A look for scripts. Every key is always there: what is not known is null. */
export function reportJson(report: PlatformReport, found: Finding[], space?: number): string {
    const wrong = found.filter(({ level }) => level === "wrong").length;
    const all = { wrong, warnings: found.length - wrong, findings: found, report };
    return JSON.stringify(all, (_, value: unknown) => (value === undefined ? null : value), space);
}
