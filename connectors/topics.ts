import { isNear, javaPattern } from "@connect-cdc/connector/checks";
import { elementsOf } from "@connect-cdc/connector/postgres";
import type { Problem } from "../config/problem";

/** Valid names of topics. */
export const TOPIC_NAME = /^[a-zA-Z0-9._-]{1,249}$/;
const LONGEST_TOPIC = 249;
/** Rule and remedy of an invalid topic name. */
export const ILLEGAL_TOPIC = {
    rule: "is not a valid topic name: use at most 249 letters, digits, . _ and -",
    remedy: "correct it",
};

/** Rule and remedy of a replication factor above the number of brokers. */
export function aboveBrokersProblem(brokers: number): Pick<Problem, "rule" | "remedy"> {
    return { rule: `must be at most kafka.brokers (${brokers})`, remedy: "lower it, or add brokers" };
}

/** Rule of `errors.tolerance: all` where bad records go to no topic. A connector that is taken over keeps it. */
export function dropsRecords(
    reason: string,
    config: Record<string, string>,
    takenOver: boolean,
): Pick<Problem, "rule" | "warning"> {
    const isLogged = config["errors.log.enable"]?.toLowerCase() === "true";
    const trace = isLogged ? ", and only the worker's log names them" : " without a trace";
    return { rule: `all drops bad records${trace}: ${reason}`, warning: isLogged || takenOver };
}

/** Elements of a setting that is a comma-separated list. */
export function listOf(text: string | undefined): string[] {
    return (text ?? "")
        .split(",")
        .map((element) => element.trim())
        .filter((element) => element !== "");
}

/** The topics that a connector writes, as far as its config determines them. */
export interface MadeTopics {
    /** `topic.prefix`; undefined where nothing is known. */
    prefix?: string;
    /** Names that are known for certain. */
    names: string[];
    /** False: it may write others that do not follow from its config. */
    complete: boolean;
    /** True: it writes this topic if the database has a table for it. */
    mayMake: (topic: string) => boolean;
}

/** Transforms that leave the topic of a record alone. */
const KEEPS_TOPIC =
    /^(dev\.connectcdc\.transforms\.|org\.apache\.kafka\.connect\.transforms\.(?!RegexRouter|TimestampRouter))/;
const EVERY_TABLE = /^.+\..+$/;
const DEFAULT_NAMING = "io.debezium.schema.SchemaTopicNamingStrategy";

/**
 * Topics of a Debezium PostgreSQL source: `<topic.prefix>.<schema>.<table>`, heartbeats, transactions, messages.
 * @param config all its settings.
 */
export function debeziumTopics(config: Record<string, string>): MadeTopics {
    const prefix = config["topic.prefix"] ?? "";
    const tables = tableElements(config);
    const names = [
        ...tables.flatMap(({ literal }) => (literal === undefined ? [] : sanitized(`${prefix}.${literal}`))),
        `${config["topic.heartbeat.prefix"] ?? config["heartbeat.topics.prefix"] ?? "__debezium-heartbeat"}.${prefix}`,
        `${prefix}.${config["topic.transaction"] ?? "transaction"}`,
        `${prefix}.message`,
        ...listOf(config["notification.sink.topic.name"]),
    ];
    const known = hasDefaultNames(config) && tables.every(({ pattern }) => pattern !== undefined);
    const mayMake = (topic: string) =>
        names.includes(topic) ||
        (topic.startsWith(`${prefix}.`) &&
            // A pattern that JavaScript cannot read may match it
            tables.some(({ topics }) => topics?.test(topic.slice(prefix.length + 1)) ?? true));
    return { prefix, names, complete: known, mayMake };
}

/** True for a source whose topics have the names that Debezium gives them by default. */
function hasDefaultNames(config: Record<string, string>): boolean {
    return (
        (config["topic.delimiter"] ?? ".") === "." &&
        (config["topic.naming.strategy"] ?? DEFAULT_NAMING) === DEFAULT_NAMING &&
        listOf(config["transforms"]).every((alias) => KEEPS_TOPIC.test(config[`transforms.${alias}.type`] ?? ""))
    );
}

