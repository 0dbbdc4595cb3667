import { closest, distance } from "fastest-levenshtein";
import { isNear } from "./nearest";

/** A setting that no definition names. Connect takes such a one in silence. */
export interface UnknownKey {
    key: string;
    /** The known setting that may have been meant. */
    near?: string;
    /** True: surely a slip of the pen: all but that setting, which is not there itself. */
    slip: boolean;
}

/** Beginnings of settings that Connect hands on, of every connector. */
export const HANDED_ON_BY_CONNECT = [
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

/** Beginnings of settings that connectors hand on to something that knows them: a driver, a client, JNDI, a named part. */
export const HANDED_ON_BY_CONNECTORS = [
    "topic.",
    "database.",
    "driver.",
    "jndi.",
    "java.naming.",
    "schema.history.internal.",
    "column.",
    "signal.",
    "notification.",
    "snapshot.select.statement.overrides.",
    "internal.",
    "offset.",
    // MirrorMaker's clients of two clusters
    "source.cluster.",
    "source.consumer.",
    "source.producer.",
    "source.admin.",
    "target.cluster.",
    "target.consumer.",
    "target.producer.",
    "target.admin.",
];

/** Settings that list parts whose own settings stand below their names: Debezium's. */
const LISTS_OF_PARTS = ["converters", "post.processors"];

/**
 * Settings of a connector that it does not know by name. Those that it may hand on to something else count only when they
 * are surely a slip.
 *
 * @param config the connector's whole config.
 * @param known names of the settings that it, and Connect for it, take; none: it does not tell, and everything may be right.
 */
export function unknownKeys(config: Record<string, string>, known: string[]): UnknownKey[] {
    const parts = LISTS_OF_PARTS.flatMap((list) => (config[list] ?? "").split(",").map((name) => name.trim()));
    const isHandedOn = (key: string) =>
        [...HANDED_ON_BY_CONNECT, ...HANDED_ON_BY_CONNECTORS].some((beginning) => key.startsWith(beginning)) ||
        parts.some((part) => part !== "" && key.startsWith(`${part}.`));
    return strangers(config, known).filter(({ key, slip }) => slip || !isHandedOn(key));
}

/** Like {@link unknownKeys}, of a transform, predicate or converter, which hands nothing on. */
export function strangers(config: Record<string, string>, known: string[]): UnknownKey[] {
    if (known.length === 0) return [];
    return Object.keys(config)
        .filter((key) => !known.includes(key))
        .map((key) => {
            const near = closest(key, known);
            if (!isNear(key, near)) return { key, slip: false };
            return {
                key,
                near,
                slip: slips(key, near) <= Math.min(2, near.length / 4) && !Object.hasOwn(config, near),
            };
        });
}

/** Letters changed, left out or added; two that changed places are one slip. */
function slips(wrong: string, right: string): number {
    const letters = (text: string) => [...text].sort().join("");
    const steps = distance(wrong.toLowerCase(), right.toLowerCase());
    return letters(wrong) === letters(right) ? steps / 2 : steps;
}

/** What to do about an unknown setting. */
export function remedyOf({ near, slip }: UnknownKey): string {
    if (near === undefined) return "remove it, if it is none";
    return slip ? `did you mean ${near}? If not, set that, too, and this one passes` : `did you mean ${near}?`;
}
