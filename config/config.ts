import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { fixedVersion, pluginSources, text } from "../images/staging/contract";
import { CHECKOUT, DEV_PASSPHRASE_FILE } from "../tools/project";
import { type CheckedConnector, completedConnectors } from "./checks/connectors";
import { crossChecks } from "./checks/crossChecks";
import { publicSecretFaults, secretFaults } from "./checks/secrets";
import { type Fault, faultLine, HIDDEN, suggest } from "./fault";
import { isObject, mergeOver, Raw } from "./merge";
import { isDoubtful, repair } from "./repair";
import { schemaFaults } from "./schemaFaults";

/*
 * The one reader of stack config. Users write only what differs: objects merge deeply over `defaults`, lists replace,
 * `null` removes. Every fault is found before anything is changed, and all of them are in one error.
 */

export { isConnectorKey } from "./checks/connectors";
export type { Fault };

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

const connectorValue = z.union([scalar, z.strictObject({ secret: text("the name of a secret") })], {
    error: "must be text, a number, true or false, or {secret: name}",
});

const drop = z.literal("drop", { error: "must be drop, or left out" }).optional();

const onDelete = z.strictObject({
    offsets: z.enum(["retain", "reset"], { error: "must be retain or reset" }).optional(),
    database: z
        .strictObject({
            url: z.strictObject({ secret: text("the name of a secret") }).optional(),
            slot: drop,
            publication: drop,
        })
        .optional(),
});

const connector = z.strictObject({
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
    renamedFrom: text("the connector's name of before")
        .optional()
        .describe(
            "Previous name. One `up` continues from its position, on the same slot, and deletes the old connector. Without " +
                "`slot.name` in `config` the slot is derived from the previous name, so keep this key. Default: none.",
        ),
    addDefaults: flag
        .optional()
        .describe("False: use `config` as it is, and add nothing for a Debezium source or a JMS sink. Default: true."),
    config: z
        .record(z.string(), connectorValue, {
            error: "must be an object of settings",
        })
        .describe("Settings of the connector. A value is text, a number, true, false or {secret: name}."),
});

const sections = {
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
        trustedNetwork: flag.describe(
            "True: ports may bind outside 127.0.0.0/8. There is no TLS and no authentication yet: everyone who reaches a port may " +
                "read and change everything, also the secrets of connectors.",
        ),
        protectData: flag.describe(
            "True: data volumes are protected from deletion. Set it in every stack with real data.",
        ),
    }),
    zookeeper: z.strictObject({
        version: fixedVersion.describe("ZooKeeper version."),
        servers: count("a number of servers", 1, 255).describe("Number of servers of the ensemble."),
        clientPort: port.describe("Client port of server 0. Server i has this port + i."),
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
        port: port.describe("Published port of broker 0. Broker i has this port + i."),
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
        ...jvm,
    }),
    connect: z.strictObject({
        workers: count("a number of workers", 1, 1000).describe("Number of workers of the Connect cluster."),
        port: port.describe("Published REST port of worker 0. Worker i has this port + i."),
        groupId: text("a group id").describe("`group.id` of the Connect cluster."),
        configStorageTopic: text("a topic").describe("`config.storage.topic`."),
        offsetStorageTopic: text("a topic").describe("`offset.storage.topic`."),
        statusStorageTopic: text("a topic").describe("`status.storage.topic`."),
        replicationFactor: replication.describe(
            "Replication factor of the three topics. Default: the number of brokers, at most 3.",
        ),
        keyConverter: text("a Java class").describe("Default key converter."),
        valueConverter: text("a Java class").describe("Default value converter."),
        valueConverterSchemasEnable: flag.describe("`value.converter.schemas.enable`."),
        offsetFlushIntervalMs: count("a number of ms", 1).describe("`offset.flush.interval.ms`."),
        scheduledRebalanceMaxDelayMs: count("a number of ms", 0).describe(
            "`scheduled.rebalance.max.delay.ms`: how long the tasks of a lost worker wait for its return. 0: they move at once.",
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
        name: text("a database name").describe("Name of the database."),
        user: text("a role name").describe("Role that Debezium uses."),
        passwordSecret: text("the name of a secret").describe("Name of the secret with the role's password."),
        publication: text("a publication name").describe("Publication of the captured tables."),
        memoryMb: count("a memory limit in MiB", 64).describe("Memory limit of the container, MiB."),
        placement: list.describe("Name of the host, as a list of one. Empty: the first host."),
    }),
    jmsBroker: z.strictObject({
        managed: flag.describe(
            "True: this stack runs its own Artemis. False: `url` is the address of an existing broker.",
        ),
        version: fixedVersion.describe("Artemis version."),
        url: text("a broker URL").optional().describe("JNDI provider URL of an existing broker."),
        port: port.describe("Published port of the broker."),
        consolePort: port.describe("Published port of its console."),
        user: text("a user name").describe("User that the sinks use."),
        passwordSecret: text("the name of a secret").describe("Name of the secret with the user's password."),
        queues: list.describe("Durable anycast queues."),
        heapMb: jvm.heapMb,
        memoryMb: jvm.memoryMb,
        placement: list.describe("Name of the host, as a list of one. Empty: the first host."),
    }),
};

