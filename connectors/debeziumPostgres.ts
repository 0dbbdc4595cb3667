/** Java class of Debezium's source connector for PostgreSQL. */
export const DEBEZIUM_POSTGRES_CLASS = "io.debezium.connector.postgresql.PostgresConnector";

/** Prefix of the messages that heartbeats write to the server's log. */
const HEARTBEAT_PREFIX = "connect-cdc-heartbeat";
/** Debezium refuses one of the two beside the other. */
export const EXCLUDED_MESSAGES = "message.prefix.exclude.list";
export const INCLUDED_MESSAGES = "message.prefix.include.list";

/** Keys that name their columns. */
const JSON_KEYS = {
    "key.converter": "org.apache.kafka.connect.json.JsonConverter",
    "key.converter.schemas.enable": "false",
};

/** What {@link debeziumPostgres} needs to know. */
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
    /** Publication of the captured tables; it must exist. */
    publication: string;
    /** Replication slot; the connector makes it. Lower-case letters, digits and `_`, unique on the database server. */
    slot: string;
    /** `offset.storage.topic` of the workers. */
    offsetStorageTopic: string;
    /** True: the workers' own key converter would write the text of a Java object, `Struct{id=1}`. */
    workersWriteKeysAsText: boolean;
    /** Brokers of the Kafka cluster, for the replication factor of the topics that the connector makes. */
    brokers: number;
    /** Largest heap of a worker, MiB. */
    heapMb: number;
}

/**
 * Settings of a Debezium PostgreSQL source that follow from the platform, and the defaults of this project. What to
 * capture (`topic.prefix`, `table.include.list`) is the user's part. Names and defaults: Debezium 3.7.
 */
export function debeziumPostgres(input: DebeziumPostgresInput): Record<string, string> {
    return {
        "database.hostname": input.host,
        "database.port": String(input.port),
        "database.dbname": input.database,
        "database.user": input.user,
        "database.password": input.password,

        // PostgreSQL's own decoder: nothing to install on the database server. Debezium's default is decoderbufs.
        "plugin.name": "pgoutput",
        "publication.name": input.publication,
        // The publication belongs to the database's schema. Debezium's default would publish all tables, which takes a superuser.
        "publication.autocreate.mode": "disabled",
        "slot.name": input.slot,
        // After a crashed worker the slot is taken until the server notices: try often, for two minutes. Default: 6 times in 60 s.
        "slot.retry.delay.ms": "2000",
        "slot.max.retries": "60",

        // Rows that are there already come first, then every change.
        "snapshot.mode": "initial",
        // A beat writes a message to the server's log. Its own position is behind everything written before it, to tables that
        // are not captured, too, and the slot follows it as it follows a row: once it is in Kafka. A beat without a message
        // repeats the position of the last captured row, and the server keeps its log from there on. Not lsn.flush.mode:
        // connector_and_driver: with it the driver confirms rows that Kafka does not have yet (measured: 1,979 of 2,000 lost).
        "heartbeat.interval.ms": "5000",
        // In a transaction, because only a commit ends the search for the position after a restart.
        "heartbeat.action.query": `SELECT pg_logical_emit_message(true, '${HEARTBEAT_PREFIX}', '')`,
        // Nobody reads the message itself.
        [EXCLUDED_MESSAGES]: HEARTBEAT_PREFIX,
        // Tells the server how far we are, well within its wal_sender_timeout (ours has 20 s), and keeps lag figures fresh.
        "status.update.interval.ms": "5000",
        // Debezium's own default, which notices a server that is gone while nothing is sent.
        "database.tcpKeepAlive": "true",
        // The wait of an idle connector for the next change: with Debezium's 500 ms it is most of a row's latency.
        "poll.interval.ms": "20",

        // Exact, and readable in JSON. The default is base64 of an unscaled integer.
        "decimal.handling.mode": "string",
        // Compacted topics and tables built from them need the record that says a key is gone.
        "tombstones.on.delete": "true",

        ...memoryBounds(input.heapMb),

        // A database that restarts is waited for without limit, asked every 3 s instead of every 10 s.
        "errors.max.retries": "-1",
        "retriable.restart.connector.wait.ms": "3000",

        // The workers' own topic, but written by the task's own producer (KIP-618), which ends with the task. With the worker's, a
        // worker that was cut off writes its last position whenever it is back, over a newer one: older than what the slot keeps,
        // it would stop the source for good. A worker ends its tasks before it joins the others again.
        "offsets.storage.topic": input.offsetStorageTopic,

        ...(input.workersWriteKeysAsText ? JSON_KEYS : {}),

        // One partition keeps the order of all changes of a table.
        "topic.creation.default.partitions": "1",
        "topic.creation.default.replication.factor": String(Math.min(3, input.brokers)),
    };
}

/**
 * Bounds of what a source holds in the heap at the same time, for rows of 64 KiB. Debezium's defaults are for small rows:
 * 10,240 rows of a fetch in a snapshot, 8192 in its queue, 2048 in a batch; of 60 kB each they are 1.2 GB.
 *
 * Each of these gets a 32nd of the heap, 12 MiB of the default 384: the rows that the JDBC driver has fetched, the queue, the
 * batch that Connect sends (its rows have left the queue). The producer has `buffer.memory`, 32 MiB, besides. That is some
 * 70 MiB for a source, of the 250 MiB that a worker has left beside Connect itself.
 */
function memoryBounds(heapMb: number): Record<string, string> {
    const share = Math.floor((heapMb * 2 ** 20) / 32);
    const rows = Math.max(1, Math.floor(share / 2 ** 16));
    return {
        "snapshot.fetch.size": String(Math.min(10_240, rows)),
        "max.queue.size.in.bytes": String(share),
        "max.batch.size": String(Math.min(2048, rows)),
    };
}

/** The slot of a connector that names none: the connector's name in the characters that PostgreSQL allows. */
export function slotName(connectorName: string): string {
    return connectorName.toLowerCase().replace(/[^a-z0-9_]/g, "_");
}

/** True for a converter that writes a key as the text of a Java object: nobody can read the names of its columns there. */
export function writesKeysAsText(keyConverter: string): boolean {
    return /(^|\.)String(Converter)?$/.test(keyConverter);
}
