/** Java class of Debezium's source connector for PostgreSQL. */
export const DEBEZIUM_POSTGRES_CLASS = "io.debezium.connector.postgresql.PostgresConnector";

/** Prefix of the messages that heartbeats write to the server's log (WAL). */
const HEARTBEAT_PREFIX = "connect-cdc-heartbeat";
/** Debezium accepts only one of the two. */
export const EXCLUDED_MESSAGES = "message.prefix.exclude.list";
export const INCLUDED_MESSAGES = "message.prefix.include.list";

/** A converter whose keys have the names of their columns. */
export const JSON_CONVERTER = "org.apache.kafka.connect.json.JsonConverter";
const JSON_KEYS = {
    "key.converter": JSON_CONVERTER,
    "key.converter.schemas.enable": "false",
};

/**
 * Names of Avro have only letters, digits and `_`. Source: Debezium documentation, "Avro Serialization", section "Naming".
 */
const AVRO_NAMES = { "schema.name.adjustment.mode": "avro", "field.name.adjustment.mode": "avro" };

/** Input of {@link debeziumPostgres}. */
export interface DebeziumPostgresInput {
    /** Host name or address of the database, as the workers reach it. */
    host: string;
    /** Its port. */
    port: number;
    /** Name of the database. */
    database: string;
    /** Role with LOGIN and REPLICATION that may read the captured tables. */
    user: string;
    /** The role's password: a reference to a secret, never the password itself. */
    password: string;
    /** File on the workers with the authorities of the database's certificate, PEM. Default: no TLS. */
    rootCertFile?: string;
    /** Publication of the captured tables; it must exist. */
    publication: string;
    /** Replication slot; the connector makes it. Lower-case letters, digits and `_`, unique on the database server. */
    slot: string;
    /** `offset.storage.topic` of the workers. */
    offsetStorageTopic: string;
    /** True: the workers' key converter writes the text of a Java object, `Struct{id=1}`. */
    workersWriteKeysAsText: boolean;
    /** True: dates and times become ISO 8601 text, for a value converter that writes no schemas. */
    writesTimesAsText: boolean;
    /** True: names of schemas and fields become valid in Avro. Default false. */
    writesAvro?: boolean;
    /** Brokers of the Kafka cluster, for the replication factor of the topics that the connector makes. */
    brokers: number;
    /** Largest heap of a worker, MiB. */
    heapMb: number;
    /** `table.include.list`. Default: the user sets what to capture. */
    includeList?: string;
    /** Table that snapshots are asked for in, `schema.table`. Default: none. */
    signalTable?: string;
}

/**
 * Settings of a Debezium PostgreSQL source that follow from the platform, and the defaults of this project. The user sets
 * `topic.prefix`. Names and defaults: Debezium 3.7.
 */
export function debeziumPostgres(input: DebeziumPostgresInput): Record<string, string> {
    const settings = sourceSettings(input);
    return input.writesTimesAsText ? withTimesAsText(settings) : settings;
}

function sourceSettings(input: DebeziumPostgresInput): Record<string, string> {
    return {
        "database.hostname": input.host,
        "database.port": String(input.port),
        "database.dbname": input.database,
        "database.user": input.user,
        "database.password": input.password,
        // Debezium's default is prefer: TLS only if the server wants, with any certificate
        ...(input.rootCertFile !== undefined && {
            "database.sslmode": "verify-full",
            "database.sslrootcert": input.rootCertFile,
        }),

        // PostgreSQL's own decoder: nothing to install on the database server. Debezium's default is decoderbufs.
        "plugin.name": "pgoutput",
        "publication.name": input.publication,
        // The publication is a part of the database's schema. Debezium's default publishes all tables, which needs a superuser.
        "publication.autocreate.mode": "disabled",
        "slot.name": input.slot,
        // After a worker crashed, the slot is in use until the server notices: retry for two minutes. Default: 6 times in 60 s.
        "slot.retry.delay.ms": "2000",
        "slot.max.retries": "60",

        ...(input.includeList === undefined ? {} : { "table.include.list": input.includeList }),
        // Existing rows come first, then every change.
        "snapshot.mode": "initial",
        ...(input.signalTable === undefined ? {} : signals(input.signalTable)),
        // A heartbeat writes a message to the server's log (WAL). The message comes after everything written before it, also to
        // tables that are not captured, and the slot advances to it once it is in Kafka. A heartbeat without a message repeats
        // the position of the last captured row, and the server keeps its log from there on. Do not use lsn.flush.mode:
        // connector_and_driver: the driver then confirms rows that Kafka does not have yet (measured: 1,979 of 2,000 lost).
        "heartbeat.interval.ms": "5000",
        // In a transaction, because only a commit ends the search for the position after a restart.
        "heartbeat.action.query": `SELECT pg_logical_emit_message(true, '${HEARTBEAT_PREFIX}', '')`,
        // Consumers do not need the message itself.
        [EXCLUDED_MESSAGES]: HEARTBEAT_PREFIX,
        // Reports the position to the server, well within its wal_sender_timeout (20 s here), and keeps lag figures current.
        "status.update.interval.ms": "5000",
        // Debezium's default. It detects a lost server while nothing is sent.
        "database.tcpKeepAlive": "true",
        // An idle connector waits this long for the next change. Debezium's default of 500 ms is most of a row's latency.
        "poll.interval.ms": "20",

        // Exact in each format, also for NaN and for numbers without a fixed scale. The default is an unscaled integer, in JSON
        // base64; a column without a scale becomes a structure with it.
        "decimal.handling.mode": "string",
        // ISO 8601. The default counts a month as 30.4375 days.
        "interval.handling.mode": "string",
        // Compacted topics, and tables built from them, need a tombstone for a deleted key.
        "tombstones.on.delete": "true",

        ...memoryBounds(input.heapMb),

        // Wait for a database that restarts without limit, and retry every 3 s instead of every 10 s.
        "errors.max.retries": "-1",
        "retriable.restart.connector.wait.ms": "3000",

        // Workers with exactly-once support write rows and position in transactions (KIP-618). A transaction for each poll, the
        // default, is one for each max.batch.size rows: 3,300 rows/s instead of 12,000 without transactions. With an interval
        // rows per second and the median of the latency are those without; rows that come while a transaction ends wait for it,
        // about 50 ms. Sinks do not wait for the end of a transaction; consumers with isolation.level: read_committed do. Connect
        // keeps the rows of the open transaction in the heap (ExactlyOnceWorkerSourceTask), so the interval is short.
        "transaction.boundary": "interval",
        "transaction.boundary.interval.ms": "500",
        // The workers' own topic, but also without exactly-once support written by the task's own producer, which ends with the
        // task. With another topic and exactly-once support, Connect 3.9 never ends a reset of the offsets (error 500 after 90 s).
        "offsets.storage.topic": input.offsetStorageTopic,

        ...(input.workersWriteKeysAsText ? JSON_KEYS : {}),
        ...(input.writesAvro ? AVRO_NAMES : {}),

        // One partition keeps the order of all changes of a table.
        "topic.creation.default.partitions": "1",
        "topic.creation.default.replication.factor": String(Math.min(3, input.brokers)),
    };
}