/** The whole stack config, checked and with every default filled in. */
export const schema = z.strictObject(sections);
export type PlatformConfig = z.infer<typeof schema> & {
    /** Names under the config key `secrets`; the values come from `loadSecrets()`. */
    secretNames: string[];
    /** What is likely not meant, and refused nowhere. */
    warnings: Fault[];
    /** Connectors with all their settings; without those whose settings cannot be completed, which have errors. */
    completedConnectors: CheckedConnector[];
    /** False: a connector is malformed, so that nobody knows which topics there will be. */
    topicsKnown: boolean;
    /** What is wrong with connectors, where that is all: plugins and workers may find more. Else `loadConfig` throws. */
    connectorFaults: Fault[];
};

// A laptop's flags: little memory and a quick start matter more than peak throughput.
const SMALL_JVM = ["-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xss512k", "-XX:ReservedCodeCacheSize=64m"];
const common = { stopGraceSeconds: 60, readySeconds: 300, placement: [], config: {} };

/** The dev platform: what a stack is that configures nothing. */
export const defaults = {
    hosts: {
        local: { endpoint: "unix:///var/run/docker.sock", advertisedAddress: "127.0.0.1", bindAddress: "127.0.0.1" },
    },
    security: { trustedNetwork: false, protectData: false },
    zookeeper: {
        version: "3.8.6",
        servers: 3,
        clientPort: 2180,
        quorumPort: 2888,
        electionPort: 3888,
        tickTimeMs: 2000,
        initLimit: 5,
        syncLimit: 2,
        maxClientCnxns: 0,
        fourLetterWords: ["stat", "dump", "srvr", "ruok", "mntr", "conf", "isro"],
        ...common,
        heapMb: 48,
        memoryMb: 192,
        jvmFlags: SMALL_JVM,
    },
    kafka: {
        version: "3.9.2",
        brokers: 3,
        port: 9090,
        networkThreads: 3,
        ioThreads: 8,
        socketSendBufferBytes: 102_400,
        socketReceiveBufferBytes: 102_400,
        socketRequestMaxBytes: 104_857_600,
        numPartitions: 1,
        recoveryThreadsPerDataDir: 1,
        retentionHours: 168,
        segmentBytes: 1_073_741_824,
        retentionCheckIntervalMs: 300_000,
        zookeeperConnectionTimeoutMs: 6000,
        groupInitialRebalanceDelayMs: 0,
        logCleanerDedupeBufferBytes: 16_777_216,
        ...common,
        stopGraceSeconds: 120,
        heapMb: 256,
        memoryMb: 640,
        jvmFlags: SMALL_JVM,
    },
    connect: {
        workers: 3,
        port: 7070,
        groupId: "my-connect",
        configStorageTopic: "my-connect-configs",
        offsetStorageTopic: "my-connect-offsets",
        statusStorageTopic: "my-connect-status",
        keyConverter: "org.apache.kafka.connect.storage.StringConverter",
        valueConverter: "org.apache.kafka.connect.json.JsonConverter",
        valueConverterSchemasEnable: false,
        offsetFlushIntervalMs: 10_000,
        scheduledRebalanceMaxDelayMs: 0,
        clientConfigOverridePolicy: "None",
        plugins: {
            "debezium-postgres": { maven: "io.debezium:debezium-connector-postgres:3.7.0.Final:plugin:tar.gz" },
            transforms: { project: "plugins/transforms" },
            "jms-sink": {
                project: "plugins/jms-sink",
                libraries: ["org.apache.activemq:artemis-jakarta-client:2.40.0"],
            },
        },
        ...common,
        heapMb: 384,
        memoryMb: 896,
        jvmFlags: ["-XX:+UseSerialGC", "-Xss512k"],
    },
    metrics: { enabled: false, zookeeperPort: 9400, kafkaPort: 9410, connectPort: 9420 },
    watch: { enabled: false, intervalSeconds: 15, heal: false, memoryMb: 128, placement: [] },
    connectors: {
        "dbz-source": {
            class: "io.debezium.connector.postgresql.PostgresConnector",
            tasksMax: 1,
            state: "running",
            config: {
                "topic.prefix": "localhost",
                "table.include.list": "cdc.customers",
                "slot.name": "dbz_source",
                "heartbeat.interval.ms": 5000,
            },
        },
        "json-jms-sink": sinkTo("CustomersJSON", "dev.connectcdc.transforms.JsonWriter"),
        "xml-jms-sink": sinkTo("CustomersXML", "dev.connectcdc.transforms.XmlWriter"),
    },
    database: {
        managed: true,
        port: 15_432,
        name: "cdcdb",
        user: "cdcadmin",
        passwordSecret: "database-password",
        publication: "dbz_publication",
        memoryMb: 512,
        placement: [],
    },
    jmsBroker: {
        managed: true,
        version: "2.40.0",
        port: 61_616,
        consolePort: 8161,
        user: "cdc",
        passwordSecret: "jms-password",
        queues: ["CustomersJSON", "CustomersXML"],
        heapMb: 256,
        memoryMb: 640,
        placement: [],
    },
};

