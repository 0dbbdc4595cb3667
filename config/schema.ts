import { z } from "zod";
import { JMS_OPERATIONS } from "../components/render/artemis";
import { TLS_MODES, type TlsMode } from "../components/render/tls";
import type { CompletedConnector } from "../connectors/completeConnector";
import type { TableList } from "../connectors/tableLists";
import { fixedVersion, pluginSources, text } from "../images/staging/contract";
import type { Problem } from "./problem";

const count = (what: string, min: number, max = 1_000_000_000_000) =>
    z
        .int({ error: `must be ${what}` })
        .min(min, { error: `must be ${what}, ${min} or more` })
        .max(max, {
            error: `must be ${what}, at most ${max}`,
        });
const port = count("a port", 1, 65_535);
const flag = z.boolean({ error: "must be true or false" });
const list = z.array(text("text"), { error: "must be a list of texts" });
const scalar = z.union([z.string(), z.number(), z.boolean()], { error: "must be text, a number, true or false" });
const settings = z.record(z.string(), scalar, { error: "must be an object of settings" });
const replication = count("a replication factor", 1, 32_767).optional();
const jvm = {
    heapMb: count("a heap size in MiB", 8).describe("Maximum heap of the JVM, MiB."),
    memoryMb: count("a memory limit in MiB", 16).describe(
        "Memory limit of the container, MiB. The container has no swap.",
    ),
    jvmFlags: list.describe("Additional flags of the JVM."),
    stopGraceSeconds: count("a number of seconds", 1).describe(
        "Time for a clean stop before the container is killed, s.",
    ),
    readySeconds: count("a number of seconds", 1).describe("Time limit until the whole role is ready, s."),
    placement: list.describe(
        "Names of the hosts, one for each member. Empty: member i runs on host i modulo the number of hosts.",
    ),
    config: settings.describe(
        "Raw server settings. They override all other keys, except settings that a server's address and data depend on.",
    ),
};

const secretReference = z.strictObject({ secret: text("the name of a secret") });

const connectorValue = z.union([scalar, secretReference], {
    error: "must be text, a number, true or false, or {secret: name}",
});

const table = z.strictObject({
    snapshot: z
        .enum(["incremental", "blocking", "none"], { error: "must be incremental, blocking or none" })
        .optional(),
    replicaIdentity: z
        .union([z.enum(["default", "full", "nothing"]), z.strictObject({ index: text("the name of an index") })], {
            error: "must be default, full, nothing or {index: name}",
        })
        .optional(),
});
const tables = z.record(z.string(), table, { error: "must be an object of tables by name" }).optional();
const tablesUrl = secretReference.optional();

const drop = z.literal("drop", { error: "must be drop, or left out" }).optional();

const onDelete = z.strictObject({
    offsets: z.enum(["retain", "reset"], { error: "must be retain or reset" }).optional(),
    database: z
        .strictObject({
            url: secretReference.optional(),
            slot: drop,
            publication: drop,
        })
        .optional(),
});

const compatibility = z.enum(
    ["NONE", "BACKWARD", "BACKWARD_TRANSITIVE", "FORWARD", "FORWARD_TRANSITIVE", "FULL", "FULL_TRANSITIVE"],
    { error: "must be NONE, or BACKWARD, FORWARD or FULL, also with _TRANSITIVE" },
);

const subject = z.strictObject({
    compatibility: compatibility.optional(),
    schemaFile: text("the path of a file").optional(),
    type: z.enum(["AVRO", "PROTOBUF", "JSON"], { error: "must be AVRO, PROTOBUF or JSON" }).optional(),
    references: z
        .array(
            z.strictObject({
                name: text("the name that the schema uses"),
                subject: text("the name of a subject"),
                version: count("a version", 1).optional(),
            }),
            { error: "must be a list of {name, subject, version}" },
        )
        .optional(),
});

const pem = text("certificates in PEM").refine((value) => value.includes("-----BEGIN CERTIFICATE-----"), {
    error: "must be certificates in PEM",
});

const authority = z.strictObject({
    name: text("the name of an authority").regex(/^[a-z][a-z0-9-]*$/, {
        error: "must be of lower-case letters, digits and -",
    }),
    cert: text("a certificate in PEM").optional(),
    key: secretReference.optional(),
});

