import { Deadline, Redactor, systemClock } from "@connect-cdc/connector/client";
import { databaseUrl, findCaptureProblems } from "@connect-cdc/connector/postgres";
import { engineLimitMs, stackContainers } from "../docker/engine";
import { objectName } from "../docker/labels";
import { queueStates } from "../servers/artemis";
import * as connect from "../servers/connect";
import * as kafka from "../servers/kafka";
import {
    committedOffsets,
    type Offsets,
    partitionKey,
    partitionOffsets,
    type TopicSettings,
    topicSettings,
} from "../servers/kafkaTopics";
import { type DatabaseLogin, replicationSlots } from "../servers/postgres";
import { messageOf } from "../servers/wait";
import { registeredBrokers, serverState } from "../servers/zookeeper";
import type {
    Answer,
    BrokerFacts,
    ConnectorFacts,
    ContainerFacts,
    KafkaFacts,
    MemberReport,
    PlatformReport,
    ServerFacts,
    TopicFacts,
    WorkerFacts,
} from "./platformReport";
import { mayRestartAgain, repeatedRestarts } from "./restarts";

/** Everything of a stack that can be asked, with logins. */
export interface PlatformTarget {
    stack: string;
    /** Pulumi project; with `stack` it selects the containers by label. */
    project: string;
    /** Docker endpoint of each host, by name. Empty: containers are not known, and that is nothing wrong. */
    engines: Record<string, string>;
    /** Folder with the certificates for an engine, by name of its host; see `EngineAddress`. */
    certPaths?: Record<string, string>;
    /** Client addresses of the ZooKeeper servers, host:port. */
    zookeeper: string[];
    /** External listeners of the brokers, host:port. */
    kafka: string[];
    /** REST URLs of the workers. */
    connect: string[];
    /** Declared connectors with their declared state. */
    connectors: Record<string, string>;
    /** Tasks that each declared connector had when the stack was last brought up, by name. */
    tasks?: Record<string, number>;
    /** Values that nothing that is shown may hold, besides the passwords below. */
    secrets?: string[];
    database?: DatabaseLogin;
    jmsBroker?: { address: string; consoleUrl: string; user: string; password: string; queues: string[] };
}

/** Limit of one part of a look, in ms: a member that hangs takes no longer. */
const PART_LIMIT_MS = 5000;

/** Asks every part of a platform, all at once, each within seconds. Never throws: what does not answer is in the report. */
export async function collectPlatform(target: PlatformTarget): Promise<PlatformReport> {
    const takenAt = Date.now();
    const statuses = answerOf(() =>
        firstAnswer(target.connect, (url) => connect.connectorStatuses(url, redactor(target))),
    );
    const views = target.kafka.map((address) => kafka.clusterView(address));
    const cluster = lookAtKafka(target, views, statuses);
    const [hosts, zookeeper, brokers, workers, { kafkaCluster, connectors }, database, jmsBroker] = await Promise.all([
        Promise.all(Object.entries(target.engines).map((engine) => lookAtEngine(engine, target))),
        members("zookeeper", target.zookeeper, serverFacts),
        members("kafka", target.kafka, async (_, i) => brokerFacts(await views[i]!)),
        members("connect", target.connect, workerFacts),
        cluster,
        lookAtDatabase(target, statuses),
        lookAtJmsBroker(target),
    ]);
    return {
        stack: target.stack,
        takenAt,
        ...containersOf(hosts),
        zookeeper,
        kafka: brokers,
        connect: workers,
        kafkaCluster,
        connectors,
        missingConnectors: connectors.ok ? missing(Object.keys(target.connectors), connectors.value) : [],
        database,
        jmsBroker,
    };
}

/** Never rejects, and gives an answer within the limit. */
async function answerOf<T>(ask: () => Promise<T>, limitMs = PART_LIMIT_MS): Promise<Answer<T>> {
    let timer: NodeJS.Timeout | undefined;
    const limit = new Promise<never>((_, reject) => {
        timer = setTimeout(() => reject(new Error(`no answer within ${limitMs / 1000} s`)), limitMs);
    });
    try {
        return { ok: true, value: await Promise.race([ask(), limit]) };
    } catch (error) {
        return { ok: false, error: messageOf(error) };
    } finally {
        clearTimeout(timer);
    }
}

/** The first answer of any member; when none answers, the first one's error. */
async function firstAnswer<T>(targets: string[], ask: (target: string) => Promise<T>): Promise<T> {
    return Promise.any(targets.map(ask));
}

