import type { Finding } from "../finding";
import type { PlatformSnapshot } from "../snapshot";
import { certificateFindings } from "./certificateFindings";
import { connectFindings } from "./connectFindings";
import { kafkaFindings } from "./kafkaFindings";
import { memberFindings } from "./memberFindings";
import { databaseFindings, queueFindings } from "./storeFindings";

/** A snapshot with all its findings. */
export interface PlatformStatus {
    snapshot: PlatformSnapshot;
    /** In the order of the screen. */
    findings: Finding[];
}

/** Finds all problems in a snapshot. */
export function statusOf(snapshot: PlatformSnapshot): PlatformStatus {
    return { snapshot, findings: findingsOf(snapshot) };
}

/** All findings of a snapshot, in the order of the screen. */
export function findingsOf(snapshot: PlatformSnapshot): Finding[] {
    return [
        ...memberFindings(snapshot),
        ...kafkaFindings(snapshot),
        ...connectFindings(snapshot),
        ...databaseFindings(snapshot),
        ...queueFindings(snapshot),
        ...certificateFindings(snapshot),
    ];
}

/** How many findings have each level. */
export function countFindings(findings: Finding[]): { wrong: number; warnings: number } {
    const wrong = findings.filter(({ level }) => level === "wrong").length;
    return { wrong, warnings: findings.length - wrong };
}
