import {
    hasReference,
    isPasswordKey,
    isPlainText,
    remedyOf,
    unknownComponentKeys,
    UnknownKey,
    unknownKeys,
} from "@connect-cdc/connector/checks";
import type { Definitions, PluginDefinition } from "../../images/staging/contract";
import type { PlatformConfig } from "../config";
import { Fault, suggest } from "../fault";
import { type CheckedConnector, passwordInTheClear } from "./connectors";
import { type DefinedSetting, settingsOf, valueFault } from "./definitions";
import { sinkFaults } from "./sinks";
import { listOf } from "./topics";

/** A converter's setting that Connect itself fills in: key, value or header. */
const SET_BY_CONNECT = "converter.type";
const CONNECTOR_TYPES = ["source", "sink"];
const CONVERTER_TYPES = {
    "key.converter": "converter",
    "value.converter": "converter",
    "header.converter": "header_converter",
};
const ALIAS_TYPES = { transforms: "transformation", predicates: "predicate" };

/**
 * What is wrong with connectors by what their plugins say of themselves. Pure; a class, a transform, a predicate and a
 * converter must be in the image, and their settings known, there, of the right type, and no password in the clear. What is
 * a sink keeps the rules on sinks.
 */
export function definitionFaults(config: PlatformConfig, { plugins }: Pick<Definitions, "plugins">): Fault[] {
    const connectors = config.completedConnectors;
    const typeOf = (connectorClass: string) => findPlugin(plugins, connectorClass, CONNECTOR_TYPES)?.type;
    return [
        ...sinkFaults(config, connectors, typeOf),
        ...connectors.flatMap((connector) => new ConnectorCheck(connector, plugins).faults()),
    ];
}

class ConnectorCheck {
    private readonly path: string;
    /** Settings of the connector that some definition tells of. */
    private readonly defined = new Set<string>();

    constructor(
        private readonly connector: CheckedConnector,
        private readonly plugins: PluginDefinition[],
    ) {
        this.path = `connectors.${connector.name}`;
    }

    faults(): Fault[] {
        const found = [...this.settingsFaults(), ...this.passwordFaults()];
        const wrong = found.filter(({ warning }) => !warning).map(({ path }) => path);
        return found.filter(({ path, warning }) => !warning || !wrong.includes(path));
    }

    private settingsFaults(): Fault[] {
        const { entry, config } = this.connector;
        const inParts = [
            ...this.converterFaults(),
            ...this.aliasFaults("transforms", ["type", "predicate", "negate"]),
            ...this.aliasFaults("predicates", ["type"]),
        ];
        const plugin = findPlugin(this.plugins, entry.class, CONNECTOR_TYPES);
        if (!plugin) return [this.unknownClass("class", entry.class, CONNECTOR_TYPES), ...inParts];
        const known = settingsOf(plugin);
        return [
            ...this.settingFaults("", config, known),
            ...this.unknownFaults("", plugin.config.length > 0 ? unknownKeys(config, namesOf(known)) : []),
            ...inParts,
        ];
    }

    /** Settings of one plugin. `prefix` stands before each in the connector's config. */
    private settingFaults(prefix: string, config: Record<string, string>, known: DefinedSetting[]): Fault[] {
        const faults = known
            .filter(({ name, required }) => required && !(name in config))
            .map(({ name }) => this.fault(`config.${prefix}${name}`, undefined, "is missing", "set it"));
        for (const [key, value] of Object.entries(config)) {
            const path = `config.${prefix}${key}`;
            const definition = known.find(({ name }) => name === key);
            if (!definition) continue;
            this.defined.add(`${prefix}${key}`);
            // What a reference stands for is known to the workers only
            if (hasReference(value)) continue;
            if (definition.type === "PASSWORD" && value !== "") {
                faults.push({ ...this.fault(path, value, "", ""), ...passwordInTheClear });
                continue;
            }
            const rule = valueFault(definition, value);
            const remedy = definition.validValues ? suggest(value, definition.validValues) : "correct it";
            if (rule) faults.push(this.fault(path, value, rule, remedy));
        }
        return faults;
    }

    /** Where no definition tells, the name has to. */
    private passwordFaults(): Fault[] {
        return Object.entries(this.connector.config)
            .filter(([key, value]) => !this.defined.has(key) && isPasswordKey(key) && isPlainText(value))
            .map(([key, value]) => ({ ...this.fault(`config.${key}`, value, "", ""), ...passwordInTheClear }));
    }

    private unknownFaults(prefix: string, unknown: UnknownKey[]): Fault[] {
        return unknown.map((one) => {
            const key = `${prefix}${one.key}`;
            const rule = "is no setting that the plugin names";
            return {
                ...this.fault(`config.${key}`, this.connector.config[key], rule, remedyOf(one)),
                warning: !one.isTypo,
            };
        });
    }