/** Only a schema marks a date or a time. Without a schema it would be a number of days or microseconds. */
function withTimesAsText(settings: Record<string, string>): Record<string, string> {
    return {
        ...settings,
        transforms: [settings["transforms"], "isoTimes"].filter(Boolean).join(),
        "transforms.isoTimes.type": "dev.connectcdc.transforms.IsoTimes",
    };
}

/** Settings of incremental snapshots, which a row of the signal table asks for. */
function signals(table: string): Record<string, string> {
    return {
        "signal.data.collection": table,
        "signal.enabled.channels": "source",
        // Each chunk of rows is read between two marks in the signal table. The second one deletes the first, so that the table
        // does not grow. Debezium's default is insert_insert.
        "incremental.snapshot.watermarking.strategy": "insert_delete",
        // Debezium writes the rows of the signal table into a topic, too. A sink by pattern would read it.
        transforms: "withoutSignals",
        "transforms.withoutSignals.type": "org.apache.kafka.connect.transforms.Filter",
        "transforms.withoutSignals.predicate": "isSignal",
        predicates: "isSignal",
        "predicates.isSignal.type": "org.apache.kafka.connect.transforms.predicates.TopicNameMatches",
        "predicates.isSignal.pattern": `.*\\.${table.replaceAll(".", "\\.")}`,
    };
}

/** Settings whose value in the stack config follows the added one, instead of replacing it. */
export const EXTENDED_LISTS = ["transforms", "predicates"];

/**
 * Bounds of the rows that a source has in the heap at the same time. Debezium's defaults are for small rows: 10,240 rows of a
 * fetch in a snapshot, 8192 in its queue, 2048 in a batch. With 60 kB each they are 1.2 GB.
 *
 * The queue and the batch that Connect sends get a 32nd of the heap each, 12 MiB of the default 384. A fetch gets a fifth, 76
 * MiB: the JDBC driver begins with four rows, and then fetches as many as fit by the largest row of the table so far. The
 * producer has 32 MiB more (`buffer.memory`). Connect itself leaves about 250 MiB.
 */
function memoryBounds(heapMb: number): Record<string, string> {
    const heap = heapMb * 2 ** 20;
    const share = Math.floor(heap / 32);
    const fetched = Math.floor(heap / 5);
    const rowsOf = (bytes: number, rowBytes: number, most: number) =>
        String(Math.min(most, Math.max(1, Math.floor(bytes / rowBytes))));
    return {
        "snapshot.fetch.size": rowsOf(fetched, 2 ** 24, 4),
        // An error, and no end of the worker, where a fetch is larger: the first rows of a table may be small
        "driver.maxResultBuffer": String(fetched),
        "driver.adaptiveFetch": "true",
        "driver.adaptiveFetchMaximum": rowsOf(fetched, 2 ** 20, 10_240),
        "incremental.snapshot.chunk.size": rowsOf(fetched, 2 ** 16, 1024),
        "max.queue.size.in.bytes": String(share),
        "max.batch.size": rowsOf(share, 2 ** 16, 2048),
    };
}

/** Default slot of a connector: the connector's name in the characters that PostgreSQL allows. */
export function slotName(connectorName: string): string {
    return connectorName.toLowerCase().replace(/[^a-z0-9_]/g, "_");
}

/**
 * True if values have schemas in Kafka.
 *
 * @param settings `value.converter` and its settings, of a worker or of a connector.
 */
export function writesSchemas(settings: Record<string, unknown>): boolean {
    const isJson = /(^|\.)Json(Converter)?$/.test(String(settings["value.converter"]));
    return !isJson || String(settings["value.converter.schemas.enable"] ?? true).toLowerCase() !== "false";
}

/** True for a converter that writes a key as the text of a Java object, without a format that consumers can parse. */
export function writesKeysAsText(keyConverter: string): boolean {
    return /(^|\.)String(Converter)?$/.test(keyConverter);
}
