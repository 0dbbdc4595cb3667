import { elementsOf, ListElement } from "@connect-cdc/connector/postgres";
import { isNear } from "../fault";

/** What Kafka takes as a topic's name. */
export const TOPIC_NAME = /^[a-zA-Z0-9._-]{1,249}$/;
/** Rule and remedy of another name. */
export const ILLEGAL_TOPIC = {
    rule: "is no name of a topic: at most 249 letters, digits, . _ and -",
    remedy: "correct it",
};

/** Elements of a setting that is a comma-separated list. */
export function listOf(text: string | undefined): string[] {
    return (text ?? "")
        .split(",")
        .map((element) => element.trim())
        .filter((element) => element !== "");
}

/** What can be known of the topics that a connector writes. */
export interface MadeTopics {
    /** `topic.prefix`; undefined where nothing is known. */
    prefix?: string;
    /** Names that are known for certain. */
    names: string[];
    /** False: it may write others that nobody can tell from its config. */
    complete: boolean;
    /** True: it writes this topic if the database has a table for it. */
    mayMake: (topic: string) => boolean;
}

/** Transforms that leave the topic of a record alone. */
const KEEPS_TOPIC =
    /^(dev\.connectcdc\.transforms\.|org\.apache\.kafka\.connect\.transforms\.(?!RegexRouter|TimestampRouter))/;
const DEFAULT_NAMING = "io.debezium.schema.SchemaTopicNamingStrategy";

/**
 * Topics of a Debezium PostgreSQL source: `<topic.prefix>.<schema>.<table>`, heartbeats, transactions, messages.
 * @param config all its settings.
 */
export function debeziumTopics(config: Record<string, string>): MadeTopics {
    const prefix = config["topic.prefix"] ?? "";
    const tables = tableElements(config);
    const delimiter = config["topic.delimiter"] ?? ".";
    const names = [
        ...tables.filter(({ literal }) => literal !== undefined).map(({ literal }) => `${prefix}.${literal}`),
        `${config["topic.heartbeat.prefix"] ?? config["heartbeat.topics.prefix"] ?? "__debezium-heartbeat"}.${prefix}`,
        `${prefix}.${config["topic.transaction"] ?? "transaction"}`,
        `${prefix}.message`,
        ...listOf(config["notification.sink.topic.name"]),
    ];
    const known =
        delimiter === "." &&
        (config["topic.naming.strategy"] ?? DEFAULT_NAMING) === DEFAULT_NAMING &&
        tables.every(({ pattern }) => pattern !== undefined) &&
        listOf(config["transforms"]).every((alias) => KEEPS_TOPIC.test(config[`transforms.${alias}.type`] ?? ""));
    const mayMake = (topic: string) =>
        names.includes(topic) ||
        (topic.startsWith(`${prefix}.`) &&
            tables.some(({ pattern }) => pattern?.test(topic.slice(prefix.length + 1)) ?? false));
    return { prefix, names, complete: known, mayMake };
}

/** A connector whose topics nobody can tell. */
export const UNKNOWN_TOPICS: MadeTopics = { names: [], complete: false, mayMake: () => false };

/** True when all names are known that a source may make: no pattern stands for others. */
export function isEnumerable({ complete }: MadeTopics, config: Record<string, string>): boolean {
    return complete && tableElements(config).every(({ literal }) => literal !== undefined);
}

function tableElements(config: Record<string, string>): Pick<ListElement, "literal" | "pattern">[] {
    const tables = config["table.include.list"];
    if (tables !== undefined) return elementsOf(tables);
    const schemas = config["schema.include.list"];
    if (schemas !== undefined) return elementsOf(schemas, "\\..+").map(({ pattern }) => ({ pattern }));
    return [{ pattern: /^.+\..+$/ }];
}

/** The known name that is meant when no source makes this topic; undefined when it may come from elsewhere. */
export function meantTopic(topic: string, made: MadeTopics[]): string | undefined {
    const names = made.flatMap((source) => source.names);
    const near = names.find((name) => isNear(topic, name));
    const own = made.find(({ prefix }) => prefix !== undefined && topic.startsWith(`${prefix}.`));
    return near ?? own?.names[0];
}
