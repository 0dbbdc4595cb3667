import { DEBEZIUM_POSTGRES_CLASS } from "../../../connectors/debeziumPostgres";
import type { Format } from "../../../connectors/formats";
import { JMS_SINK_CLASS } from "../../../connectors/jmsSink";

/** What a source of the stack's database and a sink of its topic have in common. */
export interface FormatPair {
    /** Prefix of the topic, the publication and the names of both connectors. */
    prefix: string;
    /** Default: that of the workers. */
    format?: Format;
    /** The captured table, by `schema.table`. */
    table: string;
    /** Queue that the sink writes to. */
    queue: string;
    /** Transform by which the sink writes. */
    writer: "JsonWriter" | "XmlWriter";
    /** Further settings of both connectors. */
    config?: Record<string, string>;
}

/** Topic of a pair. */
export function topicOf({ prefix, table }: Pick<FormatPair, "prefix" | "table">): string {
    return `${prefix}.${table}`;
}

/** `<prefix>-source` and `<prefix>-sink`, for the stack config. Nothing of them stays when they are deleted, but topics. */
export function formatConnectors(pair: FormatPair): Record<string, object> {
    const { prefix, format, table, queue, writer, config } = pair;
    const common = { tasksMax: 1, state: "running", ...(format && { format }) };
    const source = {
        ...common,
        class: DEBEZIUM_POSTGRES_CLASS,
        tables: { [table]: {} },
        onDelete: { offsets: "reset", database: { slot: "drop", publication: "drop" } },
        config: { "topic.prefix": prefix, "publication.name": prefix, ...config },
    };
    const sink = {
        ...common,
        class: JMS_SINK_CLASS,
        onDelete: { offsets: "reset" },
        config: {
            topics: topicOf(pair),
            "jms.destination.name": queue,
            "jms.forward.kafka.metadata": true,
            transforms: "write",
            "transforms.write.type": `dev.connectcdc.transforms.${writer}`,
            ...config,
        },
    };
    return { [`${prefix}-source`]: source, [`${prefix}-sink`]: sink };
}