    private converterFaults(): Fault[] {
        return Object.entries(CONVERTER_TYPES).flatMap(([key, type]) => {
            const name = this.connector.config[key];
            if (name === undefined) return [];
            return this.partFaults(`config.${key}`, name, type, `${key}.`, [SET_BY_CONNECT]);
        });
    }

    /** Transforms and predicates: a list of aliases, and `<list>.<alias>.<setting>`. */
    private aliasFaults(list: "transforms" | "predicates", own: string[]): Fault[] {
        const { config } = this.connector;
        const aliases = listOf(config[list]);
        const faults = aliases.flatMap((alias) => {
            const prefix = `${list}.${alias}.`;
            const name = config[`${prefix}type`];
            const missing = `is missing: ${list} names ${alias}`;
            if (name === undefined) {
                return [this.fault(`config.${prefix}type`, undefined, missing, "set its Java class")];
            }
            const predicate = list === "transforms" ? config[`${prefix}predicate`] : undefined;
            const predicates = listOf(config["predicates"]);
            return [
                ...this.partFaults(`config.${prefix}type`, name, ALIAS_TYPES[list], prefix, own),
                ...(predicate === undefined || predicates.includes(predicate)
                    ? []
                    : [
                          this.fault(
                              `config.${prefix}predicate`,
                              predicate,
                              "is not in predicates",
                              suggest(predicate, predicates),
                          ),
                      ]),
            ];
        });
        const orphans = Object.keys(config).filter(
            (key) => key.startsWith(`${list}.`) && !aliases.some((alias) => key.startsWith(`${list}.${alias}.`)),
        );
        return [
            ...faults,
            ...orphans.map((key) => ({
                ...this.fault(
                    `config.${key}`,
                    config[key],
                    `belongs to nothing that ${list} names`,
                    `add it to ${list}, or remove it`,
                ),
                warning: true,
            })),
        ];
    }

    /** A transform, predicate or converter, with the settings below its prefix. */
    private partFaults(path: string, name: string, type: string, prefix: string, own: string[]): Fault[] {
        const plugin = findPlugin(this.plugins, name, [type]);
        if (!plugin) return [this.unknownClass(path, name, [type])];
        const below = Object.entries(this.connector.config)
            .filter(([key]) => key.startsWith(prefix))
            .map(([key, value]): [string, string] => [key.slice(prefix.length), value]);
        const known = plugin.config.filter(({ name }) => name !== SET_BY_CONNECT);
        const set = Object.fromEntries(below);
        return [
            ...this.settingFaults(prefix, set, known),
            ...this.unknownFaults(
                prefix,
                unknownComponentKeys(set, namesOf(known)).filter(({ key }) => !own.includes(key)),
            ),
        ];
    }

    private unknownClass(path: string, name: string, types: string[]): Fault {
        const known = this.plugins.filter(({ type }) => types.includes(type)).map((plugin) => plugin.class);
        const near = suggest(name, known).replace(/^(use one of|remove).*/, "");
        const remedy = `${near === "" ? "" : `${near} If not, `}add its plugin to connect.plugins`;
        return this.fault(path, name, "is a class that no plugin of connect.plugins has", remedy);
    }

    private fault(path: string, value: unknown, rule: string, remedy: string): Fault {
        return { path: `${this.path}.${path}`, value, rule, remedy };
    }
}

function namesOf(settings: DefinedSetting[]): string[] {
    return settings.map(({ name }) => name);
}

/** By its full name, or as Connect lets one shorten it. */
function findPlugin(plugins: PluginDefinition[], name: string, types: string[]): PluginDefinition | undefined {
    const simple = ({ class: full }: PluginDefinition) => full.slice(full.lastIndexOf(".") + 1);
    const candidates = plugins.filter(({ type }) => types.includes(type));
    return (
        candidates.find((plugin) => plugin.class === name) ??
        candidates.find((plugin) =>
            [simple(plugin), simple(plugin).replace(/Connector$|Converter$/, "")].includes(name),
        )
    );
}

/**
 * The plugins that a connector uses: its own first, then its converters, transforms and predicates. Those that are not
 * there are left out; without its own it is undefined.
 *
 * @param config the connector's whole config, with its class.
 */
export function usedPlugins(
    config: Record<string, string>,
    plugins: PluginDefinition[],
): PluginDefinition[] | undefined {
    const own = findPlugin(plugins, config["connector.class"] ?? "", CONNECTOR_TYPES);
    const converters = Object.entries(CONVERTER_TYPES).map(([key, type]) => [config[key], type] as const);
    const named = Object.entries(ALIAS_TYPES).flatMap(([list, type]) =>
        listOf(config[list]).map((alias) => [config[`${list}.${alias}.type`], type] as const),
    );
    const parts = [...converters, ...named].flatMap(([name, type]) => findPlugin(plugins, name ?? "", [type]) ?? []);
    return own && [own, ...parts];
}