/** The name of a topic as Debezium changes it to be valid (`AbstractTopicNamingStrategy.sanitizedTopicName` of 3.7). */
function sanitized(topic: string): string {
    return topic.replaceAll(/[^a-zA-Z0-9._-]/g, "_").slice(0, LONGEST_TOPIC);
}

/** Two tables whose changes fall on one topic, or on two that Kafka does not have at the same time. */
export interface TopicClash {
    table: string;
    other: string;
    /** The topic of `table`. */
    topic: string;
    /** True: it is the topic of both. */
    same: boolean;
}

/**
 * Tables of a source whose topics clash.
 *
 * @param tables `schema.table` as Debezium names them.
 */
export function clashingTopics(config: Record<string, string>, tables: string[]): TopicClash[] {
    if (!hasDefaultNames(config)) return [];
    // Kafka refuses a topic whose name differs from another one's in . and _ only, because its metrics would clash
    const known = new Map<string, { table: string; topic: string }>();
    return tables.flatMap((table) => {
        const topic = sanitized(`${config["topic.prefix"]}.${table}`);
        const key = topic.replaceAll(".", "_");
        const first = known.get(key);
        known.set(key, first ?? { table, topic });
        return first ? [{ table, other: first.table, topic, same: first.topic === topic }] : [];
    });
}

/** Rule and remedy of a clash of two tables. */
export function clashProblem({ other, topic, same }: TopicClash): Omit<Problem, "path" | "value"> {
    const rule = same
        ? `has the topic ${topic}, which is the topic of ${other}, too`
        : `has the topic ${topic}, which Kafka does not create beside that of ${other}: they differ in . and _ only`;
    const remedy = "rename one of the tables, or capture it by a source with another topic.prefix";
    return { rule, remedy, warning: true };
}

/** Topics of a connector whose config does not determine them. */
export const UNKNOWN_TOPICS: MadeTopics = { names: [], complete: false, mayMake: () => false };

/** True when all names are known that a source may make: no pattern stands for others. */
export function isEnumerable({ complete }: MadeTopics, config: Record<string, string>): boolean {
    return complete && tableElements(config).every(({ literal }) => literal !== undefined);
}

interface TableElement {
    /** `schema.table`, if it is not a pattern. */
    literal?: string;
    /** Undefined when JavaScript cannot read the Java pattern. */
    pattern?: RegExp;
    /** Like `pattern`, for the part of a topic after the prefix. */
    topics?: RegExp;
}

function tableElements(config: Record<string, string>): TableElement[] {
    const tables = config["table.include.list"];
    const schemas = config["schema.include.list"];
    if (tables === undefined && schemas === undefined) return [{ pattern: EVERY_TABLE, topics: EVERY_TABLE }];
    const suffix = tables === undefined ? "\\..+" : "";
    return elementsOf(tables ?? schemas, suffix).map(({ literal, pattern, text }) => {
        return { literal: suffix === "" ? literal : undefined, pattern, topics: pattern && topicPattern(text, suffix) };
    });
}

/** A pattern of tables with `_` for what topics cannot have in their names. */
function topicPattern(text: string, suffix: string): RegExp | undefined {
    const changed = text.replaceAll(/\\[^a-zA-Z\d.-]|[^\x21-\x7e]|["'~@#%&;/]/g, "_");
    return javaPattern(changed, { ignoreCase: true, suffix });
}

/** The most similar known topic, or one of the source with the same prefix; undefined when there is neither. */
export function meantTopic(topic: string, made: MadeTopics[]): string | undefined {
    const names = made.flatMap((source) => source.names);
    const near = names.find((name) => isNear(topic, name));
    const own = made.find(({ prefix }) => prefix !== undefined && topic.startsWith(`${prefix}.`));
    return near ?? own?.names[0];
}