async function members<T>(
    role: string,
    targets: string[],
    ask: (target: string, i: number) => Promise<T>,
): Promise<MemberReport<T>[]> {
    return Promise.all(
        targets.map(async (address, i) => ({
            name: `${role}-${i}`,
            address,
            answer: await answerOf(() => ask(address, i)),
        })),
    );
}

function missing(expected: string[], found: { name: string }[]): string[] {
    const names = new Set(found.map(({ name }) => name));
    return expected.filter((name) => !names.has(name));
}

/** Traces may hold the passwords that a task was given. */
function redactor({ secrets = [], database, jmsBroker }: PlatformTarget): (text: string) => string {
    const passwords = [database?.password, jmsBroker?.password].filter((value) => value !== undefined);
    const known = new Redactor([...secrets, ...passwords]);
    return (text) => known.redact(text);
}

interface EngineReport extends MemberReport<{ containers: number }> {
    found: ContainerFacts[];
}

async function lookAtEngine([name, address]: [string, string], target: PlatformTarget): Promise<EngineReport> {
    const engine = { endpoint: address, certPath: target.certPaths?.[name] };
    const limitMs = engineLimitMs(engine);
    const restartsLimitMs = limitMs / 4;
    const restartsOf = async (facts: ContainerFacts) => {
        if (!mayRestartAgain(facts)) return undefined;
        const container = objectName(target, facts.name);
        const ask = () => repeatedRestarts({ ...engine, container }, redactor(target));
        const found = await answerOf(ask, restartsLimitMs);
        return found.ok ? found.value : undefined;
    };
    const ask = async () => {
        const found = await stackContainers(name, engine, target);
        return Promise.all(found.map(async (facts) => ({ ...facts, restarts: await restartsOf(facts) })));
    };
    const answer = await answerOf(ask, limitMs + restartsLimitMs + 1000);
    return answer.ok
        ? { name, address, found: answer.value, answer: { ok: true, value: { containers: answer.value.length } } }
        : { name, address, found: [], answer };
}

function containersOf(hosts: EngineReport[]): Pick<PlatformReport, "containers" | "engines"> {
    const silent = hosts.map(({ answer }) => answer).filter((answer) => !answer.ok);
    const found = hosts.flatMap((host) => host.found).sort((a, b) => a.name.localeCompare(b.name));
    const nobodyAsked: Answer<never> = { ok: false, error: "no Docker engine is asked from here" };
    return {
        containers: silent.length === hosts.length ? (silent[0] ?? nobodyAsked) : { ok: true, value: found },
        engines: hosts.map(({ name, address, answer }) => ({ name, address, answer })),
    };
}

async function serverFacts(address: string): Promise<ServerFacts> {
    const [state, brokers] = await Promise.all([serverState(address), registeredBrokers(address)]);
    return { ...state, registeredBrokers: brokers };
}

function brokerFacts({ brokers, clusterId }: kafka.ClusterView): BrokerFacts {
    return { brokersSeen: brokers.map(({ id }) => id), clusterId };
}

async function workerFacts(url: string): Promise<WorkerFacts> {
    const [, info, plugins] = await Promise.all([
        connect.assertHealthy(url),
        connect.workerInfo(url),
        connect.plugins(url),
    ]);
    return { ...info, plugins };
}

/** The cluster's topics, and with them how far each sink is behind. */
async function lookAtKafka(
    target: PlatformTarget,
    views: Promise<kafka.ClusterView>[],
    statuses: Promise<Answer<connect.ConnectorStatus[]>>,
): Promise<{ kafkaCluster: Answer<KafkaFacts>; connectors: Answer<ConnectorFacts[]> }> {
    const viewed = await answerOf(() =>
        Promise.any(views.map(async (view, i) => ({ address: target.kafka[i]!, view: await view }))),
    );
    const connectors = await statuses;
    if (!viewed.ok) return { kafkaCluster: viewed, connectors: withFacts(connectors, target, () => undefined) };

    const { address, view } = viewed.value;
    const sinks = connectors.ok ? connectors.value.filter(({ topics }) => topics.length > 0) : [];
    const [ends, settings, committed] = await Promise.all([
        partitionOffsets(view, "end"),
        answerOf(() => topicSettings(address, view)),
        answerOf(() => committedOffsets(address, sinks.map(groupOf))),
    ]);
    const lagOf = (connector: connect.ConnectorStatus) => {
        const ofGroup = committed.ok ? committed.value.get(groupOf(connector)) : undefined;
        return ofGroup && lag(connector.topics, view, ends, ofGroup);
    };
    return {
        kafkaCluster: { ok: true, value: kafkaFacts(view, ends, settings.ok ? settings.value : new Map()) },
        connectors: withFacts(connectors, target, lagOf),
    };
}

