import {
    hasReference,
    isPasswordKey,
    isPlainText,
    remedyOf,
    unknownComponentKeys,
    UnknownKey,
    unknownKeys,
} from "@connect-cdc/connector/checks";
import type { CompletedConnector } from "../../connectors/completeConnector";
import { movedSetting, unreadSettings } from "../../connectors/jmsSink";
import { sinkProblems } from "../../connectors/sinkProblems";
import { listOf } from "../../connectors/topics";
import type { Definitions, PluginDefinition } from "../../images/staging/contract";
import { Problem, suggest } from "../problem";
import type { PlatformConfig } from "../schema";
import { passwordInTheClear } from "./connectors";
import { type DefinedSetting, settingsOf, valueProblem } from "./settingValues";

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
 * Problems of connectors by the definitions of their plugins. Pure. Classes, transforms, predicates and converters must be
 * in the image, their settings must be known, set if required and of a valid type, and no password may be plain text. The
 * rules on sinks apply to classes whose plugin is a sink.
 */
export function definitionProblems(config: PlatformConfig, { plugins }: Pick<Definitions, "plugins">): Problem[] {
    const connectors = config.completedConnectors;
    const typeOf = (connectorClass: string) => findPlugin(plugins, connectorClass, CONNECTOR_TYPES)?.type;
    return [
        ...sinkProblems(config, connectors, typeOf),
        ...connectors.flatMap((connector) => new ConnectorCheck(connector, plugins).problems()),
    ];
}

class ConnectorCheck {
    private readonly path: string;
    /** Settings of the connector that a definition describes. */
    private readonly defined = new Set<string>();

    constructor(
        private readonly connector: CompletedConnector,
        private readonly plugins: PluginDefinition[],
    ) {
        this.path = `connectors.${connector.name}`;
    }

    problems(): Problem[] {
        const found = [...this.settingsProblems(), ...this.passwordProblems()];
        const wrong = found.filter(({ warning }) => !warning).map(({ path }) => path);
        return found.filter(({ path, warning }) => !warning || !wrong.includes(path));
    }

    private settingsProblems(): Problem[] {
        const { entry, config } = this.connector;
        const inParts = [
            ...this.converterProblems(),
            ...this.aliasProblems("transforms", ["type", "predicate", "negate"]),
            ...this.aliasProblems("predicates", ["type"]),
        ];
        const plugin = findPlugin(this.plugins, entry.class, CONNECTOR_TYPES);
        if (!plugin) return [this.unknownClass("class", entry.class, CONNECTOR_TYPES), ...inParts];
        const known = settingsOf(plugin);
        return [
            ...this.settingProblems("", config, known),
            ...this.unknownProblems("", plugin.config.length > 0 ? this.unknownSettings(namesOf(known)) : []),
            ...inParts,
        ];
    }

    private unknownSettings(known: string[]): UnknownKey[] {
        const { entry, config } = this.connector;
        const unknown = unknownKeys(config, known);
        const unread = unreadSettings(entry.class, config).filter((key) => !unknown.some((one) => one.key === key));
        return [...unknown, ...unread.map((key) => ({ key, isTypo: false }))];
    }

    /** Settings of one plugin. `prefix` precedes each in the connector's config. */
    private settingProblems(prefix: string, config: Record<string, string>, known: DefinedSetting[]): Problem[] {
        const problems = known
            .filter(({ name, required }) => required && !(name in config))
            .map(({ name }) => this.problem(`config.${prefix}${name}`, undefined, "is missing", "set it"));
        for (const [key, value] of Object.entries(config)) {
            const path = `config.${prefix}${key}`;
            const definition = known.find(({ name }) => name === key);
            if (!definition) continue;
            this.defined.add(`${prefix}${key}`);
            // Only the workers know the value of a reference
            if (hasReference(value)) continue;
            if (definition.type === "PASSWORD" && value !== "") {
                problems.push({ ...this.problem(path, value, "", ""), ...passwordInTheClear });
                continue;
            }
            const rule = valueProblem(definition, value);
            const remedy = definition.validValues ? suggest(value, definition.validValues) : "correct it";
            if (rule) problems.push(this.problem(path, value, rule, remedy));
        }
        return problems;
    }

