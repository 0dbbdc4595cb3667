import { renderProperties, Setting } from "./properties";
import { acceptsPlain, acceptsTls, STORE_PASSWORD, type TlsMode, usesTls } from "./tls";

/** One server of the ensemble as the other servers reach it. */
export interface QuorumAddress {
    /** `myid` of the server, 0 to 254. */
    id: number;
    host: string;
    /** Port that followers use to connect to the leader. */
    quorumPort: number;
    /** Port of leader election. */
    electionPort: number;
}

/** Settings that are the same for every server of an ensemble. */
export interface EnsembleSettings {
    /** Length of a tick, ms. */
    tickTimeMs: number;
    /** Ticks that a follower may take to connect and sync to the leader. */
    initLimit: number;
    /** Ticks that a follower may be behind the leader. */
    syncLimit: number;
    /** Connections of one client address; 0 is no limit. */
    maxClientCnxns: number;
    /** Four-letter words that clients may send. The health checks need `srvr` and `dump`. */
    fourLetterWords: string[];
    /** Raw settings, which win. */
    config: Record<string, Setting>;
}

/** Content of `zoo.cfg`. Facts: ZooKeeper Administrator's Guide, "Configuration Parameters". */
export interface ZooCfg extends EnsembleSettings {
    dataDir: string;
    clientPort: number;
    /** True where the address in `servers` is not an address of the container itself. */
    listenOnAllAddresses: boolean;
    servers: QuorumAddress[];
    /** TLS of clients and of the quorum. Default: none. */
    tls?: ZookeeperTls;
}

/** TLS of a server. */
export interface ZookeeperTls {
    mode: TlsMode;
    /** Port for clients with TLS. */
    clientPort: number;
    /** Path of a PKCS12 file with the key, its certificate and the trusted authorities, see `TLS_FILES.store`. */
    store: string;
}

/** Renders `zoo.cfg`, the same for every server of the ensemble but for the client ports. */
export function renderZooCfg(cfg: ZooCfg): string {
    const settings: Record<string, Setting> = {
        tickTime: cfg.tickTimeMs,
        initLimit: cfg.initLimit,
        syncLimit: cfg.syncLimit,
        dataDir: cfg.dataDir,
        clientPort: cfg.clientPort,
        maxClientCnxns: cfg.maxClientCnxns,
        "4lw.commands.whitelist": cfg.fourLetterWords.join(","),
        "admin.enableServer": false,
        quorumListenOnAllIPs: cfg.listenOnAllAddresses,
        // Without these ZooKeeper keeps every snapshot.
        "autopurge.snapRetainCount": 3,
        "autopurge.purgeInterval": 1,
        ...tlsSettings(cfg),
    };
    // A single server runs standalone: ZooKeeper ignores a list of one with a warning.
    if (cfg.servers.length > 1) {
        for (const { id, host, quorumPort, electionPort } of cfg.servers) {
            settings[`server.${id}`] = `${host}:${quorumPort}:${electionPort}`;
        }
    }
    return renderProperties(settings, cfg.config);
}

/**
 * Settings of TLS. Facts: Administrator's Guide, "Encryption, Authentication, Authorization Options" and "Upgrading existing
 * non-TLS cluster with no downtime".
 */
function tlsSettings({ tls, servers }: ZooCfg): Record<string, Setting> {
    if (!tls || !acceptsTls(tls.mode)) return {};
    return {
        secureClientPort: tls.clientPort,
        // The health check in the container has no certificate
        clientPortAddress: acceptsPlain(tls.mode) ? undefined : "127.0.0.1",
        // The other factory, ZooKeeper's default, has no TLS
        serverCnxnFactory: "org.apache.zookeeper.server.NettyServerCnxnFactory",
        // Kafka's ACLs name the certificate of the brokers
        "authProvider.x509": "org.apache.zookeeper.server.auth.X509AuthenticationProvider",
        // Else nobody could open the root again once brokers own it and show no certificate any more
        "X509AuthenticationProvider.superUser": "CN=operator",
        "ssl.clientAuth": "need",
        ...storeSettings("ssl", tls.store),
        ...(servers.length > 1 && quorumSettings(tls)),
    };
}

function quorumSettings({ mode, store }: ZookeeperTls): Record<string, Setting> {
    return {
        sslQuorum: usesTls(mode),
        portUnification: acceptsPlain(mode),
        "ssl.quorum.clientAuth": "need",
        // It would also compare the name of the server that connects with its address as seen here, which no certificate can
        // know: the engine gives the address, or translates it. ZooKeeper 3.8 has one setting for both directions
        "ssl.quorum.hostnameVerification": false,
        ...storeSettings("ssl.quorum", store),
    };
}

function storeSettings(prefix: string, store: string): Record<string, string> {
    const kinds = ["keyStore", "trustStore"].flatMap((kind) => [
        [`${prefix}.${kind}.location`, store],
        [`${prefix}.${kind}.type`, "PKCS12"],
        [`${prefix}.${kind}.password`, STORE_PASSWORD],
    ]);
    return Object.fromEntries(kinds);
}
