import { hasReference, javaPattern, suggest } from "@connect-cdc/connector/checks";
import { isPostgresSource } from "@connect-cdc/connector/postgres";
import type { Problem } from "../config/problem";
import { type CompletedConnector, isTakenOver } from "./completeConnector";
import { JSON_CONVERTER, writesKeysAsText } from "./debeziumPostgres";
import { converterOf, type EndpointSettings } from "./endpoints";
import { usesRegistry } from "./formats";
import { FACTORY_CLASS, isJmsSink } from "./jmsSink";
import { hasVariable, jmsSinkProblems } from "./jmsSinkProblems";
import {
    aboveBrokersProblem,
    debeziumTopics,
    dropsRecords,
    ILLEGAL_TOPIC,
    isEnumerable,
    listOf,
    type MadeTopics,
    meantTopic,
    TOPIC_NAME,
    UNKNOWN_TOPICS,
} from "./topics";

const DEAD_LETTER_TOPIC = "errors.deadletterqueue.topic.name";
const DEAD_LETTER_COPIES = "errors.deadletterqueue.topic.replication.factor";
const FORWARDS_HEADERS = "jms.forward.kafka.headers";
/** Transforms that write rows as text. */
const WRITER = /^(dev\.connectcdc\.transforms\.)?(Json|Xml)Writer$/;
const PLACEHOLDER = "unavailable.value.placeholder";
/** Debezium's default, and the writers'. */
const DEFAULT_PLACEHOLDER = "__debezium_unavailable_value";
/** Connect's own default. */
const DEFAULT_DEAD_LETTER_COPIES = 3;

interface Source {
    name: string;
    config: Record<string, string>;
    topics: MadeTopics;
}

/** Parts of the stack config that the rules of sinks depend on. */
interface SinkSettings extends Pick<EndpointSettings, "kafka" | "connect"> {
    jmsBroker?: { managed: boolean; queues: string[]; topics: string[] };
    /** False: a connector is malformed, so that the set of topics is not known. */
    topicsKnown: boolean;
}

/** What the rules of a sink need of the platform. */
interface Surroundings {
    /** Sources, and what each writes; undefined where that is not known. */
    made?: Source[];
    /** Topics that sinks write bad records to. */
    deadLetters: string[];
    platform: SinkSettings;
}

/**
 * Rules on sinks.
 *
 * @param typeOf type of a class by its plugin: source or sink.
 */
export function sinkProblems(
    config: SinkSettings,
    connectors: CompletedConnector[],
    typeOf: (connectorClass: string) => string | undefined,
): Problem[] {
    const isSink = ({ entry }: CompletedConnector) => typeOf(entry.class) === "sink";
    const others = connectors.filter((connector) => !isSink(connector));
    const made = others.map(({ name, entry, config }) => {
        return { name, config, topics: isPostgresSource(entry.class) ? debeziumTopics(config) : UNKNOWN_TOPICS };
    });
    const deadLetters = connectors.flatMap(({ config }) => listOf(config[DEAD_LETTER_TOPIC]));
    const around = { made: config.topicsKnown ? made : undefined, deadLetters, platform: config };
    return connectors.filter(isSink).flatMap((sink) => problemsOf(sink, around));
}

function problemsOf(sink: CompletedConnector, around: Surroundings): Problem[] {
    return [
        ...choiceProblems(sink),
        ...topicProblems(sink, around),
        ...regexProblems(sink, around),
        ...toleranceProblems(sink, around.platform.kafka.brokers),
        ...jmsProblems(sink, around.platform.jmsBroker),
        ...deleteProblems(sink, around),
        ...placeholderProblems(sink, around),
        ...converterProblems(sink, around),
    ];
}

function pathOf({ name }: CompletedConnector, key: string): string {
    return `connectors.${name}.config.${key}`;
}

function choiceProblems(sink: CompletedConnector): Problem[] {
    const { topics, "topics.regex": regex } = sink.config;
    if (topics !== undefined && regex !== undefined) {
        const rule = "cannot be combined with topics";
        return [{ path: pathOf(sink, "topics.regex"), value: regex, rule, remedy: "keep one of the two" }];
    }
    if (listOf(topics).length > 0 || (regex ?? "") !== "") return [];
    const remedy = "set topics, or topics.regex";
    return [{ path: pathOf(sink, "topics"), value: topics, rule: "is missing: a sink must read something", remedy }];
}

function topicProblems(sink: CompletedConnector, { made, deadLetters }: Surroundings): Problem[] {
    const path = pathOf(sink, "topics");
    const topics = listOf(sink.config["topics"]);
    const repeated = topics.filter((topic, i) => topics.indexOf(topic) < i);
    const illegal = topics.filter((topic) => !TOPIC_NAME.test(topic));
    const strange = topics.filter(
        (topic) =>
            TOPIC_NAME.test(topic) && !deadLetters.includes(topic) && !made?.some((one) => one.topics.mayMake(topic)),
    );
    return [
        ...repeated.map((topic) => ({
            path,
            value: topic,
            rule: "is in the list twice",
            remedy: "remove one of the two",
        })),
        ...illegal.map((topic) => ({ path, value: topic, ...ILLEGAL_TOPIC })),
        ...(made === undefined ? [] : strange.map((topic) => strangeTopic(path, topic, made))),
    ];
}