const accessRule = z
    .strictObject({
        topic: text("the name of a topic").optional(),
        group: text("the name of a group").optional(),
        transactionalId: text("a transactional id").optional(),
        cluster: z.literal("kafka-cluster", { error: "must be kafka-cluster" }).optional(),
        operations: z
            .array(text("an operation"), { error: "must be a list of operations" })
            .min(1, { error: "must have an operation" }),
    })
    .refine(({ operations: _, ...resources }) => Object.keys(resources).length === 1, {
        error: "must have exactly one of topic, group, transactionalId and cluster",
    });
const accessRules = z.array(accessRule, {
    error: "must be a list of {topic, group, transactionalId or cluster, operations}",
});

const userName = z.string().regex(/^[A-Za-z0-9][\w.-]*$/, { error: "must be of letters, digits, . _ and -" });

const kafkaUser = z.strictObject({
    password: secretReference.optional(),
    allow: accessRules,
    quotas: z
        .strictObject({
            producerBytesPerSecond: count("a number of bytes per second", 1).optional(),
            consumerBytesPerSecond: count("a number of bytes per second", 1).optional(),
            requestPercentage: z
                .number({ error: "must be a percentage" })
                .positive({ error: "must be a percentage above 0" })
                .optional(),
        })
        .optional(),
});

const connectUser = z.strictObject({ password: secretReference.optional() });

const jmsUser = z.strictObject({
    password: secretReference.optional(),
    allow: z.array(
        z.strictObject({
            address: text("the name of a queue or topic"),
            operations: z
                .array(z.enum(JMS_OPERATIONS, { error: `must be ${JMS_OPERATIONS.join(", ")}` }), {
                    error: "must be a list of operations",
                })
                .min(1, { error: "must have an operation" }),
        }),
        { error: "must be a list of {address, operations}" },
    ),
});

const format = z.enum(["json", "avro", "protobuf"], { error: "must be json, avro or protobuf" });

export const connector = z.strictObject({
    name: text("the connector's name")
        .optional()
        .describe(
            "Name on the Connect cluster, if it cannot be the key, for example a name with blanks. Default: the key.",
        ),
    class: text("the connector's Java class").describe("Java class of the connector."),
    tasksMax: count("a number of tasks", 1).describe("`tasks.max`."),
    minTasks: count("a number of tasks", 0)
        .optional()
        .describe("Number of tasks that must run before `up` succeeds. Default: 1."),
    state: z
        .enum(["running", "paused", "stopped"], { error: "must be running, paused or stopped" })
        .describe("Desired state: running, paused or stopped."),
    adopt: flag.optional().describe("True: take over an existing connector of this name that differs. Default: false."),
    timeoutSeconds: count("a number of seconds", 1).optional().describe("Time limit of create and update, s."),
    onDelete: onDelete
        .optional()
        .describe(
            "What a deletion does to the position: `offsets` retain or reset; `database` with `slot: drop` and " +
                "`publication: drop`, and with `url: {secret: name}` for a database that the stack does not run. Default: everything stays.",
        ),
    onPositionLoss: z
        .enum(["refuse", "startAnew"], { error: "must be refuse or startAnew" })
        .optional()
        .describe(
            "startAnew: allow a change after which the connector cannot continue from its position. Default: refuse.",
        ),
    renamedFrom: text("the connector's previous name")
        .optional()
        .describe(
            "Previous name. One `up` continues from its position, on the same slot, and deletes the old connector. Without " +
                "`slot.name` in `config` the slot is derived from the previous name, so keep this key. Default: none.",
        ),
    format: format
        .optional()
        .describe("Format of its records in topics: json, avro or protobuf. Default: `connect.format`."),
    addDefaults: flag
        .optional()
        .describe("False: use `config` as it is, and add nothing for a Debezium source or a JMS sink. Default: true."),
    tables: tables.describe(
        "Captured tables of a source that does not follow `database.tables`, in the same form. It needs a `publication.name` of " +
            "its own in `config`. Default: none.",
    ),
    tablesUrl: tablesUrl.describe(
        "`{secret: name}` with the URL of the database of `tables`, if it is not the stack's: like `database.tablesUrl`.",
    ),
    manageTables: flag.optional().describe("For `tables`: like `database.manageTables`. Default: true."),
    config: z
        .record(z.string(), connectorValue, {
            error: "must be an object of settings",
        })
        .describe("Settings of the connector. A value is text, a number, true, false or {secret: name}."),
});

