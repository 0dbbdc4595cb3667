import { captureSettings } from "@connect-cdc/connector/postgres";

/** What a connector reads and writes, by its config. */
export interface ConnectorEnds {
    /** Topics that a sink reads. Empty for sources, and for sinks with `topics.regex` until the cluster's topics are known. */
    topics: string[];
    /** Java pattern of the topics that a sink reads. undefined: a source, or a sink with a list. */
    topicsRegex?: string;
    /** `topic.prefix` of a Debezium source: its topics are named `<prefix>.<schema>.<table>`. undefined: another connector. */
    topicPrefix?: string;
    /** Replication slot of a Debezium Postgres source. undefined: another connector. */
    slot?: string;
    /** True: heartbeats of a Debezium Postgres source write to its database, so that its slot advances. undefined: another connector. */
    heartbeat?: boolean;
    /** Settings that select the captured tables of a Debezium Postgres source. undefined: another connector. */
    capture?: Record<string, string>;
    /** Queue that a JMS sink sends to. undefined: another connector, or records choose among several. */
    queue?: string;
}

/** @param type source or sink, as Connect reports it: the topics in a source's config are not ones that it reads. */
export function endsOf(config: Record<string, string>, type?: string): ConnectorEnds {
    const className = config["connector.class"] ?? "";
    const isDebezium = className.startsWith("io.debezium.connector.");
    const isPostgres = isDebezium && className.includes(".postgresql.");
    return {
        topics: type === "source" ? [] : (config.topics ?? "").split(/\s*,\s*/).filter((topic) => topic !== ""),
        topicsRegex: type === "source" ? undefined : config["topics.regex"] || undefined,
        topicPrefix: isDebezium ? config["topic.prefix"] : undefined,
        // Debezium's own default
        slot: isPostgres ? (config["slot.name"] ?? "debezium") : undefined,
        heartbeat: isPostgres ? writesHeartbeats(config) : undefined,
        capture: isPostgres ? captureSettings(config) : undefined,
        queue: config["jms.destination.type"] === "topic" ? undefined : queueName(config["jms.destination.name"]),
    };
}

/** The queue of a destination: `queue`, `address::queue`, or `dynamicQueues/queue`. */
function queueName(destination: string | undefined): string | undefined {
    if (destination?.includes("${")) return undefined;
    return destination
        ?.replace(/^dynamicQueues\//, "")
        .split("::")
        .at(-1);
}

function writesHeartbeats(config: Record<string, string>): boolean {
    return Boolean(config["heartbeat.action.query"]) && Number(config["heartbeat.interval.ms"]) > 0;
}
