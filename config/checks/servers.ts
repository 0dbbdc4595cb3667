import { acceptsTls } from "../../components/render/tls";
import { aboveBrokersProblem, ILLEGAL_TOPIC, TOPIC_NAME } from "../../connectors/topics";
import { Problem, repeated } from "../problem";
import type { PlatformConfig } from "../schema";
import { databaseSettingProblems } from "./databaseSettings";

/** Default replication factor of a topic: the number of brokers, at most 3. */
const MOST_COPIES = 3;
/** Four-letter word that the health check of a server sends. */
const HEALTH_WORD = "srvr";

const REMOVE = "remove it";
/** Raw settings that would cut a server off from the rest of the platform, or its data from their volume. */
const OWNED_SETTINGS = {
    zookeeper: [
        { settings: /^data(Log)?Dir$/, rule: "would put the data outside of the server's volume", remedy: REMOVE },
        {
            settings: /^clientPort(Address)?$/,
            rule: "has a key of its own",
            remedy: "set zookeeper.clientPort instead",
        },
        {
            settings: /^server\.\d+$/,
            rule: "would cut the server off: the ensemble follows from hosts and the role's ports",
            remedy: REMOVE,
        },
    ],
    kafka: [
        { settings: /^log\.dirs?$/, rule: "would put the data outside of the broker's volume", remedy: REMOVE },
        { settings: /^(broker|node)\.id$/, rule: "would be the id of every broker", remedy: REMOVE },
        {
            settings: /^((advertised\.)?listeners|listener\.security\.protocol\.map|inter\.broker\.listener\.name)$/,
            rule: "would cut the brokers off: their listeners follow from hosts and kafka.port",
            remedy: REMOVE,
        },
        { settings: /^zookeeper\.connect$/, rule: "would join another ensemble than the stack's", remedy: REMOVE },
    ],
    connect: [
        {
            settings: /^config\.providers\.directory\./,
            rule: "would break the provider of the stack's secrets",
            remedy: "give your provider another name",
        },
        {
            settings: /^(listeners|rest\.(host\.name|port)|rest\.advertised\..+)$/,
            rule: "would cut the worker off: its address follows from hosts and connect.port",
            remedy: REMOVE,
        },
        { settings: /^bootstrap\.servers$/, rule: "would join another Kafka cluster than the stack's", remedy: REMOVE },
        { settings: /^group\.id$/, rule: "has a key of its own", remedy: "set connect.groupId instead" },
        {
            settings: /^connector\.client\.config\.override\.policy$/,
            rule: "has a key of its own",
            remedy: "set connect.clientConfigOverridePolicy instead",
        },
    ],
    // Names of PostgreSQL's settings have no case
    database: [
        {
            settings: /^(data_directory|config_file|hba_file|ident_file|external_pid_file)$/i,
            rule: "would put the data outside of the server's volume",
            remedy: REMOVE,
        },
        {
            settings: /^(listen_addresses|unix_socket_directories|password_encryption)$/i,
            rule: "would cut the server off: its clients and its health check connect by it",
            remedy: REMOVE,
        },
        { settings: /^port$/i, rule: "has a key of its own", remedy: "set database.port instead" },
        {
            settings: /^ssl(_(cert|key|ca)_file)?$/i,
            rule: "follows from security.tls",
            remedy: "set security.tls instead",
        },
        { settings: /^wal_level$/i, rule: "would end the capture of changes, which needs logical", remedy: REMOVE },
    ],
};

const OPENS = "would open or break the links that security.tls protects";
/** The same where servers take TLS. Protocols and cipher suites stay the user's. */
const TLS_SETTINGS: Partial<typeof OWNED_SETTINGS> = {
    zookeeper: [
        {
            settings:
                /^(secureClientPort(Address)?|serverCnxnFactory|sslQuorum|portUnification|authProvider\..+|X509AuthenticationProvider\..+|ssl\.(?!(quorum\.)?(protocol|enabledProtocols|ciphersuites)$).+)$/,
            rule: OPENS,
            remedy: REMOVE,
        },
    ],
    kafka: [
        {
            settings:
                /^(ssl\.(?!protocol$|enabled\.protocols$|cipher\.suites$).+|sasl\..+|listener\.name\..+|security\.inter\.broker\.protocol|authorizer\.class\.name|super\.users|allow\.everyone\.if\.no\.acl\.found|principal\.builder\.class|zookeeper\.(ssl\..+|clientCnxnSocket|set\.acl))$/,
            rule: OPENS,
            remedy: REMOVE,
        },
    ],
    connect: [
        {
            settings:
                /^(listeners\.https\..+|((producer|consumer|admin)\.)?(security\.protocol|sasl\..+|ssl\.(?!protocol$|enabled\.protocols$|cipher\.suites$).+))$/,
            rule: OPENS,
            remedy: REMOVE,
        },
    ],
};

