import { Validation } from "../client/types";
import { suggest } from "./nearest";
import { hasReference, isInTheClear, isPasswordKey } from "./passwordKeys";
import { remedyOf, unknownKeys } from "./unknownKeys";

/** Something that a worker says of one setting of a config, or that follows from what it says. */
export interface Finding {
    key: string;
    /** Without any value that may be a secret. */
    says: string;
    /** What to do, where that is known. */
    remedy?: string;
    /**
     * - `config`: the config itself is wrong;
     * - `passing`: it hangs on the network, a server or a secret, and may be right when the connector is written;
     * - `password`: a password in the clear;
     * - `unknown`: a setting that no definition names, and that may be right all the same.
     */
    kind: "config" | "passing" | "password" | "unknown";
}

// What ConfigDef itself says. All else is said by a connector.
const OF_CONFIG_DEF = /^(Invalid value|Missing required configuration|Unknown configuration)\b/;
/** A server's address that cannot be used now: ConfigDef's validators look up names. */
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
 * What a validation found, key by key. Pure.
 *
 * @param config the whole config that was validated, references unresolved.
 * @param redact takes known secrets out of a text.
 */
export function findingsOf(
    { configs }: Validation,
    config: Record<string, string>,
    redact: (text: string) => string,
): Finding[] {
    const types = typesOf(configs);
    const said = [...errorsByKey(configs)].flatMap(([key, { errors, known }]) => {
        const value = config[key];
        const remedy = known.length > 0 && value !== undefined ? suggest(value, known) : undefined;
        return (["config", "passing"] as const).flatMap((kind): Finding[] => {
            const ofKind = errors.filter((error) => isPassing(error, value) === (kind === "passing"));
            const says = redact(ofKind.map((error) => withoutValue(key, error, value, types.get(key))).join("; "));
            return says === "" ? [] : [{ key, says, remedy, kind }];
        });
    });
    const passwords = Object.entries(config)
        .filter(([key, value]) => isPassword(key, types) && isInTheClear(value))
        .map(([key]): Finding => ({ key, says: "is a password in the clear", kind: "password" }));
    const known = tellsOfItsOwn([...types.keys()]) ? [...types.keys(), ...OF_EVERY_CONNECTOR] : [];
    const unknown = unknownKeys(config, known).map((one): Finding => {
        const says = "is no setting that the connector names";
        return { key: one.key, says, remedy: remedyOf(one), kind: one.slip ? "config" : "unknown" };
    });
    return [...said, ...passwords, ...unknown.filter(({ key }) => !passwords.some((other) => other.key === key))];
}

/** Connect adds its own settings, those of transforms and predicates too, to what a connector tells: that may be nothing. */
function tellsOfItsOwn(names: string[]): boolean {
    return names.some((name) => !OF_CONNECT.test(name));
}

/** Some versions list a setting twice, and say of one that is missing that it is wrong, too. */
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

/** Types of the settings that a validation's definitions tell of, by name. */
export function typesOf(configs: Validation["configs"]): Map<string, string> {
    return new Map(configs.flatMap(({ definition }) => (definition ? [[definition.name, definition.type]] : [])));
}

function isPassword(key: string, types: Map<string, string>): boolean {
    const type = types.get(key);
    return type === undefined ? isPasswordKey(key) : type === "PASSWORD";
}

/** What a reference stands for is another run's matter, or this one's: it may be new, or about to be rotated. */
function isPassing(error: string, value = ""): boolean {
    if (hasReference(value)) return true;
    if (OF_CONFIG_DEF.test(error)) return UNREACHABLE.test(error);
    return OUTSIDE.some((pattern) => pattern.test(error));
}

/** Connect shows what it read, references resolved. */
export function withoutValue(key: string, error: string, value = "", type: string | undefined): string {
    if (type !== "PASSWORD" && !isPasswordKey(key) && !hasReference(value)) return error;
    const hidden = error.replace(SHOWN_VALUE, "Invalid value [hidden] for configuration ");
    return value === "" ? hidden : hidden.replaceAll(value, "[hidden]");
}
