/** Something in a snapshot that needs attention. */
export interface Finding {
    /**
     * Stays the same while the finding lasts, and is unique in a snapshot: `engine:<host>`, `member:<name>`,
     * `container:<name>`, `zookeeper:leader`, `registration:<broker>`, `view:<broker>`, `kafka:controller`,
     * `kafka:replicas`, `topic:<name>`, `replication:<topic>`, `plugins:<worker>`, `cluster:<worker>`, `connectors`,
     * `connector:<name>`, `task:<connector>/<number>`, `unmanaged:<connector>`, `retention:<connector>/<kind>`,
     * `slot:<name>`, `wal:<slot>`, `capture:<connector>/<kind>`, `queue:<name>`,
     * `certificate:<member>`.
     */
    key: string;
    /** wrong: rows are lost, late or at risk. warning: needs attention, but the exit code stays 0. */
    level: "wrong" | "warning";
    /** The part of the platform, by its name on the screen: `kafka-1`, `dbz-source/0`, `queue CustomersJSON`. */
    subject: string;
    /** One line: the problem, with its first cause where one is known. */
    text: string;
    /** One line: what to do. */
    remedy: string;
}

/** The part of a finding that depends on the problem, not on the subject. */
export type Problem = Pick<Finding, "level" | "text" | "remedy">;