/** A topic that no source is known to make is wrong for certain only where it looks like one of theirs. */
function strangeTopic(path: string, topic: string, made: NonNullable<Surroundings["made"]>): Problem {
    const sources = made.map(({ topics }) => topics);
    const meant = meantTopic(topic, sources);
    if (meant !== undefined && sources.every(({ complete }) => complete)) {
        const remedy = `did you mean ${meant}? If not, add its table to database.tables`;
        return { path, value: topic, rule: "is a topic that no source makes", remedy };
    }
    const rule = "is a topic that no source of this stack is known to make";
    return {
        path,
        value: topic,
        rule,
        remedy: "check its name; ignore this if another program writes it",
        warning: true,
    };
}

function regexProblems(sink: CompletedConnector, { made, deadLetters }: Surroundings): Problem[] {
    const regex = sink.config["topics.regex"];
    const pattern = regex === undefined ? undefined : javaPattern(regex);
    if (!regex || !pattern || !made || made.length === 0) return [];
    if (!made.every(({ config, topics }) => isEnumerable(topics, config))) return [];
    const names = [...made.flatMap(({ topics }) => topics.names), ...deadLetters];
    if (names.some((name) => pattern.test(name))) return [];
    const certain = made.some(({ topics }) => regex.replaceAll("\\", "").includes(topics.prefix ?? regex));
    const remedy = `they are: ${names.join(", ")}`;
    const rule = "matches no topic that a source makes";
    return [{ path: pathOf(sink, "topics.regex"), value: regex, rule, remedy, warning: !certain }];
}

function toleranceProblems(sink: CompletedConnector, brokers: number | undefined): Problem[] {
    const { config } = sink;
    if (config[DEAD_LETTER_TOPIC] === undefined) {
        if (config["errors.tolerance"] !== "all") return [];
        const drops = dropsRecords("there is no dead letter topic", config, isTakenOver(sink.entry));
        const remedy = `set ${DEAD_LETTER_TOPIC}, or set this to none`;
        return [{ path: pathOf(sink, "errors.tolerance"), value: "all", ...drops, remedy }];
    }
    const copies = Number(config[DEAD_LETTER_COPIES] ?? DEFAULT_DEAD_LETTER_COPIES);
    if (brokers === undefined || copies <= brokers) return [];
    const value = config[DEAD_LETTER_COPIES];
    const { rule, remedy } = aboveBrokersProblem(brokers);
    const defaultNote = value === undefined ? `, and its default is ${DEFAULT_DEAD_LETTER_COPIES}` : "";
    return [{ path: pathOf(sink, DEAD_LETTER_COPIES), value, rule: rule + defaultNote, remedy }];
}

function jmsProblems(sink: CompletedConnector, jmsBroker: SinkSettings["jmsBroker"]): Problem[] {
    const { entry, config } = sink;
    if (!isJmsSink(entry.class)) return [];
    const isElsewhere = ["java.naming.provider.url", FACTORY_CLASS].some((key) => key in entry.config);
    if (!jmsBroker?.managed || isElsewhere) return jmsSinkProblems(sink, undefined);
    const names = destinationNames(config).flatMap((name) => destinationProblems(sink, name, jmsBroker));
    return [...names, ...jmsSinkProblems(sink, jmsBroker.queues)];
}

/** Names of destinations as far as the config alone tells them: `${topic}` is a topic unless a transform changes it. */
function destinationNames(config: Record<string, string>): string[] {
    const name = config["jms.destination.name"];
    if (name === undefined || hasReference(name)) return [];
    if (!hasVariable(name)) return [name];
    const isTold = listOf(config["transforms"]).length === writers(config).length;
    const names = isTold ? listOf(config["topics"]).map((topic) => name.replaceAll("${topic}", topic)) : [];
    return names.filter((one) => !hasVariable(one));
}

/** The stack's own broker has only the declared queues and topics. */
function destinationProblems(
    sink: CompletedConnector,
    value: string,
    jmsBroker: NonNullable<SinkSettings["jmsBroker"]>,
): Problem[] {
    const { config } = sink;
    const { queues, topics } = jmsBroker;
    const key = { queue: "queues", topic: "topics" } as const;
    const type = config["jms.destination.type"];
    if (type !== "queue" && type !== "topic") return [];
    const { address, queue } = destinationOf(config, value, type);
    // A queue at the address of a topic is a subscription, which a subscriber makes; Artemis sends to it as to a topic only
    if (type === "queue" ? queues.includes(address) && queue === address : topics.includes(address)) return [];
    const other = type === "queue" ? "topic" : "queue";
    const declared = jmsBroker[key[type]];
    const nearest = declared.length === 0 ? "" : `; ${suggest(address, declared)}`;
    const remedy = jmsBroker[key[other]].includes(address)
        ? `set jms.destination.type: ${other}, or another name`
        : `add it to jmsBroker.${key[type]}${nearest}`;
    return [{ path: pathOf(sink, "jms.destination.name"), value, rule: `is not in jmsBroker.${key[type]}`, remedy }];
}

