import { renderProperties, Setting } from "./properties";

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
}

/** Renders `zoo.cfg`, the same for every server of the ensemble but for the client port. */
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
    };
    // A single server runs standalone: ZooKeeper ignores a list of one with a warning.
    if (cfg.servers.length > 1) {
        for (const { id, host, quorumPort, electionPort } of cfg.servers) {
            settings[`server.${id}`] = `${host}:${quorumPort}:${electionPort}`;
        }
    }
    return renderProperties(settings, cfg.config);
}