export const sections = {
    hosts: z
        .record(
            z.string().regex(/^[a-z][a-z0-9-]*$/, { error: "must be of lower-case letters, digits and -" }),
            z.strictObject({
                endpoint: text("a Docker endpoint")
                    .regex(/^(unix|ssh|tcp):\/\/.+/, { error: "must start with unix://, ssh:// or tcp://" })
                    .describe("Docker endpoint: unix://, ssh:// or tcp://."),
                certPath: text("a folder")
                    .optional()
                    .describe(
                        "For tcp:// with TLS: folder on this machine with ca.pem, cert.pem and key.pem. Default: the " +
                            "folder in DOCKER_CERT_PATH. Without both there is no TLS.",
                    ),
                advertisedAddress: text("an address").describe("Address of this host for clients and other hosts."),
                bindAddress: z
                    .ipv4({ error: "must be an IPv4 address" })
                    .describe("Address that published ports bind to."),
            }),
            { error: "must be an object of host name -> {endpoint, advertisedAddress, bindAddress}" },
        )
        .describe("Docker hosts by name."),
    security: z.strictObject({
        tls: z
            .enum(TLS_MODES, { error: "must be off, offer, prefer or require" })
            .optional()
            .describe(
                "TLS of all links: `off`, `offer` (servers take both), `prefer` (members use it), `require`. Change a running stack by one " +
                    "step at a time. Default: require if a host binds outside 127.0.0.0/8, otherwise off. See [Security](security.md).",
            ),
        authorities: z
            .array(authority, { error: "must be a list of {name}, or of {name, cert, key: {secret}}" })
            .min(1, { error: "must have an authority" })
            .describe(
                "Authorities of the stack. The first signs the certificates of all members, and all are trusted. `name`: the stack makes " +
                    "the authority; with `cert` (PEM) and `key: {secret: name}` it is one of yours.",
            ),
        certificateDays: count("a number of days", 1, 3650).describe(
            "Life of a member's certificate, days. An `up` in its last third renews it.",
        ),
        clients: z
            .record(
                userName,
                z.strictObject({
                    registry: z.enum(["read", "write"], { error: "must be read or write" }).optional(),
                }),
                { error: "must be an object of client name -> {registry}" },
            )
            .describe(
                "Certificates for clients of your own, by name. They may read metrics, and schemas of the stack's own registry; with " +
                    "`registry: write` they may change these. See [Security](security.md#certificates-for-clients).",
            ),
        trustedNetwork: flag.describe(
            "True: ports may bind outside 127.0.0.0/8 without TLS. Everyone who reaches a port may then read and change everything, " +
                "also the secrets of connectors.",
        ),
        protectData: flag.describe(
            "True: data volumes are protected from deletion. Set it in every stack with real data.",
        ),
    }),
    zookeeper: z.strictObject({
        version: fixedVersion.describe("ZooKeeper version."),
        servers: count("a number of servers", 1, 255).describe("Number of servers of the ensemble."),
        clientPort: port.describe("Client port of server 0. Server i has this port + i."),
        tlsPort: port.describe("Client port with TLS of server 0. Server i has this port + i."),
        quorumPort: port.describe("Follower port of server 0. Server i has this port + i."),
        electionPort: port.describe("Election port of server 0. Server i has this port + i."),
        tickTimeMs: count("a number of ms", 1).describe("Length of a tick, ms."),
        initLimit: count("a number of ticks", 1).describe(
            "Number of ticks that a follower may take to sync with the leader.",
        ),
        syncLimit: count("a number of ticks", 1).describe("Number of ticks that a follower may be behind the leader."),
        maxClientCnxns: count("a number of connections", 0).describe(
            "Maximum number of connections of one client address. 0: no limit.",
        ),
        fourLetterWords: list.describe("Four-letter words that clients may send."),
        ...jvm,
    }),
    kafka: z.strictObject({
        version: fixedVersion.describe("Kafka version, of brokers and Connect workers."),
        brokers: count("a number of brokers", 1, 1000).describe("Number of brokers of the cluster."),
        port: port.describe("Published port of broker 0, without TLS. Broker i has this port + i."),
        tlsPort: port.describe(
            "Published port of broker 0 with TLS, for clients with a user of `kafka.users`. Broker i has this port + i.",
        ),
        operatorPort: port.describe(
            "Published port of broker 0 with TLS, for clients with a certificate. Broker i has this port + i.",
        ),
        networkThreads: count("a number of threads", 1).describe("`num.network.threads`."),
        ioThreads: count("a number of threads", 1).describe("`num.io.threads`."),
        socketSendBufferBytes: count("a number of bytes", 1).describe("`socket.send.buffer.bytes`."),
        socketReceiveBufferBytes: count("a number of bytes", 1).describe("`socket.receive.buffer.bytes`."),
        socketRequestMaxBytes: count("a number of bytes", 1).describe("`socket.request.max.bytes`."),
        numPartitions: count("a number of partitions", 1).describe(
            "Number of partitions of a topic that is created without a number.",
        ),
        recoveryThreadsPerDataDir: count("a number of threads", 1).describe("`num.recovery.threads.per.data.dir`."),
        offsetsTopicReplicationFactor: replication.describe("Default: the number of brokers, at most 3."),
        transactionStateLogReplicationFactor: replication.describe("Default: the number of brokers, at most 3."),
        transactionStateLogMinIsr: replication.describe("Default: its replication factor less 1, at least 1."),
        defaultReplicationFactor: replication.describe("Default: the number of brokers, at most 3."),
        minInsyncReplicas: replication.describe("Default: the default replication factor less 1, at least 1."),
        retentionHours: count("a number of hours", 1).describe("`log.retention.hours`."),
        segmentBytes: count("a number of bytes", 14, 2_147_483_647).describe("`log.segment.bytes`."),
        retentionCheckIntervalMs: count("a number of ms", 1).describe("`log.retention.check.interval.ms`."),
        zookeeperConnectionTimeoutMs: count("a number of ms", 1).describe("`zookeeper.connection.timeout.ms`."),
        groupInitialRebalanceDelayMs: count("a number of ms", 0).describe("`group.initial.rebalance.delay.ms`."),
        logCleanerDedupeBufferBytes: count("a number of bytes", 1_048_576).describe(
            "`log.cleaner.dedupe.buffer.size`.",
        ),
        maxMessageBytes: count("a number of bytes", 1_048_576, 1_073_741_824).describe(
            "Maximum size of a record in Kafka, bytes. The limits of brokers, workers and their producers follow from it. An update " +
                "under REPLICA IDENTITY FULL has the row twice: the default passes rows of 10 MiB.",
        ),
        users: z
            .record(userName, kafkaUser, { error: "must be an object of user name -> {password, allow, quotas}" })
            .describe(
                "Users of the port `tlsPort`, by name. Each has `allow`, its rules: a list of `{topic, group, transactionalId or cluster, " +
                    "operations}`. A name with a trailing `*` is a prefix; `operations` are Kafka's: Read, Write, Create, Describe, " +
                    "... What no rule allows is refused. `password: {secret: name}`; default: generated. `quotas`: " +
                    "`producerBytesPerSecond`, `consumerBytesPerSecond` and `requestPercentage`, per broker; default: no limits. See " +
                    "[Security](security.md).",
            ),
        ...jvm,
    }),
    connect: z.strictObject({
        workers: count("a number of workers", 1, 1000).describe("Number of workers of the Connect cluster."),
        port: port.describe("Published REST port of worker 0, without TLS. Worker i has this port + i."),
        tlsPort: port.describe("Published REST port of worker 0 with TLS. Worker i has this port + i."),
        groupId: text("a group id").describe("`group.id` of the Connect cluster."),
        configStorageTopic: text("a topic").describe("`config.storage.topic`."),
        offsetStorageTopic: text("a topic").describe("`offset.storage.topic`."),
        statusStorageTopic: text("a topic").describe("`status.storage.topic`."),
        replicationFactor: replication.describe(
            "Replication factor of the three topics. Default: the number of brokers, at most 3.",
        ),
        format: format.describe(
            "Format of records in topics: json, avro or protobuf. The last two have their schemas in the registry. See " +
                "[Formats](formats.md).",
        ),
        keyConverter: text("a Java class").describe("Default key converter of the format json."),
        valueConverter: text("a Java class").describe("Default value converter of the format json."),
        valueConverterSchemasEnable: flag.describe("`value.converter.schemas.enable` of the format json."),
        offsetFlushIntervalMs: count("a number of ms", 1).describe("`offset.flush.interval.ms`."),
        scheduledRebalanceMaxDelayMs: count("a number of ms", 0).describe(
            "`scheduled.rebalance.max.delay.ms`: how long the tasks of a lost worker wait for its return. 0: they move at once.",
        ),
        exactlyOnceSource: z
            .enum(["enabled", "preparing", "disabled"], { error: "must be enabled, preparing or disabled" })
            .describe("`exactly.once.source.support` (KIP-618): `enabled`, `preparing` or `disabled`."),
        allow: accessRules.describe(
            "Further rules of the workers' principal in Kafka, in the form of `kafka.users`. Rules for the worker's own topics, for " +
                "Debezium's sources and for sinks are added by themselves; connectors of other kinds need theirs here.",
        ),
        users: z
            .record(userName, connectUser, { error: "must be an object of user name -> {password}" })
            .describe(
                "Users of the REST API by name, with `password: {secret: name}`; default: generated. As soon as there is one, each request " +
                    "needs a user beside the certificate, by HTTP Basic. Needs `security.tls` `prefer` or `require`. See " +
                    "[Security](security.md#users-of-connect).",
            ),
        clientConfigOverridePolicy: text("a policy").describe("`connector.client.config.override.policy`."),
        plugins: pluginSources.describe("Plugins in the workers' image, by folder name."),
        ...jvm,
    }),
    metrics: z.strictObject({
        enabled: flag.describe("True: each ZooKeeper server, broker and worker serves metrics for Prometheus."),
        zookeeperPort: port.describe("Published metrics port of ZooKeeper server 0. Server i has this port + i."),
        kafkaPort: port.describe("Published metrics port of broker 0. Broker i has this port + i."),
        connectPort: port.describe("Published metrics port of worker 0. Worker i has this port + i."),
    }),
    watch: z.strictObject({
        enabled: flag.describe("True: a container of the stack watches the stack and logs changes."),
        intervalSeconds: count("a number of seconds", 1, 86_400).describe(
            "Time between two snapshots of the platform, s.",
        ),
        heal: flag.describe("True: it restarts tasks that have FAILED, at most five times an hour for each connector."),
        memoryMb: count("a memory limit in MiB", 96).describe("Memory limit of the container, MiB."),
        placement: list.describe("Name of the host, as a list of one. Empty: the first host."),
    }),
    connectors: z
        .record(z.string(), connector, { error: "must be an object of connectors by name" })
        .describe("Connectors by name."),
    database: z.strictObject({
        managed: flag.describe(
            "True: this stack runs its own PostgreSQL. False: `host` is the address of an existing one.",
        ),
        host: text("a host name or address")
            .optional()
            .describe("Host of an existing database, as the workers reach it."),
        port: port.describe("Port of the database: the published port, or that of an existing database."),
        ca: pem
            .optional()
            .describe(
                "Of an existing database: the authorities that sign its certificate, PEM. With it all links to the database have TLS " +
                    "(`verify-full`). Default: no TLS.",
            ),
        name: text("a database name").describe("Name of the database."),
        user: text("a role name").describe("Role that Debezium uses."),
        passwordSecret: text("the name of a secret").describe("Name of the secret with the role's password."),
        publication: text("a publication name").describe("Publication of the captured tables."),
        tables: tables.describe(
            "Captured tables by name: `schema.table`, or `schema.*` for all tables of a schema. Each has `snapshot` (how the rows " +
                "of a table that is added come: `incremental`, `blocking` or `none`; default incremental) and `replicaIdentity` " +
                "(`default`, `full`, `nothing` or `{index: name}`; default: not changed). `null` instead of the object: tables " +
                "are not managed. See [Tables](tables.md).",
        ),
        signalTable: text("the name of a table")
            .optional()
            .describe("Table that snapshots of added tables are asked for in. `up` creates and publishes it."),
        tablesUrl: tablesUrl.describe(
            "For an existing database: `{secret: name}` with the URL by which this machine reaches it as the owner of the " +
                "tables, `postgresql://owner:password@host:port/database`. Default: none.",
        ),
        manageTables: flag
            .optional()
            .describe(
                "False: `up` only compares the database with `tables`, and prints the SQL for what is missing. Default: true " +
                    "for the stack's own database and with `tablesUrl`, otherwise false.",
            ),
        memoryMb: count("a memory limit in MiB", 64).describe("Memory limit of the container, MiB."),
        placement: list.describe("Name of the host, as a list of one. Empty: the first host."),
        config: settings.describe(
            "Raw settings of the stack's own PostgreSQL, such as max_slot_wal_keep_size. They override the defaults, except settings " +
                "that the server's address, data and sources depend on.",
        ),
    }),
    registry: z.strictObject({
        url: text("a URL")
            .optional()
            .describe(
                "URL of an existing schema registry with Confluent's API, as the workers reach it, or its URLs, separated by " +
                    "commas. Default: the stack runs its own as soon as a format needs it.",
            ),
        user: text("a user name")
            .optional()
            .describe("With `url`: user of the registry, by HTTP Basic. Default: no login."),
        passwordSecret: text("the name of a secret")
            .optional()
            .describe("With `user`: name of the secret with the user's password."),
        version: fixedVersion.describe("Version of Apicurio Registry."),
        instances: count("a number of instances", 1, 100).describe(
            "Number of instances of the registry. They keep the schemas in a topic, so any of them may be lost.",
        ),
        port: port.describe("Published port of instance 0, without TLS; instance i has this port + i."),
        tlsPort: port.describe("Published port of instance 0 with TLS; instance i has this port + i."),
        compatibility: compatibility.describe("Compatibility of subjects without a level of their own."),
        subjects: z
            .record(z.string(), subject, { error: "must be an object of subjects by name" })
            .describe(
                "Subjects by name, each with `compatibility`, or with the schema of `schemaFile` (a path from the folder of " +
                    "`Pulumi.yaml`), or both. `type`: AVRO, PROTOBUF or JSON; default: by the end of the file's name, .avsc, " +
                    ".proto or .json. `references`: list of `{name, subject, version}` of the schemas that the schema uses; default " +
                    "of `version`: that of the subject here. See [Formats](formats.md#subjects).",
            ),
        heapMb: jvm.heapMb,
        memoryMb: jvm.memoryMb,
        placement: jvm.placement,
    }),
    jmsBroker: z.strictObject({
        managed: flag.describe(
            "True: this stack runs its own Artemis. False: `url` is the address of an existing broker.",
        ),
        version: fixedVersion.describe("Artemis version."),
        url: text("a broker URL").optional().describe("JNDI provider URL of an existing broker."),
        ca: pem
            .optional()
            .describe(
                "Of an existing broker: the authorities that sign its certificate, PEM. With it the sinks use TLS, unless `url` has " +
                    "settings of its own. Default: no TLS.",
            ),
        port: port.describe("Published port of the broker, without TLS."),
        tlsPort: port.describe("Published port of the broker with TLS."),
        consolePort: port.describe(
            "Published port of its console: https with `security.tls` `require`, otherwise http.",
        ),
        user: text("a user name").describe(
            "User that the sinks use. Of the stack's own broker it may send to its queues and topics. Only without `users` it may " +
                "consume and browse, too.",
        ),
        passwordSecret: text("the name of a secret").describe("Name of the secret with the user's password."),
        users: z
            .record(userName, jmsUser, { error: "must be an object of user name -> {password, allow}" })
            .describe(
                "Further users of the stack's own broker, by name. Each has `allow`, its rules: a list of `{address, operations}`. " +
                    "`address` is a queue or topic; with a trailing `*` it is a prefix. `operations` are `send`, `consume` and " +
                    "`browse`. What no rule allows is refused. `password: {secret: name}`; default: generated. See " +
                    "[Security](security.md#users-of-the-jms-broker).",
            ),
        queues: list.describe("Durable anycast queues."),
        topics: list.describe(
            "JMS topics (multicast addresses). A message to a topic goes to the subscriptions that exist at that time.",
        ),
        heapMb: jvm.heapMb,
        memoryMb: jvm.memoryMb,
        placement: list.describe("Name of the host, as a list of one. Empty: the first host."),
    }),
};