/** Address and queue of a destination: by a JNDI name of Artemis' context, or by the broker's name, `address::queue`. */
function destinationOf(config: Record<string, string>, name: string, type: string): { address: string; queue: string } {
    const own = config[`${type}.${name}`] ?? name.replace(/^dynamic(Queues|Topics)\//, "");
    const [address = own, queue = address] = own.split("::");
    return { address, queue };
}

/** Settings by which a writer emits deletes. */
function emittingSettings(config: Record<string, string>): string[] {
    return writers(config)
        .map((alias) => `transforms.${alias}.delete.handling`)
        .filter((setting) => config[setting] === "emit");
}

/** Names of the transforms that write rows as text. */
function writers(config: Record<string, string>): string[] {
    return listOf(config["transforms"]).filter((alias) => WRITER.test(config[`transforms.${alias}.type`] ?? ""));
}

/** The sources whose topics a sink reads. */
function sourcesOf({ config }: CompletedConnector, made: Source[]): Source[] {
    const pattern = javaPattern(config["topics.regex"] ?? "");
    return made.filter(
        ({ topics }) =>
            listOf(config["topics"]).some((topic) => topics.mayMake(topic)) ||
            topics.names.some((topic) => pattern?.test(topic)),
    );
}

/** A writer recognises values that an event does not contain by the placeholder of their source. */
function placeholderProblems(sink: CompletedConnector, { made = [] }: Surroundings): Problem[] {
    const { config } = sink;
    const isOther = (source: Source, key: string) =>
        (config[key] ?? DEFAULT_PLACEHOLDER) !== (source.config[PLACEHOLDER] ?? DEFAULT_PLACEHOLDER);
    return sourcesOf(sink, made).flatMap((source) =>
        writers(config)
            .map((alias) => `transforms.${alias}.${PLACEHOLDER}`)
            .filter((key) => isOther(source, key))
            .map((key) => ({
                path: pathOf(sink, key),
                value: config[key],
                rule: `differs from unavailable.value.placeholder of ${source.name}, so that the placeholder would be sent as a value`,
                remedy: `set it to ${source.config[PLACEHOLDER] ?? DEFAULT_PLACEHOLDER}`,
            })),
    );
}

/** A converter of a registry cannot read what another one wrote, and JsonConverter cannot read what it wrote. */
function converterProblems(sink: CompletedConnector, { made = [], platform }: Surroundings): Problem[] {
    return sourcesOf(sink, made).flatMap((source) =>
        (["key", "value"] as const).flatMap((part): Problem[] => {
            const [read, written] = [sink, source].map(({ config }) => converterOf(part, config, platform));
            const cannot = usesRegistry(read!) || (usesRegistry(written!) && read === JSON_CONVERTER);
            if (read === written || !cannot) return [];
            const path = pathOf(sink, `${part}.converter`);
            const rule = `cannot read the ${part}s of ${source.name}, which writes them by ${written}`;
            return [{ path, value: read, rule, remedy: "give both the same format" }];
        }),
    );
}

/** Emitted deletes need their mark, which is a header, and keys that name their columns. */
function deleteProblems(sink: CompletedConnector, { made = [], platform }: Surroundings): Problem[] {
    const { entry, config } = sink;
    const sources = sourcesOf(sink, made);
    const emitting = emittingSettings(config);
    const problems: Problem[] = [];
    const isMarked = config[FORWARDS_HEADERS]?.toLowerCase() === "true";
    const isEmitted = emitting.length > 0 || sources.some((source) => emittingSettings(source.config).length > 0);
    if (isJmsSink(entry.class) && isEmitted && !isMarked) {
        const rule = "drops the header __op, the only mark of an emitted delete: a consumer would read it as a row";
        const remedy = "set it to true, or set delete.handling: drop";
        problems.push({ path: pathOf(sink, FORWARDS_HEADERS), value: config[FORWARDS_HEADERS], rule, remedy });
    }
    const unnamed = sources.find((source) => writesKeysAsText(converterOf("key", source.config, platform)));
    if (unnamed) {
        const rule = `emit needs keys that name their columns, and ${unnamed.name} writes them by StringConverter`;
        const remedy = `set key.converter: ${JSON_CONVERTER} and key.converter.schemas.enable: false for ${unnamed.name}`;
        problems.push(...emitting.map((key) => ({ path: pathOf(sink, key), value: "emit", rule, remedy })));
    }
    return problems;
}