/** Rules on the servers of one role. */
export function serverProblems(c: Partial<PlatformConfig>): Problem[] {
    return [
        ...memoryProblems(c),
        ...messageSizeProblems(c),
        ...ensembleProblems(c),
        ...storageTopicProblems(c),
        ...queueProblems(c),
        ...ownedSettingProblems(c),
        ...databaseSettingProblems(c),
    ];
}

function memoryProblems(c: Partial<PlatformConfig>): Problem[] {
    const problems: Problem[] = [];
    for (const role of ["zookeeper", "kafka", "connect", "registry", "jmsBroker"] as const) {
        const section = c[role];
        if (section && section.heapMb >= section.memoryMb) {
            problems.push({
                path: `${role}.heapMb`,
                value: section.heapMb,
                rule: `must be less than ${role}.memoryMb (${section.memoryMb}): the JVM needs memory beside its heap`,
                remedy: `lower it, or raise ${role}.memoryMb`,
            });
        }
        const flags: string[] = section && "jvmFlags" in section ? section.jvmFlags : [];
        for (const [i, flag] of flags.entries()) {
            if (!/^-Xmx|^-XX:MaxHeapSize=/.test(flag)) continue;
            const path = `${role}.jvmFlags.${i}`;
            problems.push({ path, value: flag, rule: "has a key of its own", remedy: `set ${role}.heapMb instead` });
        }
    }
    return problems;
}

/**
 * How many times each heap must be as large as the largest record. Measured with updates of 20 and 30 MiB: a worker has
 * the record as bytes, as values and as the text that it writes, and as many again in its clients; Artemis has a text with two
 * bytes a character, and once more for a reader that does not use its own protocol.
 */
const RECORDS_IN_HEAP = { kafka: 8, connect: 12, jmsBroker: 12 };

function messageSizeProblems(c: Partial<PlatformConfig>): Problem[] {
    const { kafka, jmsBroker } = c;
    if (!kafka) return [];
    const { maxMessageBytes, socketRequestMaxBytes } = kafka;
    const base = { path: "kafka.maxMessageBytes", value: maxMessageBytes };
    const roles = (["kafka", "connect", "jmsBroker"] as const).filter(
        (role) => role !== "jmsBroker" || jmsBroker?.managed === true,
    );
    const ofHeaps = roles.flatMap((role): Problem[] => {
        const section = c[role];
        const most = Math.floor(((section?.heapMb ?? Infinity) * 2 ** 20) / RECORDS_IN_HEAP[role]);
        if (section === undefined || maxMessageBytes <= most) return [];
        const rule = `is above 1/${RECORDS_IN_HEAP[role]} of ${role}.heapMb (${section.heapMb}): such a record would end the server`;
        return [{ ...base, rule, remedy: `set it to ${most} or less, or raise ${role}.heapMb and ${role}.memoryMb` }];
    });
    if (maxMessageBytes < socketRequestMaxBytes) return ofHeaps;
    const rule = `must be less than kafka.socketRequestMaxBytes (${socketRequestMaxBytes}), the limit of a whole request`;
    return [...ofHeaps, { ...base, rule, remedy: "lower it, or raise kafka.socketRequestMaxBytes" }];
}

function ensembleProblems({ zookeeper }: Partial<PlatformConfig>): Problem[] {
    if (!zookeeper) return [];
    const { servers, fourLetterWords: words } = zookeeper;
    const problems: Problem[] = [];
    if (servers % 2 === 0) {
        problems.push({
            path: "zookeeper.servers",
            value: servers,
            rule: `is even: it tolerates the loss of ${servers / 2 - 1}, the same as ${servers - 1}`,
            remedy: `set ${servers - 1} or ${servers + 1}`,
            warning: true,
        });
    }
    if (!words.includes(HEALTH_WORD) && !words.includes("*")) {
        problems.push({
            path: "zookeeper.fourLetterWords",
            value: words,
            rule: `lacks ${HEALTH_WORD}, which the health check sends`,
            remedy: "add it",
        });
    }
    return problems;
}

