import { type KafkaStore, storeSettings } from "../components/render/kafkaTls";
import { JSON_CONVERTER } from "./debeziumPostgres";

/** How records are written into topics. */
export type Format = "json" | "avro" | "protobuf";

/** Converters of the formats that keep their schemas in a registry. */
const REGISTRY_CONVERTERS = {
    avro: "dev.connectcdc.avro.AvroConverter",
    protobuf: "dev.connectcdc.protobuf.ProtobufConverter",
};

/** Plugins that hold these converters, by their folder. */
export const FORMAT_PLUGINS = {
    avro: { "avro-converter": { project: "plugins/avro-converter" } },
    protobuf: { "protobuf-converter": { project: "plugins/protobuf-converter" } },
};

/** Converters that the workers have with the format `json`. */
export interface JsonConverters {
    keyConverter: string;
    valueConverter: string;
    /** `value.converter.schemas.enable`. */
    valueConverterSchemasEnable: boolean;
}

/** How converters prove to a registry who they are. */
export interface RegistryAccess {
    /** Login, `user:password`. Default: none. */
    userInfo?: string;
    /** Key and trusted authorities for https. Default: none, and the authorities that the JVM trusts. */
    tls?: KafkaStore;
}

/**
 * `key.converter` and `value.converter` with their settings.
 *
 * @param json what a format of `json` means.
 * @param registryUrls URLs of the registry's API like Confluent's, as the workers reach it.
 */
export function convertersOf(
    format: Format,
    json: JsonConverters,
    registryUrls: string[],
    { userInfo, tls }: RegistryAccess = {},
): Record<string, string> {
    if (format === "json") {
        return {
            "key.converter": json.keyConverter,
            "value.converter": json.valueConverter,
            "value.converter.schemas.enable": String(json.valueConverterSchemasEnable),
            // JsonConverter's own default writes a column's default where the row has NULL (KAFKA-8713).
            "value.converter.replace.null.with.default": "false",
        };
    }
    const settings = {
        "schema.registry.url": registryUrls.join(","),
        ...(userInfo && { "basic.auth.credentials.source": "USER_INFO", "basic.auth.user.info": userInfo }),
        ...(tls && storeSettings(tls, "schema.registry.")),
    };
    return Object.fromEntries(
        ["key.converter", "value.converter"].flatMap((key) => [
            [key, REGISTRY_CONVERTERS[format]],
            ...Object.entries(settings).map(([name, value]) => [`${key}.${name}`, value]),
        ]),
    ) as Record<string, string>;
}

/** URLs of `registry.url`. */
export function urlList(text: string): string[] {
    return text.split(",").map((url) => url.trim());
}

/** True for a converter class that keeps schemas in a registry: of this project, or by the names of others. */
export function usesRegistry(converter: string): boolean {
    return /(^|\.)(Avro|Protobuf|JsonSchema)(Converter)?$/.test(converter);
}

/** Parts of the stack config that say which formats are used. */
export interface FormatSettings {
    connect?: { format: Format };
    connectors?: Record<string, { format?: Format }>;
    registry?: { url?: string; subjects?: object };
}

/** The formats that workers and connectors use, apart from `json`. */
export function registryFormats({ connect, connectors }: FormatSettings): Exclude<Format, "json">[] {
    const used = [connect?.format, ...Object.values(connectors ?? {}).map(({ format }) => format)];
    return (["avro", "protobuf"] as const).filter((format) => used.includes(format));
}

/** True if the stack runs a registry of its own. */
export function runsRegistry(config: FormatSettings): boolean {
    const { url, subjects = {} } = config.registry ?? {};
    return url === undefined && (registryFormats(config).length > 0 || Object.keys(subjects).length > 0);
}

/** True for the converter that JSON is written by; the only one with `schemas.enable`. */
export function isJsonConverter(converter: string): boolean {
    return converter === JSON_CONVERTER || converter === "JsonConverter" || converter === "Json";
}
