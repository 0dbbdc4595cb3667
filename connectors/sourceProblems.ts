import {
    elementsOf,
    haveSameSlot,
    isPostgresSource,
    postgresSource,
    tableFilter,
} from "@connect-cdc/connector/postgres";
import type { Problem } from "../config/problem";
import { type CompletedConnector, isTakenOver } from "./completeConnector";
import { clashingTopics, clashProblem, dropsRecords } from "./topics";

const SLOT_NAME = /^[a-z0-9_]{1,63}$/;
/**
 * Debezium 3.7 hands the name to PostgreSQL's decoder as it is, and looks it up as it is. The decoder takes a name without quotation
 * marks in small letters, up to a blank or comma (`SplitIdentifierString`), so that no way to write others finds them.
 */
const PUBLICATION_NAME = /^[^A-Z\s,"']+$/;
const TOPIC_PREFIX = /^[a-zA-Z0-9._-]{1,200}$/;

/**
 * Rules on the Debezium PostgreSQL sources among connectors: on each of them, and on each two of them.
 *
 * @param databaseManaged true: the database that sources read by default is the stack's own server.
 */
export function sourceProblems(connectors: CompletedConnector[], databaseManaged: boolean): Problem[] {
    const sources = connectors.filter(({ entry }) => isPostgresSource(entry.class));
    return [
        ...sources.flatMap(singleProblems),
        ...publicationProblems(sources),
        ...(databaseManaged ? sources.flatMap(failoverProblems) : []),
        ...sources.flatMap((source, i) => sources.slice(0, i).flatMap((other) => pairProblems(source, other))),
    ];
}

function singleProblems({ name, entry, config }: CompletedConnector): Problem[] {
    const problems: Problem[] = [];
    const add = (key: string, rule: string, remedy: string, more: Partial<Problem> = {}) =>
        problems.push({ path: `connectors.${name}.config.${key}`, value: entry.config[key], rule, remedy, ...more });
    if (entry.tasksMax > 1) {
        problems.push({
            path: `connectors.${name}.tasksMax`,
            value: entry.tasksMax,
            // PostgresConnector.taskConfigs of Debezium 3.7
            rule: "has no effect: Debezium runs one task, because a replication slot has one reader",
            remedy: "set it to 1, or split the tables over connectors",
            warning: true,
        });
    }
    const prefix = config["topic.prefix"];
    if (prefix === undefined) {
        add("topic.prefix", "is missing: every topic's name begins with it", "set it");
    } else if (!TOPIC_PREFIX.test(prefix)) {
        add("topic.prefix", "must be of letters, digits, . _ and -, as it begins topics' names", "correct it");
    }
    const { slot } = postgresSource(config);
    if (!SLOT_NAME.test(slot)) {
        const rule = "is not a valid name of a replication slot: use at most 63 lower-case letters, digits and _";
        add("slot.name", rule, "correct it", { value: slot });
    }
    for (const what of ["table", "schema", "column"]) {
        const [include, exclude] = [`${what}.include.list`, `${what}.exclude.list`];
        if (include in config && exclude in config) {
            add(exclude, `cannot be combined with ${include}`, "keep one of the two");
        }
    }
    const own = "table.include.list" in entry.config ? elementsOf(config["table.include.list"]) : [];
    for (const clash of clashingTopics(
        config,
        own.flatMap(({ literal }) => literal ?? []),
    )) {
        problems.push({
            path: `connectors.${name}.config.table.include.list`,
            value: clash.table,
            ...clashProblem(clash),
        });
    }
    if (config["errors.tolerance"] === "all") {
        const drops = dropsRecords("a source has no dead letter topic", config, isTakenOver(entry));
        add("errors.tolerance", drops.rule, "set it to none", drops);
    }
    return [...problems, ...slotProblems(name, config)];
}

/** Several sources may have the publication of `database`. */
function publicationProblems(sources: CompletedConnector[]): Problem[] {
    const rule =
        "is not a valid name of a publication for Debezium: use no capital letters, blanks, commas and quotation marks";
    const wrong = sources.flatMap(({ name, entry, config }): [string, Problem][] => {
        const { publication } = postgresSource(config);
        if (config["plugin.name"] !== "pgoutput" || PUBLICATION_NAME.test(publication)) return [];
        const isOwn = "publication.name" in entry.config;
        const path = isOwn ? `connectors.${name}.config.publication.name` : "database.publication";
        const remedy = "correct it; ALTER PUBLICATION ... RENAME TO renames one that exists";
        return [[path, { path, value: publication, rule, remedy }]];
    });
    return [...new Map(wrong).values()];
}

/** Settings that Debezium accepts, but that lose rows or keep the server's log forever. */
function slotProblems(name: string, config: Record<string, string>): Problem[] {
    const problems: Problem[] = [];
    const add = (key: string, rule: string, remedy: string) =>
        problems.push({ path: `connectors.${name}.config.${key}`, value: config[key], rule, remedy, warning: true });
    const is = (key: string, ...values: string[]) => values.includes((config[key] ?? "").trim().toLowerCase());
    const followsSlot = is("offset.mismatch.strategy", "trust_slot", "trust_greater_lsn");
    if (is("snapshot.mode", "always")) {
        const rule =
            "takes a whole snapshot at each start of the task: after a failure, for a new secret, on another worker, too";
        add("snapshot.mode", rule, "set it to initial");
    }
    if (is("slot.drop.on.stop", "true")) {
        const rule =
            "drops the slot whenever the task ends, for a restart, too: rows that change until it runs again are lost, " +
            "and the source does not start from its offsets any more";
        add("slot.drop.on.stop", rule, "remove it; onDelete.database.slot: drop drops the slot with the connector");
    }
    if (is("lsn.flush.mode", "connector_and_driver")) {
        const restart = followsSlot
            ? ""
            : ", and the source does not start again, because the slot is past its offsets";
        const rule = `lets the driver confirm rows before Kafka has them: a worker that is killed loses them${restart}`;
        add(
            "lsn.flush.mode",
            rule,
            "remove it by the steps of docs/operations.md (Repair); heartbeat.action.query advances the slot",
        );
    }
    if (followsSlot) {
        const rule =
            "skips whatever is between the offsets and the slot, without an error: all rows of that time are lost " +
            "where the slot was dropped and made again";
        add("offset.mismatch.strategy", rule, "remove it, unless those rows may be lost");
    }
    if ("heartbeat.action.query" in config && !(Number(config["heartbeat.interval.ms"]) > 0)) {
        const rule = "lets heartbeat.action.query never run: the server keeps its log while captured tables are idle";
        add("heartbeat.interval.ms", rule, "set it to 5000");
    }
    return problems;
}

/** The stack's own server is PostgreSQL 15 without a standby. Other servers are asked in preview. */
function failoverProblems({ name, entry, config }: CompletedConnector): Problem[] {
    const isOwn = entry.addDefaults !== false && !("database.hostname" in entry.config);
    if (!isOwn || config["slot.failover"] !== "true") return [];
    const path = `connectors.${name}.config.slot.failover`;
    const rule = "needs PostgreSQL 17 with a standby: the stack's own server is PostgreSQL 15 without one";
    return [{ path, value: true, rule, remedy: "remove it" }];
}

/**
 * Two sources of one prefix keep their own positions, because Connect stores these by the connector's name. They share the
 * topic of a table that both capture, and the name of their metrics.
 */
function prefixProblems({ name, entry, config }: CompletedConnector, other: CompletedConnector): Problem[] {
    const [path, value] = [`connectors.${name}.config.topic.prefix`, config["topic.prefix"]];
    const table = commonTable(config, other.config);
    const isOneDatabase = ["hostname", "port", "dbname"].every(
        (part) => config[`database.${part}`] === other.config[`database.${part}`],
    );
    if (table !== undefined) {
        const effect = isOneDatabase
            ? "each of its changes arrives twice in one topic"
            : "one topic gets the rows of both";
        const rule = `is the prefix of ${other.name}, too, and both capture ${table}: ${effect}`;
        const warning = !isOneDatabase || isTakenOver(entry) || isTakenOver(other.entry);
        return [{ path, value, rule, remedy: "give each its own prefix, or other tables", warning }];
    }
    if (config["custom.metric.tags"] !== other.config["custom.metric.tags"]) return [];
    const rule =
        `is the prefix of ${other.name}, too: on one worker their metrics have one name, and the source that starts later ` +
        "waits a minute for it, then has none";
    return [{ path, value, rule, remedy: "give each its own prefix, or its own custom.metric.tags", warning: true }];
}

/** The settings that select a source's tables. */
const SELECTION = ["schema.include.list", "schema.exclude.list", "table.include.list", "table.exclude.list"];

/** A table, or all tables, that two sources capture, as far as their configs tell. */
function commonTable(one: Record<string, string>, other: Record<string, string>): string | undefined {
    const named = (config: Record<string, string>) =>
        elementsOf(config["table.include.list"]).flatMap(({ literal }) => literal ?? []);
    const isCapturedBy = (config: Record<string, string>, table: string) => {
        const dot = table.indexOf(".");
        return tableFilter(config)?.captures(table.slice(0, dot), table.slice(dot + 1)) ?? false;
    };
    if (SELECTION.every((key) => one[key] === other[key])) return one["table.include.list"] ?? "the same tables";
    return (
        named(one).find((table) => isCapturedBy(other, table)) ?? named(other).find((table) => isCapturedBy(one, table))
    );
}

function pairProblems(one: CompletedConnector, other: CompletedConnector): Problem[] {
    const { name, entry, config } = one;
    const problems: Problem[] = [];
    const add = (key: string, rule: string, remedy: string) =>
        problems.push({ path: `connectors.${name}.config.${key}`, value: config[key], rule, remedy });
    const same = (key: string) => config[key] !== undefined && config[key] === other.config[key];
    if (same("database.hostname") && haveSameSlot(config, other.config)) {
        const given = "slot.name" in entry.config ? "give each its own" : "set one";
        add("slot.name", `is the slot of ${other.name}, too: a replication slot has one reader`, given);
    }
    if (same("topic.prefix")) problems.push(...prefixProblems(one, other));
    const filtered = [config, other.config].some((one) => one["publication.autocreate.mode"] === "filtered");
    const sameServer = same("database.hostname") && same("database.port");
    if (sameServer && same("database.dbname") && same("publication.name") && filtered) {
        const rule = `is the publication of ${other.name}, too, and autocreate mode filtered rewrites it for one's own tables`;
        add("publication.name", rule, "give each its own, or set publication.autocreate.mode: disabled");
    }
    return problems;
}
