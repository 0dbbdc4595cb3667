import { readFileSync } from "node:fs";
import { connectSettings } from "../checks/connectSettings";
import { suggest } from "../checks/nearest";
import { Connectors } from "../client/connectors";
import type { ConnectorPlugin, Validation } from "../client/types";
import { isObject } from "../isObject";
import { isClass } from "../lifecycle/plugins";

/** A connector class and its settings, without those that are arguments of `Connector`. */
export interface ClassDefinition {
    class: string;
    version?: string;
    settings: SettingDefinition[];
}

/** A setting. In Debezium some names are regular expressions. */
export interface SettingDefinition {
    name: string;
    /** Kafka's `ConfigDef.Type`: STRING, INT, BOOLEAN, PASSWORD, ... */
    type: string;
    required: boolean;
    default?: string | null;
    documentation?: string;
    /** The only valid values. */
    validValues?: string[];
    /** Recommended values. Others are valid, too. */
    recommendedValues?: string[];
}

/** A class of a definitions file: `{ "plugins": [{ class, type, version, config: [setting, ...] }, ...] }`. */
type FilePlugin = ConnectorPlugin & { config: SettingDefinition[] };

const ARGUMENTS = ["name", "connector.class", "tasks.max"];
/** Messages of Kafka's ConfigDef and of Debezium about a missing setting. */
const REQUIRED = /^Missing required configuration|A value is required$/;

/**
 * Reads the definition of a class from a worker, by validating a config without settings, which works in every version of
 * Connect.
 *
 * @param wanted the class, with or without its package.
 * @throws ConnectError; Error when there is no plugin of that class.
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
    // No worker has answered. This throws the reason
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
    if (!Array.isArray(plugins)) {
        throw new Error(`${file} is not a definitions file: it must contain a list "plugins"`);
    }
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
