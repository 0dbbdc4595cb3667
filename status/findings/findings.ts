import type { PlatformReport } from "../platformReport";
import { connectFindings } from "./connectFindings";
import { kafkaFindings } from "./kafkaFindings";
import { memberFindings } from "./memberFindings";
import { databaseFindings, queueFindings } from "./storeFindings";

/** One thing of the platform that somebody should know of. */
export interface Finding {
    /**
     * Stays the same while the thing lasts, and is there once at most: `engine:<host>`, `member:<name>`, `container:<name>`,
     * `zookeeper:leader`, `registration:<broker>`, `view:<broker>`, `kafka:controller`, `kafka:replicas`, `topic:<name>`,
     * `replication:<topic>`, `plugins:<worker>`, `cluster:<worker>`, `connectors`, `connector:<name>`,
     * `task:<connector>/<number>`, `unmanaged:<connector>`, `slot:<name>`, `wal:<slot>`, `capture:<connector>/<kind>`, `queue:<name>`.
     */
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
export function findings(report: PlatformReport): Finding[] {
    return [
        ...memberFindings(report),
        ...kafkaFindings(report),
        ...connectFindings(report),
        ...databaseFindings(report),
        ...queueFindings(report),
    ];
}
