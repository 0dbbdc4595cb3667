/*
 * What the position of a source hangs on, by its class. Facts: settings and `*Partition` classes of Debezium 1.9, 3.2 and
 * 3.7; `MirrorUtils.wrapPartition`, `Checkpoint` and `Heartbeat` of Kafka 4.3; `TimestampIncrementingOffset` of Confluent's
 * JDBC source.
 */

type Config = Record<string, string>;

/** A setting, or a part of one, that a source's offsets are kept by, or count for. */
export interface PositionKey {
    /** Names of the setting in the class's versions, the newest first. */
    names: string[];
    /** What would happen if it changed. */
    meaning: string;
    /** What the class takes when none is given. */
    fallback?: string;
    /** The part of the value that counts. Default: all of it. */
    part?: (value: string) => string | undefined;
}

/** Settings that no two connectors of the cluster may have alike: the one that messages name, and the others. */
export interface SharedKeys {
    keys: Pick<PositionKey, "names" | "fallback">[];
    /** Why not. */
    meaning: string;
}

/** What is known of a class of sources. */
export interface SourceClass {
    position: PositionKey[];
    shared: SharedKeys[];
}

const ANOTHER_PARTITION =
    "offsets are kept by it: the source would begin anew, with a snapshot of every table where snapshot.mode says so";
const ANOTHER_DATABASE = "the position is one in the old database, and the new one gets no snapshot";

const PREFIX = ["topic.prefix", "database.server.name", "mongodb.name"];
const HISTORY = ["schema.history.internal.kafka.topic", "database.history.kafka.topic"];

const SAME_PREFIX: SharedKeys = { keys: [{ names: PREFIX }], meaning: "both would write the same topics" };
const SAME_HISTORY: SharedKeys = { keys: [{ names: HISTORY }], meaning: "a schema history has one writer" };

/** Debezium keeps a position under `{"server": <topic.prefix>}`; 1.x has `database.server.name` or `mongodb.name`. */
const debezium = (position: PositionKey[] = [], shared: SharedKeys[] = []): SourceClass => ({
    position: [{ names: PREFIX, meaning: ANOTHER_PARTITION }, ...position],
    shared: [...shared, SAME_PREFIX],
});

const database = (...names: string[]): PositionKey => ({ names, meaning: ANOTHER_DATABASE });

/** Debezium's sources that cannot read their log without the history of the tables' schemas. */
const withHistory = (...position: PositionKey[]): SourceClass =>
    debezium(
        [
            ...position,
            { names: HISTORY, meaning: "an empty schema history ends the task, or makes it take a snapshot" },
        ],
        [SAME_HISTORY],
    );

const SOURCE_ALIAS = { names: ["source.cluster.alias"], fallback: "source" };
const TARGET_ALIAS = { names: ["target.cluster.alias"], fallback: "target" };
const mirror = (meaning: string, ...more: string[]): SourceClass => ({
    position: [
        {
            ...SOURCE_ALIAS,
            meaning: "offsets are kept by it, and topics named after it: all would be copied once more",
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
                names: ["slot.name"],
                fallback: "debezium",
                meaning:
                    "changes between its position and what the new slot holds are not there: Debezium refuses to start",
            },
            {
                names: ["database.dbname"],
                meaning: "the position is one in the old database's slot, and the new one gets no snapshot",
            },
        ],
        [
            {
                keys: [
                    { names: ["slot.name"], fallback: "debezium" },
                    { names: ["database.hostname"] },
                    { names: ["database.port"], fallback: "5432" },
                ],
                meaning: "a slot has one reader",
            },
        ],
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
        { names: ["mongodb.connection.mode"], meaning: "offsets are kept by replica set or for the whole cluster" },
    ]),
    As400Rpc: debezium(),
    Vitess: debezium([database("vitess.keyspace"), database("vitess.shard")]),
    Spanner: debezium([
        database("gcp.spanner.instance.id"),
        database("gcp.spanner.database.id"),
        { names: ["gcp.spanner.change.stream"], meaning: "the position is one in the old change stream" },
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

/** What is known of a class of sources, under whichever of the names that Connect takes; undefined: nothing. */
export function sourceClass(connectorClass: string): SourceClass | undefined {
    const known = CLASSES[simpleName(connectorClass)];
    const isDebezium = /^io\.debezium\./.test(connectorClass) && !/Sink/.test(connectorClass);
    return known ?? (isDebezium ? debezium() : undefined);
}

/** True for two names of one class: Connect takes the full one, the simple one, and that without its ending. */
export function isSameClass(a: string, b: string): boolean {
    return a === b || ([a, b].some((name) => !name.includes(".")) && simpleName(a) === simpleName(b));
}

/** The value of a position key in a config. */
export function positionValue(config: Config, { names, fallback, part }: Omit<PositionKey, "meaning">) {
    const name = nameIn(config, names);
    const value = name === undefined ? fallback : config[name];
    return part && value !== undefined ? part(value) : value;
}

/** The one of a setting's names that a config has. */
export function nameIn(config: Config, names: string[]): string | undefined {
    return names.find((name) => config[name] !== undefined);
}

/** True when two configs have all of these settings alike; one without the first of them has nothing to share. */
export function isShared(a: Config, b: Config, { keys }: SharedKeys): boolean {
    return (
        positionValue(a, keys[0]!) !== undefined && keys.every((key) => positionValue(a, key) === positionValue(b, key))
    );
}

function simpleName(connectorClass: string): string {
    return connectorClass.replace(/^.*\./, "").replace(/Connector$/, "");
}
