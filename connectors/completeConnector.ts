import type { KafkaStore } from "../components/render/kafkaTls";
import {
    DEBEZIUM_POSTGRES_CLASS,
    debeziumPostgres,
    EXCLUDED_MESSAGES,
    EXTENDED_LISTS,
    INCLUDED_MESSAGES,
    slotName,
    writesKeysAsText,
    writesSchemas,
} from "./debeziumPostgres";
import { convertersOf, type Format, type JsonConverters } from "./formats";
import { FACTORY_CLASS, isJmsSink, jmsSink } from "./jmsSink";
import { referredSecrets, secretReference, secretsFolderOf } from "./secretReference";
import { hasTableFilters, includeList, type TableListKeys, type Tables } from "./tables";

/** A value of a connector's config: text, number, boolean, or the name of a secret. */
export type ConfigValue = string | number | boolean | { secret: string };

/** A connector of the stack config. */
export interface ConnectorEntry extends TableListKeys {
    /** Name of the connector on the Connect cluster. Default: the key of the entry. */
    name?: string;
    /** Java class of the connector. */
    class: string;
    /** `tasks.max`. */
    tasksMax: number;
    /** Tasks that must run before the connector counts as running. Default 1. */
    minTasks?: number;
    /** Desired state. */
    state: "running" | "paused" | "stopped";
    /** Its previous name. It keeps the slot of that name. */
    renamedFrom?: string;
    /** Format of its records. Default: that of the workers. */
    format?: Format;
    /** False: nothing is added to `config`. Default true. */
    addDefaults?: boolean;
    /** True: an existing connector that differs is taken over. Default false. */
    adopt?: boolean;
    /** Settings of the connector; they override added ones. */
    config: Record<string, ConfigValue>;
}

/** Name of a connector on the Connect cluster. */
export function connectorName(key: string, { name }: Pick<ConnectorEntry, "name">): string {
    return name ?? key;
}

/** True for a connector that another program may have declared before: its settings are kept as they are. */
export function isTakenOver({ adopt, addDefaults }: ConnectorEntry): boolean {
    return adopt === true || addDefaults === false;
}

/** Endpoints of the servers that connectors use, as the workers reach them. */
export interface PlatformEndpoints {
    /** Folder of secrets on every worker, with a folder per connector. */
    secretsFolder: string;
    /** Format of the workers. */
    format: Format;
    /** Converters of the format `json`. */
    jsonConverters: JsonConverters;
    /** URLs of the schema registry's API like Confluent's; not used with the format `json`. */
    registryUrls: string[];
    /** Login of the schema registry. Default: none. */
    registryLogin?: {
        user: string;
        /** Name of the secret that holds the user's password. */
        passwordSecret: string;
    };
    /** Key and authorities by which the workers use the registry. Default: none. */
    registryTls?: KafkaStore;
    /** `key.converter` of the workers. */
    keyConverter: string;
    /** True: the workers' value converter writes schemas. */
    valuesHaveSchemas: boolean;
    /** Brokers of the Kafka cluster. */
    brokers: number;
    /** `offset.storage.topic` of the workers. */
    offsetStorageTopic: string;
    /** Largest heap of a worker, MiB. */
    heapMb: number;
    /** The source database. Default: nothing is added to a Debezium connector. */
    database?: {
        host: string;
        port: number;
        /** Name of the database. */
        name: string;
        user: string;
        /** Name of the secret that holds the user's password. */
        passwordSecret: string;
        /** File on the workers with the authorities of its certificate, PEM. Default: no TLS. */
        rootCertFile?: string;
        /** Publication of the captured tables. */
        publication: string;
        /** Captured tables of sources without a list or filters of their own. */
        tables?: Tables;
        /** Table that snapshots are asked for in. Default: none. */
        signalTable?: string;
    };
    /** The JMS broker. Default: nothing is added to a JMS sink. */
    jmsBroker?: {
        /** JNDI provider URL. */
        url: string;
        /** File on the workers with the authorities of its certificate, PEM. Default: no TLS. */
        rootCertFile?: string;
        user: string;
        /** Name of the secret that holds the user's password. */
        passwordSecret: string;
    };
}

/** A connector of the stack config with all its settings. */
export interface CompletedConnector<Entry extends ConnectorEntry = ConnectorEntry> {
    /** Key of the entry under `connectors`. */
    name: string;
    entry: Entry;
    /** Settings as Connect takes them: text, secrets as references. */
    config: Record<string, string>;
    /** Names of the secrets that the config refers to, sorted. */
    secretNames: string[];
}

