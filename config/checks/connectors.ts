import { abilitiesOf, holdsPassword, nameRefusal } from "@connect-cdc/connector/checks";
import {
    completeConnector,
    type CompletedConnector,
    type ConnectorEntry,
    connectorName,
    type PlatformEndpoints,
} from "../../connectors/completeConnector";
import { endpointsOf, offsetStorageTopicOf } from "../../connectors/endpoints";
import { sourceProblems } from "../../connectors/sourceProblems";
import { tableLists } from "../../connectors/tableLists";
import { tableProblems } from "../../connectors/tableProblems";
import { aboveBrokersProblem, listOf } from "../../connectors/topics";
import { HIDDEN, Problem, repeated } from "../problem";
import type { PlatformConfig } from "../schema";
import { SECRET_NAME } from "./secrets";

/** Stand for sections with errors, so that connectors can be checked all the same. */
const STAND_INS = {
    hosts: {},
    kafka: { brokers: 1 },
    connect: {
        heapMb: 384,
        format: "json" as const,
        keyConverter: "",
        valueConverter: "",
        valueConverterSchemasEnable: false,
        offsetStorageTopic: "offsets",
        config: {},
    },
};
const OWN_KEYS: Record<string, string> = {
    name: "write it as name, beside config",
    "connector.class": "write it as class, beside config",
    "tasks.max": "write it as tasksMax, beside config",
};
/** It becomes the name of a folder, too. */
const CONNECTOR_KEY = /^[A-Za-z0-9][\w.-]{0,199}$/;
const JAVA_CLASS = /^([A-Za-z_$][\w$]*\.)*[A-Za-z_$][\w$]*$/;

/** True for a name that can be a key under `connectors`. */
export function isConnectorKey(name: string): boolean {
    return CONNECTOR_KEY.test(name);
}

/** Rules on connectors that need no plugin's definitions. */
export function connectorProblems(c: Partial<PlatformConfig>): Problem[] {
    const checked = c.completedConnectors ?? [];
    return [
        ...checked.flatMap((connector) => generalProblems(connector, c)),
        ...repeated(checked.map(({ name, entry }) => connectorName(name, entry))).map(([index, value]): Problem => {
            const path = `connectors.${checked[index]!.name}.name`;
            return { path, value, rule: "is the name of two connectors", remedy: "rename one of them" };
        }),
        ...sourceProblems(checked, c.database?.managed === true),
        ...tableProblems(c, platformEndpoints(c).database),
    ];
}

/** Endpoints of the servers, also while sections have errors. */
function platformEndpoints(c: Partial<PlatformConfig>): PlatformEndpoints {
    return endpointsOf({ ...STAND_INS, ...c });
}

/** Every connector whose settings can be completed. */
export function completedConnectors(c: Partial<PlatformConfig>): PlatformConfig["completedConnectors"] {
    const { database, jmsBroker, registry } = c;
    const platform = platformEndpoints(c);
    const secrets = (entry: ConnectorEntry) =>
        Object.values(entry.config).flatMap((value) => (typeof value === "object" ? [value.secret] : []));
    const servers = [database, jmsBroker, registry].flatMap((server) => server?.passwordSecret ?? []);
    return Object.entries(c.connectors ?? {})
        .filter(([, entry]) => [...secrets(entry), ...servers].every((name) => SECRET_NAME.test(name)))
        .map(([name, entry]) => completeConnector(name, entry, platform));
}

/** The lists of captured tables. */
export function listedTables(c: Partial<PlatformConfig>): PlatformConfig["tableLists"] {
    return tableLists(c, platformEndpoints(c).database);
}

