/*
 * The settings that the position of a source depends on, by its class. Sources: settings and `*Partition` classes of Debezium 1.9, 3.2 and
 * 3.7; `MirrorUtils.wrapPartition`, `Checkpoint` and `Heartbeat` of Kafka 4.3; `TimestampIncrementingOffset` of Confluent's
 * JDBC source.
 */

type Config = Record<string, string>;

/** A setting, or a part of one, that a source's offsets are stored under, or are valid for. */
export interface PositionKey {
    /** Names of the setting in the class's versions, the newest first. */
    names: string[];
    /** Effect of a change. */
    meaning: string;
    /** Default of the class. */
    fallback?: string;
    /** The relevant part of the value. Default: all of it. */
    part?: (value: string) => string | undefined;
}

/** Settings that two connectors of a cluster must not have in common. Messages name the first one. */
export interface SharedKeys {
    keys: Pick<PositionKey, "names" | "fallback">[];
    /** Effect of sharing them. */
    meaning: string;
}

/** The settings of a class of sources that matter for its position. */
export interface SourceClass {
    position: PositionKey[];
    shared: SharedKeys[];
}

const ANOTHER_PARTITION =
    "offsets are stored under it: the source would start from the beginning, with a snapshot of every table if snapshot.mode requires one";
const ANOTHER_DATABASE = "the position belongs to the old database, and the new one gets no snapshot";

const PREFIX = ["topic.prefix", "database.server.name", "mongodb.name"];
const HISTORY = ["schema.history.internal.kafka.topic", "database.history.kafka.topic"];

const SLOT = { names: ["slot.name"], fallback: "debezium" };
/** The database server of Debezium's PostgreSQL source. */
const SERVER = [{ names: ["database.hostname"] }, { names: ["database.port"], fallback: "5432" }];

const SAME_SLOT: SharedKeys = { keys: [SLOT, ...SERVER], meaning: "a slot has one reader" };
const SAME_PREFIX: SharedKeys = { keys: [{ names: PREFIX }], meaning: "both would write to the same topics" };
const SAME_HISTORY: SharedKeys = { keys: [{ names: HISTORY }], meaning: "a schema history has one writer" };

/** Debezium stores a position under `{"server": <topic.prefix>}`; 1.x has `database.server.name` or `mongodb.name`. */
const debezium = (position: PositionKey[] = [], shared: SharedKeys[] = []): SourceClass => ({
    position: [{ names: PREFIX, meaning: ANOTHER_PARTITION }, ...position],
    shared: [...shared, SAME_PREFIX],
});

const database = (...names: string[]): PositionKey => ({ names, meaning: ANOTHER_DATABASE });

/** Debezium's sources that need a schema history to read their log. */
const withHistory = (...position: PositionKey[]): SourceClass =>
    debezium(
        [...position, { names: HISTORY, meaning: "with an empty schema history the task fails, or takes a snapshot" }],
        [SAME_HISTORY],
    );

const SOURCE_ALIAS = { names: ["source.cluster.alias"], fallback: "source" };
const TARGET_ALIAS = { names: ["target.cluster.alias"], fallback: "target" };
const mirror = (meaning: string, ...more: string[]): SourceClass => ({
    position: [
        {
            ...SOURCE_ALIAS,
            meaning: "offsets are stored under it, and topics are named after it: all records would be copied again",
        },
    ],
    shared: [{ keys: [SOURCE_ALIAS, TARGET_ALIAS, ...more.map((name) => ({ names: [name] }))], meaning }],
});

const column = (name: string): PositionKey => ({
    names: [name],
    meaning: "the offsets are values of the old columns: rows would be read again, or never",
});

