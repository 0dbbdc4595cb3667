import { closest, distance } from "fastest-levenshtein";
import { isNear } from "./nearest";

/** A setting without a definition. Connect ignores it without a message. */
export interface UnknownKey {
    key: string;
    /** The similar known setting. */
    near?: string;
    /** True: certainly a typo: very similar to `near`, which is not set itself. */
    isTypo: boolean;
}

/** Prefixes of settings that Connect passes on, for every connector. */
export const PREFIXES_OF_CONNECT = [
    "key.converter.",
    "value.converter.",
    "header.converter.",
    "transforms.",
    "predicates.",
    "consumer.override.",
    "producer.override.",
    "admin.override.",
    "topic.creation.",
];

/** Prefixes of settings that connectors pass on: to a driver, a client, JNDI, a named part. */
export const PREFIXES_OF_CONNECTORS = [
    "topic.",
    "database.",
    "driver.",
    "jndi.",
    "java.naming.",
    "connectionFactory.",
    "connectionfactory.",
    "queue.",
    "Solace_JMS_",
    "com.tibco.tibjms.",
    "db_url",
    "jms.connection.factory.property.",
    "schema.history.internal.",
    "column.",
    "signal.",
    "notification.",
    "snapshot.select.statement.overrides.",
    "internal.",
    "offset.",
    // MirrorMaker's clients of its two clusters
    "source.cluster.",
    "source.consumer.",
    "source.producer.",
    "source.admin.",
    "target.cluster.",
    "target.consumer.",
    "target.producer.",
    "target.admin.",
];

/** Settings that list parts, whose settings have the part's name as prefix: Debezium's. */
const LISTS_OF_PARTS = ["converters", "post.processors"];

/**
 * Settings of a connector without a definition. Settings that it may pass on count only if they are certainly typos.
 *
 * @param config the connector's whole config.
 * @param known names of the defined settings; none: the connector does not define its settings, and every setting may be valid.
 */
export function unknownKeys(config: Record<string, string>, known: string[]): UnknownKey[] {
    const parts = LISTS_OF_PARTS.flatMap((list) => (config[list] ?? "").split(",").map((name) => name.trim()));
    const isPassedOn = (key: string) =>
        [...PREFIXES_OF_CONNECT, ...PREFIXES_OF_CONNECTORS].some((prefix) => key.startsWith(prefix)) ||
        parts.some((part) => part !== "" && key.startsWith(`${part}.`));
    return unknownComponentKeys(config, known).filter(({ key, isTypo }) => isTypo || !isPassedOn(key));
}

/** Like {@link unknownKeys}, for a transform, predicate or converter, which passes nothing on. */
export function unknownComponentKeys(config: Record<string, string>, known: string[]): UnknownKey[] {
    if (known.length === 0) return [];
    return Object.keys(config)
        .filter((key) => !known.includes(key))
        .map((key) => {
            const near = closest(key, known);
            if (!isNear(key, near)) return { key, isTypo: false };
            return {
                key,
                near,
                isTypo: typos(key, near) <= Math.min(2, near.length / 4) && !Object.hasOwn(config, near),
            };
        });
}

/** Letters changed, left out or added; two swapped letters are one typo. */
function typos(given: string, known: string): number {
    const letters = (text: string) => [...text].sort().join("");
    const steps = distance(given.toLowerCase(), known.toLowerCase());
    return letters(given) === letters(known) ? steps / 2 : steps;
}

/** The remedy for an unknown setting. */
export function remedyOf({ near, isTypo }: UnknownKey): string {
    if (near === undefined) return "remove it unless a plugin reads it";
    return isTypo ? `did you mean ${near}? If not, set ${near}, too` : `did you mean ${near}?`;
}