function generalProblems(
    { name, entry }: CompletedConnector,
    { kafka, connect, connectors }: Partial<PlatformConfig>,
): Problem[] {
    const path = `connectors.${name}`;
    const problems: Problem[] = [];
    if (!isConnectorKey(name)) {
        const rule = "cannot be a key under connectors: use at most 200 letters, digits, . _ and -";
        const remedy = "rename it; a connector that is called so on the cluster has its name in the setting name";
        problems.push({ path, value: name, rule, remedy });
    }
    const refusal = entry.name && nameRefusal(entry.name, kafka && abilitiesOf(kafka.version));
    if (refusal) {
        const rule = `cannot be the name of a connector: ${refusal}`;
        problems.push({ path: `${path}.name`, value: entry.name, rule, remedy: "choose another one" });
    }
    if (!JAVA_CLASS.test(entry.class)) {
        const remedy = "write its full name, such as io.debezium.connector.postgresql.PostgresConnector";
        problems.push({ path: `${path}.class`, value: entry.class, rule: "is not a Java class name", remedy });
    }
    if ((entry.minTasks ?? 1) > entry.tasksMax) {
        const rule = `is above tasksMax (${entry.tasksMax}): so many tasks never run`;
        problems.push({ path: `${path}.minTasks`, value: entry.minTasks, rule, remedy: "lower it, or raise tasksMax" });
    }
    if (entry.renamedFrom !== undefined && Object.hasOwn(connectors ?? {}, entry.renamedFrom)) {
        const rule = "is the name of a connector of this config, which the rename would delete";
        const remedy = "remove it when the rename is done, or remove that connector";
        problems.push({ path: `${path}.renamedFrom`, value: entry.renamedFrom, rule, remedy });
    }
    const providers = ["directory", ...listOf(String(connect?.config["config.providers"] ?? ""))];
    for (const [key, value] of Object.entries(entry.config)) {
        const problem = settingProblem(key, value, {
            providers,
            brokers: kafka?.brokers,
            policy: connect?.clientConfigOverridePolicy,
            fencedOffsets: connect?.exactlyOnceSource === "enabled" ? offsetStorageTopicOf(connect) : undefined,
        });
        if (problem) problems.push({ path: `${path}.config.${key}`, value, ...problem });
    }
    return problems;
}

interface Surroundings {
    /** Config providers of the workers. */
    providers: string[];
    brokers?: number;
    /** `connector.client.config.override.policy`. */
    policy?: string;
    /** The workers' topic of offsets, if they write it in transactions. */
    fencedOffsets?: string;
}

function settingProblem(
    key: string,
    value: ConnectorEntry["config"][string],
    { providers, brokers, policy, fencedOffsets }: Surroundings,
): (Pick<Problem, "rule" | "remedy"> & Partial<Problem>) | undefined {
    if (key in OWN_KEYS) return { rule: "does not belong here", remedy: OWN_KEYS[key]! };
    if (key !== key.trim() || key === "") {
        return { rule: "has a key that begins or ends with blanks, or none", remedy: "correct the key" };
    }
    if (policy === "None" && /^(consumer|producer|admin)\.override\./.test(key)) {
        const remedy = "remove it, or set connect.clientConfigOverridePolicy: Principal or All";
        return { rule: "is refused by the workers: connect.clientConfigOverridePolicy is None", remedy };
    }
    if (/^topic\.creation\..+\.replication\.factor$/.test(key) && brokers !== undefined && Number(value) > brokers) {
        return aboveBrokersProblem(brokers);
    }
    if (key === "offsets.storage.topic" && fencedOffsets !== undefined && value !== fencedOffsets) {
        // Tried with Connect 3.9.2: error 500 after 90 s
        const rule = `is not the workers' topic (${fencedOffsets}): with exactly-once support a reset of the offsets never ends`;
        return { rule, remedy: "remove it, or set connect.exactlyOnceSource: disabled", warning: true };
    }
    if (typeof value !== "string") return undefined;
    const provider = /\$\{([^}:]+):[^}]*\}/.exec(value)?.[1];
    if (provider !== undefined && !providers.includes(provider)) {
        const remedy = `write {secret: <name>}, or one of: ${providers.join(", ")}`;
        return { rule: `uses a config provider that the workers do not have (${provider})`, remedy };
    }
    return holdsPassword(value) ? { ...passwordInTheClear, rule: "holds a plain-text password" } : undefined;
}

/** Rule and remedy of a plain-text password. */
export const passwordInTheClear = {
    value: HIDDEN,
    rule: "is a plain-text password: everyone who reaches Connect's REST API or its config topic could read it",
    remedy:
        "write {secret: <name>} instead, and set the value with: " +
        "pulumi config set --secret --path 'connect-cdc:secrets.<name>'",
};
