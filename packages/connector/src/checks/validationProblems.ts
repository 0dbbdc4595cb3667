import { Validation } from "../client/types";
import { suggest } from "./nearest";
import { hasReference, isPasswordKey, isPlainText } from "./passwordKeys";
import { remedyOf, unknownKeys } from "./unknownKeys";

/** A problem of one setting of a config, from a validation by a worker. */
export interface ConfigProblem {
    key: string;
    /** The problem, without any value that may be a secret. */
    text: string;
    /** What to do, if it is known. */
    remedy?: string;
    /**
     * - `config`: the config itself is not valid;
     * - `transient`: it depends on the network, a server or a secret, and may be valid when the connector is written;
     * - `password`: a plain-text password;
     * - `unknown`: a setting without a definition, which may still be valid.
     */
    kind: "config" | "transient" | "password" | "unknown";
}

/** Text of a problem of kind `unknown`, and of a typo. */
export const NOT_DEFINED = "is not a setting of the connector";

// Messages of ConfigDef itself. All others come from a connector.
const OF_CONFIG_DEF = /^(Invalid value|Missing required configuration|Unknown configuration)\b/;
/** A server's address that cannot be resolved now: ConfigDef's validators look up names. */
const UNREACHABLE =
    /no resolvable|unknown ?host|name or service not known|(temporary|dns) failure|cannot resolve|could(n't| not) (be )?resolve|no route to host|network is unreachable/i;
const OUTSIDE = [
    UNREACHABLE,
    /unreachable|refused|reset by|timed? ?out|broken pipe|connection (attempt|failed|closed|lost|error)/i,
    /(unable|failed|fail|error|cannot|can't|could not|couldn't|not able).{0,20}connect/i,
    /error while validating connector config/i,
    /authenticat|unauthori[sz]ed|not authori[sz]ed|authori[sz]ation|access denied|permission denied|forbidden|log ?in failed|sasl|handshake|certificate|pkix/i,
    /(password|credentials?|token) .{0,40}(wrong|invalid|incorrect|expired|mismatch|rejected)/i,
    /(wrong|invalid|incorrect|expired|no) (user|username|password|credentials?|token)\b/i,
    /\b(database|role|user|slot|publication|table|schema|relation|topic|queue|bucket|index|collection|account|keyspace)\b.{0,80}\b(do(es)? not exist|doesn't exist|not found|unknown|is missing)/is,
    /\bwal_level\b|\breplication (slot|role|privilege)|roles? LOGIN and REPLICATION/i,
];
const OF_EVERY_CONNECTOR = ["name", "connector.class", "tasks.max"];
/** Of every validation: `ConnectorConfig`, `SourceConnectorConfig` and `SinkConnectorConfig` of Kafka 2.8 to 4.3. */
const OF_CONNECT =
    /^(name|connector\.(class|plugin\.version)|tasks\.max(\.enforce)?|(key|value|header)\.converter(\..*)?|(transforms|predicates)(\..*)?|config\.action\.reload|errors\..*|exactly\.once\.support|transaction\.boundary(\.interval\.ms)?|offsets\.storage\.topic|topic\.creation\..*|topics(\.regex)?)$/;
const SHOWN_VALUE = /^Invalid value [^]*? for configuration /;

/**
 * The problems of a validation, by key. Pure.
 *
 * @param config the whole validated config, with unresolved references.
 * @param redact removes known secrets from a text.
 */
export function configProblems(
    { configs }: Validation,
    config: Record<string, string>,
    redact: (text: string) => string,
): ConfigProblem[] {
    const types = typesOf(configs);
    const errors = [...errorsByKey(configs)].flatMap(([key, { errors: all, known }]) => {
        const value = config[key];
        const remedy = known.length > 0 && value !== undefined ? suggest(value, known) : undefined;
        return (["config", "transient"] as const).flatMap((kind): ConfigProblem[] => {
            const ofKind = all.filter((error) => isTransient(error, value) === (kind === "transient"));
            const text = redact(ofKind.map((error) => withoutValue(key, error, value, types.get(key))).join("; "));
            return text === "" ? [] : [{ key, text, remedy, kind }];
        });
    });
    const passwords = Object.entries(config)
        .filter(([key, value]) => isPassword(key, types) && isPlainText(value))
        .map(([key]): ConfigProblem => ({ key, text: "is a plain-text password", kind: "password" }));
    const known = definesOwnSettings([...types.keys()]) ? [...types.keys(), ...OF_EVERY_CONNECTOR] : [];
    const unknown = unknownKeys(config, known).map((one): ConfigProblem => {
        return { key: one.key, text: NOT_DEFINED, remedy: remedyOf(one), kind: one.isTypo ? "config" : "unknown" };
    });
    return [...errors, ...passwords, ...unknown.filter(({ key }) => !passwords.some((other) => other.key === key))];
}

/** A connector may define no settings. Connect adds its own, and those of transforms and predicates. */
function definesOwnSettings(names: string[]): boolean {
    return names.some((name) => !OF_CONNECT.test(name));
}

/** Some versions list a setting twice, or report a missing setting also as invalid. */
function errorsByKey(configs: Validation["configs"]): Map<string, { errors: string[]; known: string[] }> {
    const byKey = new Map<string, { errors: string[]; known: string[] }>();
    for (const { value } of configs) {
        const all = [...new Set([...(byKey.get(value.name)?.errors ?? []), ...(value.errors ?? [])])];
        const missing = all.filter((error) => error.startsWith("Missing required configuration"));
        byKey.set(value.name, {
            errors: missing.length > 0 ? missing : all,
            known: value.recommended_values ?? [],
        });
    }
    return byKey;
}

/** Types of the settings in a validation's definitions, by name. */
export function typesOf(configs: Validation["configs"]): Map<string, string> {
    return new Map(configs.flatMap(({ definition }) => (definition ? [[definition.name, definition.type]] : [])));
}

function isPassword(key: string, types: Map<string, string>): boolean {
    const type = types.get(key);
    return type === undefined ? isPasswordKey(key) : type === "PASSWORD";
}

/** The value of a reference may be new, or may be rotated by this run. */
function isTransient(error: string, value = ""): boolean {
    if (hasReference(value)) return true;
    if (OF_CONFIG_DEF.test(error)) return UNREACHABLE.test(error);
    return OUTSIDE.some((pattern) => pattern.test(error));
}

/** Connect shows the value that it read, with resolved references. */
export function withoutValue(key: string, error: string, value = "", type: string | undefined): string {
    if (type !== "PASSWORD" && !isPasswordKey(key) && !hasReference(value)) return error;
    const hidden = error.replace(SHOWN_VALUE, "Invalid value [hidden] for configuration ");
    return value === "" ? hidden : hidden.replaceAll(value, "[hidden]");
}
