import { workerUrls } from "../components/connectCluster";
import { brokerPeer } from "../components/jmsBroker";
import { SECRETS_FOLDER } from "../components/secretFiles";
import { databasePeer } from "../components/sourceDatabase";
import { PlatformConfig } from "../config/config";
import { PlatformEndpoints } from "./completeConnector";

/** Where the config puts the servers that connectors speak to, known before there are any. */
export function endpointsOf(config: PlatformConfig): PlatformEndpoints & { restUrls: string[] } {
    const { connect, database, jmsBroker } = config;
    const hosts = Object.entries(config.hosts).map(([hostName, host]) => ({ ...host, hostName }));
    const ownDatabase = databasePeer("postgres", { ...database, hosts });
    const ownBroker = brokerPeer("artemis", { ...jmsBroker, hosts });
    return {
        restUrls: workerUrls({ ...connect, hosts }),
        ...kafkaSide(config),
        database: { ...database, ...(database.managed ? ownDatabase : { host: database.host! }) },
        jmsBroker: {
            ...jmsBroker,
            url: jmsBroker.managed ? `tcp://${ownBroker.host}:${ownBroker.port}` : jmsBroker.url!,
        },
    };
}

/** What connectors need to know of the brokers and workers. */
export function kafkaSide({
    kafka,
    connect,
}: PlatformConfig): Pick<
    PlatformEndpoints,
    "secretsFolder" | "brokers" | "offsetStorageTopic" | "keyConverter" | "heapMb"
> {
    return {
        secretsFolder: SECRETS_FOLDER,
        brokers: kafka.brokers,
        heapMb: connect.heapMb,
        // Raw settings win over their key's own place
        keyConverter: String(connect.config["key.converter"] ?? connect.keyConverter),
        offsetStorageTopic: String(connect.config["offset.storage.topic"] ?? connect.offsetStorageTopic),
    };
}
