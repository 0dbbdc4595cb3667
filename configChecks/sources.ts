import { DEBEZIUM_POSTGRES_CLASS } from "../connectorConfigs/debeziumPostgres";
import type { CheckedConnector } from "./connectors";
import { Fault } from "./fault";

const SLOT_NAME = /^[a-z0-9_]{1,63}$/;
/** Debezium's own default. */
const DEFAULT_SLOT = "debezium";
const TOPIC_PREFIX = /^[a-zA-Z0-9._-]{1,200}$/;

export function isPostgresSource(connectorClass: string): boolean {
    return connectorClass === DEBEZIUM_POSTGRES_CLASS;
}

/** Rules on Debezium's PostgreSQL sources, each for itself and among each other. */
export function sourceFaults(sources: CheckedConnector[]): Fault[] {
    return [
        ...sources.flatMap(singleFaults),
        ...sources.flatMap((source, i) => sources.slice(0, i).flatMap((other) => pairFaults(source, other))),
    ];
}

function singleFaults({ name, entry, config }: CheckedConnector): Fault[] {
    const faults: Fault[] = [];
    const add = (key: string, rule: string, remedy: string, more: Partial<Fault> = {}) =>
        faults.push({ path: `connectors.${name}.config.${key}`, value: entry.config[key], rule, remedy, ...more });
    if (entry.tasksMax > 1) {
        const path = `connectors.${name}.tasksMax`;
        const rule = "must be 1: a replication slot has one reader";
        faults.push({ path, value: entry.tasksMax, rule, remedy: "set it to 1, or split the tables over connectors" });
    }
    const prefix = config["topic.prefix"];
    if (prefix === undefined) add("topic.prefix", "is missing: every topic's name begins with it", "set it");
    else if (!TOPIC_PREFIX.test(prefix))
        add("topic.prefix", "must be of letters, digits, . _ and -, as it begins topics' names", "correct it");
    const slot = config["slot.name"] ?? DEFAULT_SLOT;
    if (!SLOT_NAME.test(slot)) {
        const rule = "is no name of a replication slot: at most 63 lower-case letters, digits and _";
        add("slot.name", rule, "correct it", { value: slot });
    }
    for (const what of ["table", "schema", "column"]) {
        const [include, exclude] = [`${what}.include.list`, `${what}.exclude.list`];
        if (include in config && exclude in config)
            add(exclude, `cannot stand beside ${include}`, "keep one of the two");
    }
    if (config["errors.tolerance"] === "all") {
        const rule = "all drops a source's bad records without a trace: it has no dead letter topic";
        add("errors.tolerance", rule, "set it to none");
    }
    return faults;
}

function pairFaults({ name, entry, config }: CheckedConnector, other: CheckedConnector): Fault[] {
    const faults: Fault[] = [];
    const add = (key: string, rule: string, remedy: string) =>
        faults.push({ path: `connectors.${name}.config.${key}`, value: config[key], rule, remedy });
    const same = (key: string) => config[key] !== undefined && config[key] === other.config[key];
    const sameServer = same("database.hostname") && same("database.port");
    if (sameServer && same("slot.name")) {
        const given = "slot.name" in entry.config ? "give each its own" : "set one";
        add("slot.name", `is the slot of ${other.name}, too: a replication slot has one reader`, given);
    }
    if (same("topic.prefix")) {
        const rule = `is the prefix of ${other.name}, too: Connect would mix up how far each has read`;
        add("topic.prefix", rule, "give each its own");
    }
    const filtered = [config, other.config].some((one) => one["publication.autocreate.mode"] === "filtered");
    if (sameServer && same("database.dbname") && same("publication.name") && filtered) {
        const rule = `is the publication of ${other.name}, too, and autocreate mode filtered rewrites it for one's own tables`;
        add("publication.name", rule, "give each its own, or set publication.autocreate.mode: disabled");
    }
    return faults;
}