/** Connect's own name for the consumer group of a sink. */
function groupOf({ name }: { name: string }): string {
    return `connect-${name}`;
}

function withFacts(
    statuses: Answer<connect.ConnectorStatus[]>,
    target: PlatformTarget,
    lagOf: (connector: connect.ConnectorStatus) => number | undefined,
): Answer<ConnectorFacts[]> {
    if (!statuses.ok) return statuses;

    const value = statuses.value.map((connector) => ({
        ...connector,
        managed: connector.name in target.connectors,
        declaredState: target.connectors[connector.name],
        declaredTasks: target.tasks?.[connector.name],
        lag: lagOf(connector),
    }));
    return { ok: true, value };
}

/** A partition of which nothing is committed counts from its first record on. */
function lag(topics: string[], view: kafka.ClusterView, ends: Offsets, committed: Offsets): number | undefined {
    const keys = view.partitions
        .filter(({ topic }) => topics.includes(topic))
        .map(({ topic, partition }) => partitionKey(topic, partition));
    return sum(keys.map((key) => minus(ends.get(key), committed.get(key) ?? 0)));
}

function minus(end: number | undefined, committed: number): number | undefined {
    return end === undefined ? undefined : Math.max(0, end - committed);
}

/** undefined as soon as one part is not known. */
function sum(parts: (number | undefined)[]): number | undefined {
    return parts.reduce<number | undefined>(
        (total, part) => (total === undefined || part === undefined ? undefined : total + part),
        0,
    );
}

function kafkaFacts(view: kafka.ClusterView, ends: Offsets, settings: TopicSettings): KafkaFacts {
    return {
        clusterId: view.clusterId,
        controllerId: view.controllerId,
        brokers: view.brokers.map(({ id }) => id),
        topics: kafka.topicNames(view).map((name) => topicFacts(name, view, ends, settings.get(name))),
        underReplicated: kafka.unhealthyPartitions(view),
    };
}

function topicFacts(
    name: string,
    view: kafka.ClusterView,
    ends: Offsets,
    settings: Map<string, string> | undefined,
): TopicFacts {
    const partitions = view.partitions.filter(({ topic }) => topic === name);
    const minInsync = settings?.get("min.insync.replicas");
    return {
        name,
        partitions: partitions.length,
        replicationFactor: Math.min(...partitions.map(({ replicas }) => replicas.length)),
        cleanupPolicy: settings?.get("cleanup.policy"),
        minInsyncReplicas: minInsync === undefined ? undefined : Number(minInsync),
        endOffsets: sum(partitions.map(({ partition }) => ends.get(partitionKey(name, partition)))),
    };
}

async function lookAtDatabase(
    { database }: PlatformTarget,
    statuses: Promise<Answer<connect.ConnectorStatus[]>>,
): Promise<PlatformReport["database"]> {
    if (database === undefined) return undefined;
    const [answer, captures] = await Promise.all([
        answerOf(async () => ({ slots: await replicationSlots(database) })),
        answerOf(async () => captureProblemsOf(await statuses, database)),
    ]);
    return { address: `${database.host}:${database.port}`, answer, captures };
}

async function captureProblemsOf(statuses: Answer<connect.ConnectorStatus[]>, database: DatabaseLogin) {
    if (!statuses.ok) throw new Error(statuses.error);
    const sources = statuses.value.filter(({ capture }) => capture?.["database.dbname"] === database.database);
    const settings = sources.map(({ capture }) => capture!);
    const deadline = new Deadline(systemClock, PART_LIMIT_MS / 1000);
    const url = databaseUrl({ ...database, address: `${database.host}:${database.port}` });
    const found = await findCaptureProblems(settings, url, deadline);
    return found.flatMap((problems, i) => problems.map((problem) => ({ ...problem, connector: sources[i]!.name })));
}

async function lookAtJmsBroker({ jmsBroker }: PlatformTarget): Promise<PlatformReport["jmsBroker"]> {
    return (
        jmsBroker && {
            address: jmsBroker.address,
            answer: await answerOf(async () => {
                const { consoleUrl: url, user, password, queues } = jmsBroker;
                const found = await queueStates({ url, user, password });
                return {
                    queues: found.filter(({ name }) => queues.includes(name)),
                    missingQueues: missing(queues, found),
                };
            }),
        }
    );
}