function storageTopicProblems({ connect }: Partial<PlatformConfig>): Problem[] {
    if (!connect) return [];
    const keys = ["configStorageTopic", "offsetStorageTopic", "statusStorageTopic"] as const;
    const topics = keys.map((key) => connect[key]);
    return [
        ...keys
            .filter((key) => !TOPIC_NAME.test(connect[key]))
            .map((key) => ({ path: `connect.${key}`, value: connect[key], ...ILLEGAL_TOPIC })),
        ...repeated(topics).map(([index, topic]) => ({
            path: `connect.${keys[index]}`,
            value: topic,
            rule: "is used twice: configs, offsets and status need a topic each",
            remedy: "give each a name of its own",
        })),
    ];
}

function ownedSettingProblems(c: Partial<PlatformConfig>): Problem[] {
    const isTls = acceptsTls(c.tls ?? "off");
    return Object.entries(OWNED_SETTINGS).flatMap(([role, owned]) => {
        const config = c[role as keyof typeof OWNED_SETTINGS]?.config ?? {};
        return Object.entries(config).flatMap(([key, value]) =>
            [...owned, ...(isTls ? (TLS_SETTINGS[role as keyof typeof OWNED_SETTINGS] ?? []) : [])]
                .filter(({ settings }) => settings.test(key))
                .map(({ rule, remedy }) => ({ path: `${role}.config.${key}`, value, rule, remedy })),
        );
    });
}

function queueProblems({ jmsBroker }: Partial<PlatformConfig>): Problem[] {
    const { queues = [], topics = [] } = jmsBroker ?? {};
    const twice = (key: string, names: string[]) =>
        repeated(names).map(([index, value]) => ({
            path: `jmsBroker.${key}.${index}`,
            value,
            rule: "is in the list twice",
            remedy: "remove one of the two",
        }));
    const both = [...topics.entries()].filter(([, topic]) => queues.includes(topic));
    return [
        ...twice("queues", queues),
        ...twice("topics", topics),
        ...both.map(([index, value]) => ({
            path: `jmsBroker.topics.${index}`,
            value,
            rule: "is in jmsBroker.queues, too: an address is a queue or a topic",
            remedy: "rename one of the two",
        })),
    ];
}

/** Replication factors and minimum numbers of in-sync replicas. */
export function replicationProblems({ kafka, connect }: Partial<PlatformConfig>): Problem[] {
    if (!kafka) return [];
    const raw = (section: Record<string, unknown> | undefined, key: string) =>
        section?.[key] === undefined ? undefined : Number(section[key]);
    const factors: Record<string, number | undefined> = {
        "kafka.offsetsTopicReplicationFactor": kafka.offsetsTopicReplicationFactor,
        "kafka.transactionStateLogReplicationFactor": kafka.transactionStateLogReplicationFactor,
        "kafka.transactionStateLogMinIsr": kafka.transactionStateLogMinIsr,
        "kafka.defaultReplicationFactor": kafka.defaultReplicationFactor,
        "kafka.minInsyncReplicas": kafka.minInsyncReplicas,
        "connect.replicationFactor": connect?.replicationFactor,
    };
    for (const key of ["default.replication.factor", "min.insync.replicas", "offsets.topic.replication.factor"]) {
        factors[`kafka.config.${key}`] = raw(kafka.config, key);
    }
    for (const kind of ["config", "offset", "status"]) {
        factors[`connect.config.${kind}.storage.replication.factor`] = raw(
            connect?.config,
            `${kind}.storage.replication.factor`,
        );
    }
    const aboveBrokers = Object.entries(factors)
        .filter(([, factor]) => factor !== undefined && factor > kafka.brokers)
        .map(([path, value]) => ({ path, value, ...aboveBrokersProblem(kafka.brokers) }));
    return aboveBrokers.length > 0 ? aboveBrokers : minIsrProblems(kafka);
}

function minIsrProblems(kafka: PlatformConfig["kafka"]): Problem[] {
    const defaultFactor = Math.min(MOST_COPIES, kafka.brokers);
    const pairs = [
        ["kafka.minInsyncReplicas", kafka.minInsyncReplicas, kafka.defaultReplicationFactor ?? defaultFactor],
        [
            "kafka.transactionStateLogMinIsr",
            kafka.transactionStateLogMinIsr,
            kafka.transactionStateLogReplicationFactor ?? defaultFactor,
        ],
    ] as const;
    return pairs.flatMap(([path, value, factor]): Problem[] => {
        if (value === undefined || value < factor || factor === 1) return [];
        const remedy = `set it to ${factor - 1}, or raise the replication factor`;
        if (value > factor) {
            return [
                { path, value, rule: `is above the replication factor (${factor}): no write could succeed`, remedy },
            ];
        }
        const rule = `is the replication factor (${factor}): writes stop when one broker is down`;
        return [{ path, value, rule, remedy, warning: true }];
    });
}
