import type { AccessRule, PlatformConfig } from "../config/schema";
import { type CompletedConnector, connectorName } from "./completeConnector";
import { DEBEZIUM_POSTGRES_CLASS } from "./debeziumPostgres";
import { offsetStorageTopicOf } from "./endpoints";
import { runsRegistry } from "./formats";
import { passwordSecretsOf } from "./passwordSecrets";
import { debeziumTopics, listOf } from "./topics";

/** Types of Kafka's resources, by the key of a rule. */
export type ResourceType = Exclude<keyof AccessRule, "operations">;

/**
 * Operations on each type of resource. `All` stands for all of them; Read, Write, Delete and Alter include Describe, and
 * AlterConfigs includes DescribeConfigs. Source: Kafka documentation, "Authorization and ACLs", and `AclEntry` of 3.9.
 */
export const KAFKA_OPERATIONS: Record<ResourceType, string[]> = {
    topic: ["All", "Read", "Write", "Create", "Describe", "Delete", "Alter", "DescribeConfigs", "AlterConfigs"],
    group: ["All", "Read", "Describe", "Delete", "DescribeConfigs", "AlterConfigs"],
    transactionalId: ["All", "Describe", "Write"],
    cluster: [
        ...[
            "All",
            "Create",
            "ClusterAction",
            "Describe",
            "DescribeConfigs",
            "Alter",
            "AlterConfigs",
            "IdempotentWrite",
        ],
    ],
};

/** The resource of a rule: its type, and its name as the rule has it. */
export function resourceOf(rule: AccessRule): { type: ResourceType; name: string } {
    const type = (Object.keys(KAFKA_OPERATIONS) as ResourceType[]).find((one) => rule[one] !== undefined)!;
    return { type, name: rule[type]! };
}

/** What Kafka's brokers are to allow, by principal. */
export interface DeclaredAccess {
    /** Name of the secret with the password, by user. A secret that does not exist is to be generated. */
    passwordSecrets: Record<string, string>;
    /** Quotas by user. */
    quotas: Record<string, NonNullable<KafkaUser["quotas"]>>;
    /** Rules by principal: users, and the members that use Kafka, by the common names of their certificates. */
    rules: Record<string, AccessRule[]>;
}

type KafkaUser = PlatformConfig["kafka"]["users"][string];

/** Users, quotas and rules of the stack config, and the rules of the stack's members. */
export function declaredAccess(config: AccessSettings & Pick<PlatformConfig, "kafka" | "registry">): DeclaredAccess {
    const users = Object.entries(config.kafka.users);
    return {
        passwordSecrets: passwordSecretsOf("kafka", config.kafka.users),
        quotas: Object.fromEntries(users.flatMap(([name, { quotas }]) => (quotas ? [[name, quotas]] : []))),
        rules: {
            connect: workerRules(config),
            ...(runsRegistry(config) && { registry: registryRules() }),
            ...Object.fromEntries(users.map(([name, { allow }]) => [name, allow])),
        },
    };
}

/** Parts of the stack config that the workers' rules follow from. */
export type AccessSettings = Pick<PlatformConfig, "connect" | "completedConnectors">;

/** A topic that a client may make if it does not exist, and writes to. */
const WRITTEN = ["Create", "Write"];
const OVERRIDDEN_GROUP = "consumer.override.group.id";
const OVERRIDDEN_TRANSACTIONS = "producer.override.transactional.id";
const DEAD_LETTERS = "errors.deadletterqueue.topic.name";

/**
 * The least rules by which the workers' principal runs the workers and all connectors of the stack config, and those of
 * `connect.allow`. Kafka needs no rule for idempotent producers since 2.8 (KIP-679): Write on any topic includes it.
 */
export function workerRules({ connect, completedConnectors }: AccessSettings): AccessRule[] {
    const rules = [
        ...ownRules(connect),
        ...completedConnectors.flatMap((one) =>
            isSink(one) ? sinkRules(one) : [...positionRules(one, connect), ...sourceRules(one)],
        ),
        ...connect.allow,
    ];
    const seen = new Set<string>();
    return rules.filter((rule) => {
        const text = JSON.stringify(rule);
        return !seen.has(text) && seen.add(text);
    });
}

/** Sources whose topics do not follow from their config, where `connect.allow` has no rule to write a topic. */
export function sourcesWithoutRules({ connect, completedConnectors }: AccessSettings): string[] {
    const writes = ({ topic, operations }: AccessRule) =>
        topic !== undefined && operations.some((operation) => ["All", "Write"].includes(operation));
    if (connect.allow.some(writes)) return [];
    return completedConnectors.filter((one) => !isSink(one) && !hasKnownTopics(one)).map(({ name }) => name);
}

/**
 * Rules of the registry's principal. Names: Apicurio Registry 3.0, "apicurio.kafkasql.topic",
 * "apicurio.kafkasql.snapshots.topic", "apicurio.events.kafka.topic" and "apicurio.kafkasql.consumer.group-prefix".
 */
