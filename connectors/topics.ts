import { isNear } from "@connect-cdc/connector/checks";
import { elementsOf, type ListElement } from "@connect-cdc/connector/postgres";
import type { Problem } from "../config/problem";

/** Valid names of topics. */
export const TOPIC_NAME = /^[a-zA-Z0-9._-]{1,249}$/;
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
            // A pattern that JavaScript cannot read may match it
            tables.some(({ pattern }) => pattern?.test(topic.slice(prefix.length + 1)) ?? true));
    return { prefix, names, complete: known, mayMake };
}

/** Topics of a connector whose config does not determine them. */
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

/** The most similar known topic, or one of the source with the same prefix; undefined when there is neither. */
export function meantTopic(topic: string, made: MadeTopics[]): string | undefined {
    const names = made.flatMap((source) => source.names);
    const near = names.find((name) => isNear(topic, name));
    const own = made.find(({ prefix }) => prefix !== undefined && topic.startsWith(`${prefix}.`));
    return near ?? own?.names[0];
}
