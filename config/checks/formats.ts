import { type Format, isJsonConverter, registryFormats, urlList } from "../../connectors/formats";
import { defaults } from "../defaults";
import { Problem } from "../problem";
import type { PlatformConfig } from "../schema";

/** Keys of the stack's own registry. */
const OWN_REGISTRY_KEYS = ["version", "instances", "port", "compatibility", "heapMb", "memoryMb", "placement"] as const;
const LOGIN_KEYS = ["user", "passwordSecret"] as const;
/** Keys of `connect` that only the format `json` uses. */
const JSON_KEYS = ["keyConverter", "valueConverter", "valueConverterSchemasEnable"] as const;
const CONVERTERS = ["key.converter", "value.converter"];

/** Rules on formats and the schema registry. */
export function formatProblems(c: Partial<PlatformConfig>): Problem[] {
    return [
        ...registryProblems(c),
        ...workerProblems(c),
        ...(c.completedConnectors ?? []).flatMap((one) => ofConnector(one, c)),
    ];
}

function registryProblems({ registry, ...c }: Partial<PlatformConfig>): Problem[] {
    if (registry === undefined) return [];
    const { url } = registry;
    if (url === undefined) return unusedLogin(registry);
    const path = "registry.url";
    const urls = urlList(url).map((one) => (URL.canParse(one) ? new URL(one) : undefined));
    const isUrl = urls.every((one) => one && ["http:", "https:"].includes(one.protocol));
    const wrong = isUrl
        ? []
        : [
              {
                  path,
                  value: url,
                  rule: "must be an http or https URL, or some separated by commas",
                  remedy: "correct it",
              },
          ];
    const userInfo = isUrl && urls.some((one) => one?.password !== "");
    const password = {
        path,
        value: url,
        rule: "holds a password: everyone who reaches Connect's REST API could read it",
        remedy: "remove it, and set registry.user and registry.passwordSecret",
    };
    const own = OWN_REGISTRY_KEYS.filter((key) => !isSame(registry[key], defaults.registry[key]));
    const isUsed = !c.connect || registryFormats(c).length > 0 || Object.keys(registry.subjects).length > 0;
    return [
        ...wrong,
        ...(userInfo ? [password] : []),
        ...loginProblems(registry),
        ...own.map((key) => ({
            path: `registry.${key}`,
            value: registry[key],
            rule: "has no effect: registry.url is the address of another registry",
            remedy: "remove it, or remove registry.url",
        })),
        ...(isUsed
            ? []
            : [
                  {
                      path,
                      value: url,
                      rule: "has no effect: no format needs a registry, and no subject is declared",
                      remedy: "set connect.format: avro or protobuf, or remove it",
                      warning: true,
                  },
              ]),
    ];
}

/** The stack's own registry has no authentication. */
function unusedLogin(registry: PlatformConfig["registry"]): Problem[] {
    const key = LOGIN_KEYS.find((one) => registry[one] !== undefined);
    if (key === undefined) return [];
    const rule = "has no effect: only another registry (registry.url) has a login";
    return [{ path: `registry.${key}`, value: registry[key], rule, remedy: "remove the login, or set registry.url" }];
}

function loginProblems(registry: PlatformConfig["registry"]): Problem[] {
    const missing = LOGIN_KEYS.filter((key) => registry[key] === undefined);
    const { user } = registry;
    const colon = {
        path: "registry.user",
        value: user,
        rule: "contains a colon, which separates user and password (RFC 7617)",
        remedy: "use another user",
    };
    return [
        ...(missing.length === 1
            ? missing.map((key) => ({
                  path: `registry.${key}`,
                  value: undefined,
                  rule: "is missing: a login has a user and a password",
                  remedy: "set it, or remove the other one",
              }))
            : []),
        ...(user?.includes(":") ? [colon] : []),
    ];
}

function isSame(one: unknown, other: unknown): boolean {
    return JSON.stringify(one) === JSON.stringify(other);
}

function workerProblems({ connect, connectors }: Partial<PlatformConfig>): Problem[] {
    if (!connect || connect.format === "json") return [];
    const { format, config } = connect;
    const hasJson = Object.values(connectors ?? {}).some((entry) => entry.format === "json");
    const unused = JSON_KEYS.filter((key) => !hasJson && connect[key] !== defaults.connect[key]).map((key) => ({
        path: `connect.${key}`,
        value: connect[key],
        rule: `has no effect: connect.format is ${format}`,
        remedy: "remove it, or set connect.format: json",
    }));
    const schemas = noSchemasEnable("connect", config, (converter) => !(converter in config));
    if (!CONVERTERS.every((key) => key in config)) return [...unused, ...schemas];
    const rule = "has no effect: connect.config sets both converters";
    return [
        ...unused,
        ...schemas,
        { path: "connect.format", value: format, rule, remedy: "remove it, or remove them" },
    ];
}

function ofConnector(
    { name, entry, config }: PlatformConfig["completedConnectors"][number],
    { connect }: Partial<PlatformConfig>,
): Problem[] {
    const path = `connectors.${name}`;
    const format: Format = entry.format ?? connect?.format ?? "json";
    const schemas = noSchemasEnable(
        path,
        entry.config,
        (converter) => format !== "json" && !isJsonConverter(config[converter] ?? ""),
    );
    if (entry.format === undefined) return schemas;
    const contradiction = (rule: string, remedy: string) => ({
        path: `${path}.format`,
        value: entry.format,
        rule,
        remedy,
    });
    if (entry.addDefaults === false) {
        const rule = "has no effect: addDefaults is false";
        return [...schemas, contradiction(rule, "remove it, and set key.converter and value.converter in config")];
    }
    if (!CONVERTERS.every((key) => key in entry.config)) return schemas;
    return [...schemas, contradiction("has no effect: config sets both converters", "remove it, or remove them")];
}

/** Only JsonConverter can leave schemas out. */
function noSchemasEnable(
    path: string,
    config: Record<string, unknown>,
    isOther: (converter: string) => boolean,
): Problem[] {
    return CONVERTERS.map((converter) => [converter, `${converter}.schemas.enable`] as const)
        .filter(([converter, key]) => key in config && isOther(converter))
        .map(([, key]) => ({
            path: `${path}.config.${key}`,
            value: config[key],
            rule: "has no effect: only JsonConverter can leave schemas out",
            remedy: "remove it",
        }));
}