function sinkTo(queue: string, writer: string) {
    return {
        class: "dev.connectcdc.jms.JmsSinkConnector",
        tasksMax: 1,
        state: "running",
        config: {
            topics: "localhost.cdc.customers",
            "jms.destination.name": queue,
            transforms: "write",
            "transforms.write.type": writer,
        },
    };
}

/** All faults of a config. Its message lists them; a `RunError`, so that Pulumi prints no stack trace. */
export class ConfigError extends pulumi.RunError {
    constructor(readonly faults: Fault[]) {
        super(
            [
                `the stack config has ${faults.length} fault${faults.length === 1 ? "" : "s"}; nothing was changed:`,
                ...faults.map((fault) => `  ${faultLine(fault)}`),
                "Set a value with: pulumi config set --path 'connect-cdc:<path>' <value>",
            ].join("\n"),
        );
    }
}

/**
 * Shows what is likely not meant.
 * @throws ConfigError with every fault that is more than that.
 */
export function judge(findings: Fault[]): void {
    for (const finding of findings.filter(({ warning }) => warning)) void pulumi.log.warn(faultLine(finding));
    const errors = findings.filter(({ warning }) => !warning);
    if (errors.length > 0) throw new ConfigError(errors);
}

/** Sections whose values may all be removed. */
const REMOVABLE = ["connectors"];
const KNOWN_KEYS = [...Object.keys(sections), "secrets"];

/**
 * Reads the config of the current stack.
 * @throws ConfigError with every fault, when something else than connectors is wrong.
 */
export function loadConfig(): PlatformConfig {
    const prefix = `${pulumi.getProject()}:`;
    const raw: Raw = {};
    for (const [key, value] of Object.entries(pulumi.runtime.allConfig())) {
        if (key.startsWith(prefix)) raw[key.slice(prefix.length)] = parsed(value);
    }

    const secretKeys = JSON.parse(process.env.PULUMI_CONFIG_SECRET_KEYS || "[]") as string[];
    return checkedConfig(
        raw,
        secretKeys.filter((key) => key.startsWith(prefix)).map((key) => key.slice(prefix.length)),
        hasPublicPassphrase(join(CHECKOUT, `Pulumi.${pulumi.getStack()}.yaml`), process.env),
    );
}

/**
 * Whether what a stack encrypts can be read by everybody who has this repository: with the passphrase that is in it.
 * @param stackFile the stack's config file; it may be elsewhere, and is not there then.
 * @param environment what Pulumi takes the passphrase from.
 */
export function hasPublicPassphrase(stackFile: string, environment: NodeJS.ProcessEnv): boolean {
    const { PULUMI_CONFIG_PASSPHRASE: given, PULUMI_CONFIG_PASSPHRASE_FILE: file } = environment;
    const passphrase = given ?? (file && existsSync(file) ? readFileSync(file, "utf8").trim() : undefined);
    if (passphrase !== readFileSync(DEV_PASSPHRASE_FILE, "utf8").trim()) return false;
    // Without a salt it is no passphrase that encrypts, but Pulumi Cloud or a key service
    return !existsSync(stackFile) || /^encryptionsalt:/m.test(readFileSync(stackFile, "utf8"));
}

/** Pulumi hands over objects as JSON; anything else under a section's key is a fault that the schema finds. */
function parsed(value: string): unknown {
    try {
        return JSON.parse(value);
    } catch {
        return value;
    }
}

/** The values under the config key `secrets`, by name, each a secret. */
export function loadSecrets(): pulumi.Output<Record<string, string>> {
    const none: Record<string, string> = {};
    return new pulumi.Config().getSecretObject<Record<string, string>>("secrets") ?? pulumi.secret(none);
}