export function registryRules(): AccessRule[] {
    return [
        { topic: "kafkasql-journal", operations: ["Create", "Read", "Write", "DescribeConfigs"] },
        { topic: "kafkasql-snapshots", operations: ["Create", "Read", "Write", "DescribeConfigs"] },
        { topic: "registry-events", operations: WRITTEN },
        { group: "apicurio-*", operations: ["Read"] },
    ];
}

function isSink({ config }: CompletedConnector): boolean {
    return "topics" in config || "topics.regex" in config;
}

/** What the workers need without any connector. Source: Kafka documentation, "Kafka Connect", and KIP-618. */
function ownRules(connect: AccessSettings["connect"]): AccessRule[] {
    const raw = (key: string, value: string) => String(connect.config[key] ?? value);
    const storage = [
        raw("config.storage.topic", connect.configStorageTopic),
        offsetStorageTopicOf(connect),
        raw("status.storage.topic", connect.statusStorageTopic),
    ];
    return [
        { group: connect.groupId, operations: ["Read"] },
        ...storage.map(storageRule),
        // The leader writes configs in transactions, which end those of a leader that was cut off
        ...(exactlyOnceOf(connect) === "disabled"
            ? []
            : [{ transactionalId: `connect-cluster-${connect.groupId}`, operations: ["Describe", "Write"] }]),
    ];
}

/** A worker makes the topic, checks that it is compacted, reads and writes it. */
function storageRule(topic: string): AccessRule {
    return { topic, operations: ["Create", "Read", "Write", "DescribeConfigs"] };
}

/** Transactions and offsets of any source. */
function positionRules(one: CompletedConnector, connect: AccessSettings["connect"]): AccessRule[] {
    const offsets = one.config["offsets.storage.topic"];
    const own = offsets === undefined || offsets === offsetStorageTopicOf(connect) ? [] : [storageRule(offsets)];
    if (exactlyOnceOf(connect) !== "enabled") return own;
    const transactionalId =
        one.config[OVERRIDDEN_TRANSACTIONS] ?? `${connect.groupId}-${connectorName(one.name, one.entry)}-*`;
    return [...own, { transactionalId, operations: ["Describe", "Write"] }];
}

function hasKnownTopics({ entry }: CompletedConnector): boolean {
    return entry.class === DEBEZIUM_POSTGRES_CLASS;
}

function sourceRules(one: CompletedConnector): AccessRule[] {
    const { config } = one;
    if (!hasKnownTopics(one)) return [];
    const start = `${config["topic.prefix"]}${config["topic.delimiter"] ?? "."}`;
    const others = debeziumTopics(config).names.filter((topic) => !topic.startsWith(start));
    return [
        { topic: `${start}*`, operations: WRITTEN },
        ...others.map((topic) => ({ topic, operations: WRITTEN })),
        ...signalRules(config),
    ];
}

/** Of Debezium's signals by a topic, which it reads as a member of a group. */
function signalRules(config: Record<string, string>): AccessRule[] {
    if (!listOf(config["signal.enabled.channels"]).includes("kafka")) return [];
    return [
        { topic: config["signal.kafka.topic"] ?? `${config["topic.prefix"]}-signal`, operations: ["Read"] },
        { group: config["signal.kafka.groupId"] ?? "kafka-signal", operations: ["Read"] },
    ];
}

function sinkRules({ name, entry, config }: CompletedConnector): AccessRule[] {
    const deadLetters = config[DEAD_LETTERS] || undefined;
    const pattern = config["topics.regex"];
    return [
        ...listOf(config["topics"]).map((topic) => ({ topic, operations: ["Read"] })),
        ...(pattern === undefined ? [] : [{ topic: `${literalStart(pattern)}*`, operations: ["Read"] }]),
        // Delete: Connect removes the group when the sink's offsets are reset (KIP-875)
        { group: config[OVERRIDDEN_GROUP] ?? `connect-${connectorName(name, entry)}`, operations: ["Read", "Delete"] },
        ...(deadLetters === undefined ? [] : [{ topic: deadLetters, operations: WRITTEN }]),
    ];
}

/** The beginning that all names have that a Java pattern matches as a whole; empty where none is certain. */
function literalStart(pattern: string): string {
    const text = pattern.replace(/^\^/, "");
    if (withoutGroups(text).includes("|")) return "";
    const [start] = /^([\w-]|\\\.)*/.exec(text)!;
    // A quantifier belongs to the last character
    const certain = /^[?*{]/.test(text.slice(start.length)) ? start.replace(/\\?.$/, "") : start;
    return certain.replaceAll("\\", "");
}

function withoutGroups(pattern: string): string {
    const less = pattern.replaceAll(/\([^()]*\)/g, "");
    return less === pattern ? pattern : withoutGroups(less);
}

function exactlyOnceOf({ config, exactlyOnceSource }: AccessSettings["connect"]): string {
    return String(config["exactly.once.source.support"] ?? exactlyOnceSource);
}
