import { readFileSync } from "node:fs";
import { connectSettings } from "../checks/connectSettings";
import { suggest } from "../checks/nearest";
import { Connectors } from "../client/connectors";
import type { ConnectorPlugin, Validation } from "../client/types";
import { isObject } from "../isObject";
import { isClass } from "../lifecycle/plugins";

/** A connector class and the settings that it takes, without those that are arguments of `Connector`. */
export interface ClassDefinition {
    class: string;
    version?: string;
    settings: SettingDefinition[];
}

/** A setting. Some names of Debezium's are regular expressions. */
export interface SettingDefinition {
    name: string;
    /** Of Kafka's `ConfigDef.Type`: STRING, INT, BOOLEAN, PASSWORD, ... */
    type: string;
    required: boolean;
    default?: string | null;
    documentation?: string;
    /** Values that it must have one of. */
    validValues?: string[];
    /** Values that it may have, among others. */
    recommendedValues?: string[];
}

/** A class of a definitions file: `{ "plugins": [{ class, type, version, config: [setting, ...] }, ...] }`. */
type FilePlugin = ConnectorPlugin & { config: SettingDefinition[] };

const ARGUMENTS = ["name", "connector.class", "tasks.max"];
/** How Kafka's ConfigDef and Debezium say of a config without settings that one must be there. */
const REQUIRED = /^Missing required configuration|A value is required$/;

/**
 * Asks a worker for the definition of a class: it validates a config without settings, which every version of Connect can.
 *
 * @param wanted the class, also without its package.
 * @throws ConnectError, or Error when no plugin of that class is found.
 */
export async function definitionFromWorker(connectors: Connectors, wanted: string): Promise<ClassDefinition> {
    const { restUrls } = connectors.client;
    for (const restUrl of restUrls) {
        const plugins = await connectors.plugins(restUrl);
        if (plugins) {
            const plugin = find(plugins, wanted);
            // Up to 3.6 the validation of a sink without topics fails as a whole
            const topics: Record<string, string> = plugin.type === "sink" ? { topics: "any" } : {};
            const { configs } = await connectors.validate({ "connector.class": plugin.class, ...topics });
            return { class: plugin.class, version: plugin.version, settings: settingsOf(configs) };
        }
    }
    // No worker has answered; this says why
    await connectors.worker();
    throw new Error(`no worker of ${restUrls.join(", ")} lists its plugins`);
}

/** Reads the definition of a class from a definitions file. */
export function definitionFromFile(file: string, wanted: string): ClassDefinition {
    const plugins = pluginsOf(file);
    const { class: name, type, version, config } = find(plugins, wanted);
    return { class: name, version, settings: [...config, ...connectSettings(type)] };
}

/** Connector classes of a definitions file. */
export function classesInFile(file: string): string[] {
    return pluginsOf(file).map((plugin) => plugin.class);
}

function pluginsOf(file: string): FilePlugin[] {
    const content: unknown = JSON.parse(readFileSync(file, "utf8"));
    const plugins = isObject(content) ? content["plugins"] : undefined;
    if (!Array.isArray(plugins)) throw new Error(`${file} is not a definitions file: it must have a list "plugins"`);

    return (plugins as FilePlugin[]).filter(({ type }) => ["source", "sink"].includes(type));
}

function find<Plugin extends ConnectorPlugin>(plugins: Plugin[], wanted: string): Plugin {
    const found = plugins.find((plugin) => plugin.class === wanted) ?? plugins.find((one) => isClass(one, wanted));
    if (!found) {
        const classes = plugins.map((plugin) => plugin.class);
        throw new Error(`connector class ${wanted} not found; ${suggest(wanted, classes)}`);
    }
    return found;
}

/** Some versions list a setting twice. */
function settingsOf(configs: Validation["configs"]): SettingDefinition[] {
    const settings = configs.flatMap(({ definition, value }): SettingDefinition[] => {
        if (!definition || ARGUMENTS.includes(definition.name)) return [];
        const { name, type, required, default_value, documentation } = definition;
        const isMissing = (value.errors ?? []).some((error) => REQUIRED.test(error));
        return [
            {
                name,
                type,
                required: required === true || isMissing,
                default: default_value,
                documentation,
                recommendedValues: value.recommended_values,
            },
        ];
    });
    return [...new Map(settings.map((one) => [one.name, one])).values()];
}