const CLASSES: Record<string, SourceClass> = {
    Postgres: debezium(
        [
            {
                ...SLOT,
                meaning:
                    "changes between the position and the start of the new slot are missing: Debezium refuses to start",
            },
            {
                names: ["database.dbname"],
                meaning: "the position belongs to the old database's slot, and the new database gets no snapshot",
            },
        ],
        [SAME_SLOT],
    ),
    MySql: withHistory(),
    MariaDb: withHistory(),
    SqlServer: withHistory(database("database.names", "database.dbname")),
    Oracle: withHistory(database("database.dbname"), database("database.pdb.name")),
    Db2: withHistory(database("database.dbname")),
    Informix: withHistory(database("database.dbname")),
    MongoDb: debezium([
        {
            names: ["mongodb.connection.string"],
            meaning: "resume tokens are of one replica set",
            part: (url) => /[?&]replicaSet=([^&]+)/.exec(url)?.[1],
        },
        {
            names: ["mongodb.hosts"],
            meaning: "resume tokens are of one replica set",
            part: (hosts) => /^([^/]+)\//.exec(hosts)?.[1],
        },
        { names: ["mongodb.connection.mode"], meaning: "offsets are stored per replica set or for the whole cluster" },
    ]),
    As400Rpc: debezium(),
    Vitess: debezium([database("vitess.keyspace"), database("vitess.shard")]),
    Spanner: debezium([
        database("gcp.spanner.instance.id"),
        database("gcp.spanner.database.id"),
        { names: ["gcp.spanner.change.stream"], meaning: "the position belongs to the old change stream" },
    ]),
    MirrorSource: mirror("both would copy the same topics", "topics"),
    MirrorCheckpoint: mirror("both would write the same checkpoints", "groups"),
    MirrorHeartbeat: mirror("both would write the same heartbeats"),
    JdbcSource: {
        position: [column("mode"), column("incrementing.column.name"), column("timestamp.column.name")],
        shared: [
            {
                keys: ["connection.url", "topic.prefix", "table.whitelist", "query"].map((name) => ({ names: [name] })),
                meaning: "both would read the same tables",
            },
        ],
    },
};

/** The known class of a source, by any name that Connect accepts for it; undefined for an unknown one. */
export function sourceClass(connectorClass: string): SourceClass | undefined {
    const known = CLASSES[simpleName(connectorClass)];
    const isDebezium = /^io\.debezium\./.test(connectorClass) && !/Sink/.test(connectorClass);
    return known ?? (isDebezium ? debezium() : undefined);
}

/** True for two names of one class: Connect accepts the full name, the simple name, and the simple name without its suffix. */
export function isSameClass(a: string, b: string): boolean {
    return a === b || ([a, b].some((name) => !name.includes(".")) && simpleName(a) === simpleName(b));
}

/** The value of a position key in a config. */
export function positionValue(config: Config, { names, fallback, part }: Omit<PositionKey, "meaning">) {
    const name = nameIn(config, names);
    const value = name === undefined ? fallback : config[name];
    return part && value !== undefined ? part(value) : value;
}

/** The name under which a config has a setting. */
export function nameIn(config: Config, names: string[]): string | undefined {
    return names.find((name) => config[name] !== undefined);
}

/** True when two configs have the same values of all these settings. A config without the first one shares nothing. */
export function isShared(a: Config, b: Config, { keys }: SharedKeys): boolean {
    return (
        positionValue(a, keys[0]!) !== undefined && keys.every((key) => positionValue(a, key) === positionValue(b, key))
    );
}

/** True for configs of two Debezium PostgreSQL sources that read the same database server. */
export function haveSameServer(a: Config, b: Config): boolean {
    return SERVER.every((key) => positionValue(a, key) === positionValue(b, key));
}

/** True for configs of two Debezium PostgreSQL sources that read the same replication slot. A slot has one reader. */
export function haveSameSlot(a: Config, b: Config): boolean {
    return isShared(a, b, SAME_SLOT);
}

function simpleName(connectorClass: string): string {
    return connectorClass.replace(/^.*\./, "").replace(/Connector$/, "");
}
