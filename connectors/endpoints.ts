import { SECRETS_FOLDER } from "../components/render/secretsFolder";
import {
    databaseAddress,
    jmsBrokerAddress,
    jmsBrokerTlsAddress,
    jmsUrl,
    registryPeerUrls,
    workerUrls,
} from "../components/render/serverAddresses";
import { AUTHORITY_FILES, TLS_FILES, type TlsMode, usesTls } from "../components/render/tls";
import type { HostAddress } from "../components/render/topology";
import type { PlatformEndpoints } from "./completeConnector";
import { writesSchemas } from "./debeziumPostgres";
import { convertersOf, type Format, type JsonConverters, urlList } from "./formats";

/** Values of the stack config that decide the endpoints of connectors. */
export interface EndpointSettings {
    hosts: Record<string, { advertisedAddress: string }>;
    /** TLS of the stack. Default: off. */
    tls?: TlsMode;
    kafka: { brokers: number };
    connect: JsonConverters & {
        heapMb: number;
        /** Format of the workers' converters. Default `json`. */
        format?: Format;
        offsetStorageTopic: string;
        /** Raw settings, which win. */
        config: Record<string, unknown>;
    };
    database?: Omit<NonNullable<PlatformEndpoints["database"]>, "host" | "rootCertFile"> & {
        /** Host of an existing server. Default: the stack's own. */
        host?: string;
        /** Of an existing server: PEM of the authorities of its certificate. Default: no TLS. */
        ca?: string;
        placement: string[];
    };
    registry?: {
        /** URLs of an existing registry, separated by commas. Default: the stack's own. */
        url?: string;
        /** User of an existing registry. Default: no login. */
        user?: string;
        /** Name of the secret that holds the user's password. */
        passwordSecret?: string;
        instances: number;
        port: number;
        tlsPort: number;
        placement: string[];
    };
    jmsBroker?: Omit<NonNullable<PlatformEndpoints["jmsBroker"]>, "url" | "rootCertFile"> & {
        /** URL of an existing broker. Default: the stack's own. */
        url?: string;
        /** Of an existing broker: PEM of the authorities of its certificate. Default: no TLS, or as its URL says. */
        ca?: string;
        port: number;
        tlsPort: number;
        placement: string[];
    };
}

/** Endpoints of the servers that connectors use. They follow from the config alone, before any server exists. */
export function endpointsOf(config: EndpointSettings): PlatformEndpoints {
    const { kafka, connect, database, jmsBroker, tls = "off" } = config;
    const hosts = hostList(config);
    const converters = { ...workerConverters(config), ...connect.config };
    return {
        secretsFolder: SECRETS_FOLDER,
        brokers: kafka.brokers,
        heapMb: connect.heapMb,
        format: connect.format ?? "json",
        jsonConverters: connect,
        registryUrls: registryUrlsOf(config),
        registryLogin: registryLoginOf(config),
        registryTls: registryTlsOf(config),
        keyConverter: String(converters["key.converter"]),
        valuesHaveSchemas: writesSchemas(converters),
        offsetStorageTopic: offsetStorageTopicOf(connect),
        database: database && {
            ...database,
            ...(database.host === undefined
                ? { ...databaseAddress({ ...database, hosts }), rootCertFile: usesTls(tls) ? TLS_FILES.ca : undefined }
                : { host: database.host, rootCertFile: database.ca && AUTHORITY_FILES.database }),
        },
        jmsBroker: jmsBroker && {
            ...jmsBroker,
            ...(jmsBroker.url === undefined
                ? ownBroker({ ...jmsBroker, hosts }, tls)
                : { url: jmsBroker.url, rootCertFile: jmsBroker.ca && AUTHORITY_FILES.jmsBroker }),
        },
    };
}

function ownBroker(
    placement: Parameters<typeof jmsBrokerTlsAddress>[0],
    tls: TlsMode,
): { url: string; rootCertFile?: string } {
    return usesTls(tls)
        ? { url: jmsUrl(jmsBrokerTlsAddress(placement)), rootCertFile: TLS_FILES.ca }
        : { url: jmsUrl(jmsBrokerAddress(placement)) };
}

/** Files that the workers need to check servers that are not the stack's own: PEM by path. */
export function authoritiesOf({
    database,
    jmsBroker,
}: Pick<EndpointSettings, "database" | "jmsBroker">): Record<string, string> {
    return {
        ...(database?.ca !== undefined && { [AUTHORITY_FILES.database]: database.ca }),
        ...(jmsBroker?.ca !== undefined && { [AUTHORITY_FILES.jmsBroker]: jmsBroker.ca }),
    };
}

/** Converters of the workers with their settings, without the raw settings of the stack config. */
export function workerConverters(config: EndpointSettings): Record<string, string> {
    return convertersOf(config.connect.format ?? "json", config.connect, registryUrlsOf(config), {
        tls: registryTlsOf(config),
    });
}

/** A converter of a connector: its own, or that of the workers; empty while the section `connect` has errors. */
export function converterOf(
    part: "key" | "value",
    config: Record<string, string>,
    { connect }: Pick<Partial<EndpointSettings>, "connect">,
): string {
    const key = `${part}.converter`;
    const ofWorkers = connect && { ...convertersOf(connect.format ?? "json", connect, []), ...connect.config };
    return config[key] ?? String(ofWorkers?.[key] ?? "");
}

/** URLs of the registry's API like Confluent's, as the workers reach it; none while the section `registry` has errors. */
export function registryUrlsOf({
    registry,
    tls,
    ...config
}: Pick<EndpointSettings, "hosts" | "registry" | "tls">): string[] {
    if (!registry) return [];
    return registry.url === undefined
        ? registryPeerUrls({ ...registry, hosts: hostList(config), mode: tls })
        : urlList(registry.url);
}

/** What the workers use the stack's own registry with, as soon as they use TLS; undefined otherwise. */
function registryTlsOf({
    registry,
    tls = "off",
}: Pick<EndpointSettings, "registry" | "tls">): PlatformEndpoints["registryTls"] {
    return registry && registry.url === undefined && usesTls(tls) ? { store: TLS_FILES.store } : undefined;
}

/** Login of an existing registry; undefined where there is none. */
export function registryLoginOf({ registry }: Pick<EndpointSettings, "registry">): PlatformEndpoints["registryLogin"] {
    const { user, passwordSecret } = registry ?? {};
    return user !== undefined && passwordSecret !== undefined ? { user, passwordSecret } : undefined;
}

/** `offset.storage.topic` of the workers. */
export function offsetStorageTopicOf({
    config,
    offsetStorageTopic,
}: Pick<EndpointSettings["connect"], "offsetStorageTopic" | "config">): string {
    return String(config["offset.storage.topic"] ?? offsetStorageTopic);
}

/** URL of every worker's REST API for clients outside. */
export function restUrlsOf(
    config: Pick<EndpointSettings, "hosts"> & { connect: { workers: number; port: number; placement: string[] } },
): string[] {
    return workerUrls({ ...config.connect, hosts: hostList(config) });
}

function hostList({ hosts }: Pick<EndpointSettings, "hosts">): HostAddress[] {
    return Object.entries(hosts).map(([hostName, { advertisedAddress }]) => ({ hostName, advertisedAddress }));
}