/**
 * Like {@link checkedConfig}, of a config that has no fault at all.
 * @throws ConfigError with every fault.
 */
export function parseConfig(raw: Raw, secretKeys: string[] = []): PlatformConfig {
    const config = checkedConfig(raw, secretKeys);
    judge(config.connectorFaults);
    return config;
}

/**
 * Merges what the user wrote over the defaults and checks the result. Pure.
 * @param raw top-level keys as the stack file has them.
 * @param secretKeys those of them that hold a secret value.
 * @param passphraseIsPublic whether everybody can decrypt those.
 * @throws ConfigError with every fault, when something else than connectors is wrong.
 */
export function checkedConfig(raw: Raw, secretKeys: string[] = [], passphraseIsPublic = false): PlatformConfig {
    const { secrets, ...user } = raw;
    const faults: Fault[] = [
        ...unknownSections(user),
        ...nestedSecrets(secretKeys),
        ...secretFaults(secrets),
        ...(passphraseIsPublic ? publicSecretFaults(secrets) : []),
    ];
    const secretNames = isObject(secrets) ? Object.keys(secrets) : [];
    const good: Partial<PlatformConfig> = { secretNames };
    const repaired: string[] = [];
    for (const key of Object.keys(sections) as (keyof typeof sections)[]) {
        if (secretKeys.includes(key)) continue;
        const section = parseSection(key, user[key]);
        if (section.data !== undefined) Object.assign(good, { [key]: section.data });
        faults.push(...section.faults);
        repaired.push(...section.repaired);
    }
    good.completedConnectors = completedConnectors(good);
    const given = isObject(user.connectors) ? Object.keys(user.connectors) : [];
    const known = { ...defaults.connectors, ...good.connectors };
    // Nobody knows which topics there will be while a connector, or one of its settings, is malformed
    const topicsKnown = given.every((name) => name in known) && !repaired.some((path) => path.includes(".config."));
    const crossFaults = crossChecks(good).filter((fault) => !isDoubtful(fault, repaired));
    const found = [...faults, ...crossFaults];
    const errors = found.filter(({ warning }) => !warning);
    const ofConnectors = errors.filter(({ path }) => path.startsWith("connectors."));
    if (errors.length > ofConnectors.length) throw new ConfigError(errors);
    const warnings = found.filter(({ warning }) => warning);
    return { ...good, topicsKnown, warnings, connectorFaults: ofConnectors } as PlatformConfig;
}

interface ParsedSection {
    /** The section, or what is right of it; undefined when that is not enough. */
    data?: unknown;
    faults: Fault[];
    /** Paths where the default, or nothing, stands instead of what was written. */
    repaired: string[];
}

function parseSection(key: keyof typeof sections, given: unknown = {}): ParsedSection {
    const [schema, standard] = [sections[key], defaults[key]];
    if (given === null && !REMOVABLE.includes(key)) {
        const rule = "removes a whole section, which is needed";
        const fault = { path: key, value: null, rule, remedy: "leave it out for the defaults" };
        return { faults: [fault], repaired: [] };
    }
    const faults: Fault[] = [];
    const merged = given === null ? {} : mergeOver(standard, given, faults, key);
    const result = schema.safeParse(merged);
    if (result.success) return { data: result.data, faults, repaired: [] };
    faults.push(...schemaFaults(result.error, schema, key, merged, standard));
    // The rest of the section is checked all the same
    const { value, paths } = repair(result.error, key, merged, standard);
    return { data: schema.safeParse(value).data ?? rightConnectors(key, value), faults, repaired: paths };
}

/** One malformed connector hides none of the others. */
function rightConnectors(key: string, value: unknown): unknown {
    if (key !== "connectors" || !isObject(value)) return undefined;
    return Object.fromEntries(Object.entries(value).filter(([, entry]) => connector.safeParse(entry).success));
}

function unknownSections(user: Raw): Fault[] {
    return Object.keys(user)
        .filter((key) => !(key in sections))
        .map((key) => ({ path: key, value: user[key], rule: "is not known", remedy: suggest(key, KNOWN_KEYS) }));
}

/** A secret elsewhere would stand in the clear in Connect's config topic, or in a container's files. */
function nestedSecrets(secretKeys: string[]): Fault[] {
    return secretKeys
        .filter((key) => key in sections)
        .map((key) => ({
            path: key,
            value: HIDDEN,
            rule: "holds a secret value, which only secrets may",
            remedy:
                "write {secret: <name>} in its place, and set the value with: " +
                "pulumi config set --secret --path 'connect-cdc:secrets.<name>'",
        }));
}
