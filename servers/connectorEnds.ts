import { captureSettings } from "@connect-cdc/connector/postgres";

/** What a connector reads and writes, by its config. */
export interface ConnectorEnds {
    /** Topics that a sink reads. Empty for sources, and for sinks with `topics.regex`. */
    topics: string[];
    /** `topic.prefix` of a Debezium source: its topics are named `<prefix>.<schema>.<table>`. undefined: another connector. */
    topicPrefix?: string;
    /** Replication slot of a Debezium Postgres source. undefined: another connector. */
    slot?: string;
    /** Settings that select the captured tables of a Debezium Postgres source. undefined: another connector. */
    capture?: Record<string, string>;
    /** Queue that a JMS sink sends to. undefined: another connector. */
    queue?: string;
}

export function endsOf(config: Record<string, string>): ConnectorEnds {
    const className = config["connector.class"] ?? "";
    const isDebezium = className.startsWith("io.debezium.connector.");
    const isPostgres = isDebezium && className.includes(".postgresql.");
    return {
        topics: (config.topics ?? "").split(/\s*,\s*/).filter((topic) => topic !== ""),
        topicPrefix: isDebezium ? config["topic.prefix"] : undefined,
        // Debezium's own default
        slot: isPostgres ? (config["slot.name"] ?? "debezium") : undefined,
        capture: isPostgres ? captureSettings(config) : undefined,
        queue: config["jms.destination.type"] === "topic" ? undefined : config["jms.destination.name"],
    };
}