/**
 * Completes a connector of the stack config by addresses, users, references to passwords, converters of its format, and this
 * project's defaults for its class. Settings of the entry override them, key by key; its transforms and predicates follow the
 * added ones. Other classes get only what their format needs. Nothing is added for entries with `addDefaults: false`.
 *
 * @param name key of the connector. It gives a Debezium source without `slot.name` the name of its slot, unless `renamedFrom`
 *   does.
 * @throws when the name of a secret is not valid.
 */
export function completeConnector<Entry extends ConnectorEntry>(
    name: string,
    entry: Entry,
    platform: PlatformEndpoints,
): CompletedConnector<Entry> {
    const folder = secretsFolderOf(name, platform.secretsFolder);
    const added =
        entry.addDefaults === false
            ? {}
            : { ...formatSettings(entry, platform, folder), ...platformSettings(name, entry, platform, folder) };
    const config: Record<string, string> = added;
    if (INCLUDED_MESSAGES in entry.config) delete config[EXCLUDED_MESSAGES];
    for (const [key, value] of Object.entries(entry.config)) {
        const text = typeof value === "object" ? secretReference(value.secret, folder) : String(value);
        const own = EXTENDED_LISTS.includes(key) ? config[key] : undefined;
        config[key] = [own, text].filter(Boolean).join();
    }

    return { name, entry, config, secretNames: referredSecrets(config, folder) };
}

/**
 * Converters of a format that is not the workers' own. With a login each connector has converters of its own:
 * the password is among its secrets, which can change without a restart of the workers.
 */
function formatSettings(
    { format, config }: ConnectorEntry,
    platform: PlatformEndpoints,
    secretsFolder: string,
): Record<string, string> {
    const { jsonConverters, registryUrls, registryLogin: login, registryTls: tls } = platform;
    const own = format ?? platform.format;
    const userInfo = login && `${login.user}:${secretReference(login.passwordSecret, secretsFolder)}`;
    const isOfWorkers = own === platform.format && (own === "json" || userInfo === undefined);
    const converters = isOfWorkers ? {} : convertersOf(own, jsonConverters, registryUrls, { userInfo, tls });
    // Settings of one converter do not apply to another
    const replaced = ["key.converter", "value.converter"].filter((key) => key in config);
    return Object.fromEntries(
        Object.entries(converters).filter(([key]) => !replaced.some((converter) => key.startsWith(converter))),
    );
}

function platformSettings(
    name: string,
    entry: ConnectorEntry,
    platform: PlatformEndpoints,
    secretsFolder: string,
): Record<string, string> {
    const { class: connectorClass, config, renamedFrom, tables } = entry;
    const { database, jmsBroker, brokers, offsetStorageTopic, heapMb } = platform;
    if (connectorClass === DEBEZIUM_POSTGRES_CLASS && database) {
        const listed = tables ?? database.tables;
        const converters = formatSettings(entry, platform, secretsFolder);
        const keyConverter = converters["key.converter"] ?? platform.keyConverter;
        const values = [config, converters].find((settings) => "value.converter" in settings);
        return debeziumPostgres({
            host: database.host,
            port: database.port,
            database: database.name,
            user: database.user,
            password: secretReference(database.passwordSecret, secretsFolder),
            rootCertFile: database.rootCertFile,
            publication: database.publication,
            slot: slotName(renamedFrom ?? name),
            offsetStorageTopic,
            workersWriteKeysAsText: writesKeysAsText(keyConverter) && !("key.converter" in config),
            writesTimesAsText:
                !("time.precision.mode" in config) && !(values ? writesSchemas(values) : platform.valuesHaveSchemas),
            writesAvro: (entry.format ?? platform.format) === "avro",
            brokers,
            heapMb,
            includeList: listed && !hasTableFilters(config) ? includeList(listed) : undefined,
            signalTable: listed && database.signalTable,
        });
    }
    // A connection factory of its own leads to another broker, which must not get this one's password
    if (isJmsSink(connectorClass) && jmsBroker && !(FACTORY_CLASS in config)) {
        const password = secretReference(jmsBroker.passwordSecret, secretsFolder);
        const { url, rootCertFile, user } = jmsBroker;
        return jmsSink({ url, rootCertFile, user, password });
    }
    return {};
}