/** The whole stack config, checked and with every default filled in. */
export const schema = z.strictObject(sections);

/** What a principal may do with one of Kafka's resources, or with all whose names begin so. */
export type AccessRule = z.infer<typeof accessRule>;

/** A subject of the stack config, with the text of its schema. */
export interface DeclaredSubject extends Pick<z.infer<typeof subject>, "compatibility"> {
    subject: string;
    schema?: {
        type: NonNullable<z.infer<typeof subject>["type"]>;
        text: string;
        references: NonNullable<z.infer<typeof subject>["references"]>;
    };
}

export type PlatformConfig = z.infer<typeof schema> & {
    /** `security.tls`, or its default. */
    tls: TlsMode;
    /** Names under the config key `secrets`; the values come from `loadSecrets()`. */
    secretNames: string[];
    /** Problems for which the config is accepted. */
    warnings: Problem[];
    /** Connectors with all their settings; without those whose settings cannot be completed, which have errors. */
    completedConnectors: CompletedConnector<z.infer<typeof connector>>[];
    /** Subjects of the registry with their schemas. */
    subjects: DeclaredSubject[];
    /** Lists of captured tables. */
    tableLists: TableList[];
    /** False: a connector is malformed, so that the set of topics is not known. */
    topicsKnown: boolean;
    /** Problems of connectors, when all other sections are valid; otherwise `loadConfig` throws. */
    connectorProblems: Problem[];
};