    /** Settings without a definition are recognised by their names. */
    private passwordProblems(): Problem[] {
        return Object.entries(this.connector.config)
            .filter(([key, value]) => !this.defined.has(key) && isPasswordKey(key) && isPlainText(value))
            .map(([key, value]) => ({ ...this.problem(`config.${key}`, value, "", ""), ...passwordInTheClear }));
    }

    private unknownProblems(prefix: string, unknown: UnknownKey[]): Problem[] {
        const { entry, config } = this.connector;
        return unknown.map((one) => {
            const key = `${prefix}${one.key}`;
            const moved = movedSetting(entry.class, key);
            const rule = "is not a setting of the plugin";
            return {
                ...this.problem(`config.${key}`, config[key], rule, moved ?? remedyOf(one)),
                warning: moved !== undefined || !one.isTypo,
            };
        });
    }

    private converterProblems(): Problem[] {
        return Object.entries(CONVERTER_TYPES).flatMap(([key, type]) => {
            const name = this.connector.config[key];
            if (name === undefined) return [];
            return this.partProblems(`config.${key}`, name, type, `${key}.`, [SET_BY_CONNECT]);
        });
    }

    /** Transforms and predicates: a list of aliases, and `<list>.<alias>.<setting>`. */
    private aliasProblems(list: "transforms" | "predicates", own: string[]): Problem[] {
        const { config } = this.connector;
        const aliases = listOf(config[list]);
        const problems = aliases.flatMap((alias) => {
            const prefix = `${list}.${alias}.`;
            const name = config[`${prefix}type`];
            const missing = `is missing: ${list} names ${alias}`;
            if (name === undefined) {
                return [this.problem(`config.${prefix}type`, undefined, missing, "set its Java class")];
            }
            const predicate = list === "transforms" ? config[`${prefix}predicate`] : undefined;
            const predicates = listOf(config["predicates"]);
            return [
                ...this.partProblems(`config.${prefix}type`, name, ALIAS_TYPES[list], prefix, own),
                ...(predicate === undefined || predicates.includes(predicate)
                    ? []
                    : [
                          this.problem(
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
            ...problems,
            ...orphans.map((key) => ({
                ...this.problem(
                    `config.${key}`,
                    config[key],
                    `belongs to no alias in ${list}`,
                    `add it to ${list}, or remove it`,
                ),
                warning: true,
            })),
        ];
    }

    /** A transform, predicate or converter, with the settings below its prefix. */
    private partProblems(path: string, name: string, type: string, prefix: string, own: string[]): Problem[] {
        const plugin = findPlugin(this.plugins, name, [type]);
        if (!plugin) return [this.unknownClass(path, name, [type])];
        const below = Object.entries(this.connector.config)
            .filter(([key]) => key.startsWith(prefix))
            .map(([key, value]): [string, string] => [key.slice(prefix.length), value]);
        const known = plugin.config.filter(({ name }) => name !== SET_BY_CONNECT);
        const set = Object.fromEntries(below);
        return [
            ...this.settingProblems(prefix, set, known),
            ...this.unknownProblems(
                prefix,
                unknownComponentKeys(set, namesOf(known)).filter(({ key }) => !own.includes(key)),
            ),
        ];
    }

    private unknownClass(path: string, name: string, types: string[]): Problem {
        const known = this.plugins.filter(({ type }) => types.includes(type)).map((plugin) => plugin.class);
        const near = suggest(name, known).replace(/^(use one of|remove).*/, "");
        const remedy = `${near === "" ? "" : `${near} If not, `}add its plugin to connect.plugins`;
        return this.problem(path, name, "is a class that no plugin of connect.plugins has", remedy);
    }

    private problem(path: string, value: unknown, rule: string, remedy: string): Problem {
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
