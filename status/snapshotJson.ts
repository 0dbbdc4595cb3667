import { countFindings, type PlatformStatus } from "./findings/findings";

/** The status for scripts. Every key is present: a value that is not known is null. */
export function snapshotJson({ snapshot, findings }: PlatformStatus, space?: number): string {
    const all = { ...countFindings(findings), findings, report: snapshot };
    return JSON.stringify(all, (_, value: unknown) => (value === undefined ? null : value), space);
}
