import { SECRETS_FOLDER } from "../components/render/secretsFolder";
import { databaseAddress, jmsBrokerAddress, jmsUrl, workerUrls } from "../components/render/serverAddresses";
import type { HostAddress } from "../components/render/topology";
import type { PlatformEndpoints } from "./completeConnector";
import { writesSchemas } from "./debeziumPostgres";

/** Values of the stack config that decide the endpoints of connectors. */
export interface EndpointSettings {
    hosts: Record<string, { advertisedAddress: string }>;
    kafka: { brokers: number };
    connect: {
        heapMb: number;
        keyConverter: string;
        valueConverter: string;
        valueConverterSchemasEnable: boolean;
        offsetStorageTopic: string;
        /** Raw settings, which win. */
        config: Record<string, unknown>;
    };
    database?: Omit<NonNullable<PlatformEndpoints["database"]>, "host"> & {
        /** Host of an existing server. Default: the stack's own. */
        host?: string;
        placement: string[];
    };
    jmsBroker?: Omit<NonNullable<PlatformEndpoints["jmsBroker"]>, "url"> & {
        /** URL of an existing broker. Default: the stack's own. */
        url?: string;
        port: number;
        placement: string[];
    };
}

/** Endpoints of the servers that connectors use. They follow from the config alone, before any server exists. */
export function endpointsOf({ kafka, connect, database, jmsBroker, ...config }: EndpointSettings): PlatformEndpoints {
    const hosts = hostList(config);
    return {
        secretsFolder: SECRETS_FOLDER,
        brokers: kafka.brokers,
        heapMb: connect.heapMb,
        keyConverter: keyConverterOf({ connect }),
        valuesHaveSchemas: writesSchemas({
            "value.converter": connect.valueConverter,
            "value.converter.schemas.enable": connect.valueConverterSchemasEnable,
            ...connect.config,
        }),
        offsetStorageTopic: offsetStorageTopicOf(connect),
        database: database && {
            ...database,
            ...(database.host === undefined ? databaseAddress({ ...database, hosts }) : { host: database.host }),
        },
        jmsBroker: jmsBroker && {
            ...jmsBroker,
            url: jmsBroker.url ?? jmsUrl(jmsBrokerAddress({ ...jmsBroker, hosts })),
        },
    };
}

/** `key.converter` of the workers; empty while the section `connect` has errors. */
export function keyConverterOf({
    connect,
}: {
    connect?: Pick<EndpointSettings["connect"], "keyConverter" | "config">;
}): string {
    return String(connect?.config["key.converter"] ?? connect?.keyConverter ?? "");
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
