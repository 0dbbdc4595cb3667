import { type Credentials, Deadline, messageOf, Redactor, systemClock } from "@connect-cdc/connector/client";
import { databaseUrl, findCaptureProblems } from "@connect-cdc/connector/postgres";
import { engineLimitMs, type StackContainer, stackContainers } from "../docker/engine";
import { objectName } from "../docker/labels";
import { mayRestartAgain, repeatedRestarts } from "../docker/repeatedRestarts";
import { queueStates } from "../servers/artemis";
import { certificateLife, type CertificateLife, lifeOf } from "../servers/certificateEnd";
import * as connect from "../servers/connect";
import { controlRecords } from "../servers/controlRecords";
import * as kafka from "../servers/kafka";
import {
    committedOffsets,
    type Offsets,
    partitionKey,
    partitionOffsets,
    type TopicSettings,
    topicSettings,
} from "../servers/kafkaTopics";
import { type DatabaseLogin, replicationSlots, startTls } from "../servers/postgres";
import { subjects } from "../servers/registry";
import { registeredBrokers, serverState } from "../servers/zookeeper";
import { connectorFacts } from "./connectorFacts";
import { type PlatformTarget, secretsOf } from "./platformTarget";
import { lagOf, NEAR_RETENTION, readPartitions, retentionMs, retentionRisks } from "./sinkPositions";
import type {
    Answer,
    BrokerFacts,
    CertificateFacts,
    ConnectorFacts,
    ContainerFacts,
    KafkaFacts,
    MemberAnswer,
    PlatformSnapshot,
    RegistryFacts,
    ServerFacts,
    TopicFacts,
    WorkerFacts,
} from "./snapshot";

/** Limit of the request to one part, ms. */
const PART_LIMIT_MS = 5000;

/** Asks all parts of a platform at the same time, each within seconds. Never throws: the snapshot has the errors. */
export async function takeSnapshot(target: PlatformTarget): Promise<PlatformSnapshot> {
    const takenAt = Date.now();
    const { credentials } = target;
    const listed = answerOf(() => listConnectors(target));
    const views = target.kafka.map((address) => kafka.clusterView(address, credentials));
    const cluster = kafkaPart(target, views, listed);
    const [
        hosts,
        zookeeper,
        brokers,
        workers,
        { kafkaCluster, connectors },
        database,
        registry,
        jmsBroker,
        certificates,
    ] = await Promise.all([
        Promise.all(Object.entries(target.engines).map((engine) => engineAnswer(engine, target))),
        members("zookeeper", target.zookeeper, (address) => serverFacts(address, credentials)),
        members("kafka", target.kafka, async (_, i) => brokerFacts(await views[i]!)),
        members("connect", target.connect, (url) => workerFacts(url, credentials)),
        cluster,
        databasePart(target, listed),
        members("registry", target.registry ?? [], (address) => registryFacts(address, credentials)),
        jmsBrokerPart(target),
        certificatesPart(target),
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
        registry,
        jmsBroker,
        certificates,
    };
}

/** Never rejects, and resolves within the limit. */
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

/** The connectors, from the first worker that answers. Their positions are not known yet. */
async function listConnectors(target: PlatformTarget): Promise<ListedFacts[]> {
    const redactor = new Redactor(secretsOf(target));
    const connectors = await Promise.any(target.connect.map((url) => connect.listConnectors(url, target.credentials)));
    return connectors.map((one) => connectorFacts(one, target, (text) => redactor.redact(text)));
}

type ListedFacts = Omit<ConnectorFacts, "lag" | "retentionRisks">;

async function registryFacts(target: string, credentials?: Credentials): Promise<RegistryFacts> {
    return { subjects: (await subjects(target, credentials)).length };
}

async function members<T>(
    role: string,
    targets: string[],
    ask: (target: string, i: number) => Promise<T>,
): Promise<MemberAnswer<T>[]> {
    return Promise.all(
        targets.map(async (address, i) => ({
            name: `${role}-${i}`,
            address,
            answer: await answerOf(() => ask(address, i)),
        })),
    );
}

function missing(expected: string[], existing: { name: string }[]): string[] {
    const names = new Set(existing.map(({ name }) => name));
    return expected.filter((name) => !names.has(name));
}

interface EngineAnswer extends MemberAnswer<{ containers: number }> {
    containers: ContainerFacts[];
}

async function engineAnswer([name, address]: [string, string], target: PlatformTarget): Promise<EngineAnswer> {
    const engine = { endpoint: address, certPath: target.certPaths?.[name] };
    const limitMs = engineLimitMs(engine);
    const restartsLimitMs = limitMs / 4;
    const redactor = new Redactor(secretsOf(target));
    const restartsOf = async (facts: StackContainer) => {
        if (!mayRestartAgain(facts)) return undefined;
        const container = objectName(target, facts.name);
        const ask = () => repeatedRestarts({ ...engine, container }, (text) => redactor.redact(text));
        const restarts = await answerOf(ask, restartsLimitMs);
        return restarts.ok ? restarts.value : undefined;
    };
    const ask = async () => {
        const containers = await stackContainers(name, engine, target);
        return Promise.all(containers.map(async (facts) => ({ ...facts, restarts: await restartsOf(facts) })));
    };
    const answer = await answerOf(ask, limitMs + restartsLimitMs + 1000);
    return answer.ok
        ? { name, address, containers: answer.value, answer: { ok: true, value: { containers: answer.value.length } } }
        : { name, address, containers: [], answer };
}

function containersOf(hosts: EngineAnswer[]): Pick<PlatformSnapshot, "containers" | "engines"> {
    const errors = hosts.map(({ answer }) => answer).filter((answer) => !answer.ok);
    const containers = hosts.flatMap((host) => host.containers).sort((a, b) => a.name.localeCompare(b.name));
    const noEngine: Answer<never> = { ok: false, error: "no Docker engine is asked from here" };
    return {
        containers: errors.length === hosts.length ? (errors[0] ?? noEngine) : { ok: true, value: containers },
        engines: hosts.map(({ name, address, answer }) => ({ name, address, answer })),
    };
}

async function serverFacts(address: string, credentials?: Credentials): Promise<ServerFacts> {
    const [state, brokers] = await Promise.all([
        serverState(address, credentials),
        registeredBrokers(address, credentials),
    ]);
    return { ...state, registeredBrokers: brokers };
}

function brokerFacts({ brokers, clusterId }: kafka.ClusterView): BrokerFacts {
    return { brokersSeen: brokers.map(({ id }) => id), clusterId };
}

async function workerFacts(url: string, credentials?: Credentials): Promise<WorkerFacts> {
    const [, info, plugins] = await Promise.all([
        connect.assertHealthy(url, credentials),
        connect.workerInfo(url, credentials),
        connect.plugins(url, credentials),
    ]);
    return { version: info.version, kafkaClusterId: info.kafka_cluster_id, plugins };
}

/** The cluster's topics, and the position of each sink. */
async function kafkaPart(
    target: PlatformTarget,
    views: Promise<kafka.ClusterView>[],
    listed: Promise<Answer<ListedFacts[]>>,
): Promise<{ kafkaCluster: Answer<KafkaFacts>; connectors: Answer<ConnectorFacts[]> }> {
    const viewed = await answerOf(() =>
        Promise.any(views.map(async (view, i) => ({ address: target.kafka[i]!, view: await view }))),
    );
    const connectors = await listed;
    if (!viewed.ok) return { kafkaCluster: viewed, connectors: withPositions(connectors, () => noPosition) };

    const { address, view } = viewed.value;
    const { credentials } = target;
    const isSink = ({ topics, topicsRegex }: ListedFacts) => topics.length > 0 || topicsRegex !== undefined;
    const sinks = connectors.ok ? connectors.value.filter(isSink) : [];
    const [ends, starts, settings, committed] = await Promise.all([
        partitionOffsets(view, "end", credentials),
        partitionOffsets(view, "start", credentials),
        answerOf(() => topicSettings(address, view, credentials)),
        answerOf(() => committedOffsets(address, sinks.map(groupOf), credentials)),
    ]);
    const topics = settings.ok ? settings.value : new Map();
    const groupOffsets = (sink: ListedFacts) => (committed.ok ? committed.value.get(groupOf(sink)) : undefined);
    const partitionsOf = (sink: ListedFacts) => readPartitions(sink, view.partitions, groupOffsets(sink));
    const read = new Set(sinks.flatMap(partitionsOf));
    const young = await youngOffsets({ ...view, partitions: [...read] }, topics, credentials);
    const controls = new Map(
        await Promise.all(
            sinks.map(async (sink): Promise<[string, number]> => {
                const group = groupOffsets(sink) ?? new Map();
                return [sink.name, await controlRecords(view, partitionsOf(sink), group, ends, credentials)];
            }),
        ),
    );
    return {
        kafkaCluster: { ok: true, value: kafkaFacts(view, ends, topics) },
        connectors: withPositions(connectors, (connector) => {
            if (!isSink(connector)) return noPosition;
            const [partitions, group] = [partitionsOf(connector), groupOffsets(connector)];
            const position = {
                topics: [...new Set([...connector.topics, ...partitions.map(({ topic }) => topic)])],
            };
            if (group === undefined) return { ...noPosition, ...position };
            const keys = partitions.map(({ topic, partition }) => partitionKey(topic, partition));
            const isRunning = connector.tasks.some(({ state }) => state === "RUNNING");
            return {
                ...position,
                lag: lagOf(keys, group, { starts, ends }, controls.get(connector.name)),
                retentionRisks: retentionRisks(keys, group, { starts, ends, young }, isRunning),
            };
        }),
    };
}

const noPosition = { lag: undefined, retentionRisks: [] };

/** Of each partition the first record that does not reach its retention soon. */
async function youngOffsets(
    view: Pick<kafka.ClusterView, "brokers" | "partitions">,
    settings: TopicSettings,
    credentials?: Credentials,
) {
    const now = Date.now();
    const timeOf = ({ topic }: kafka.PartitionState) => {
        const kept = retentionMs(topic, settings);
        return kept === undefined ? undefined : Math.max(0, now - kept * NEAR_RETENTION);
    };
    return partitionOffsets(view, timeOf, credentials);
}

/** Connect's own name for the consumer group of a sink. */
function groupOf({ name }: { name: string }): string {
    return `connect-${name}`;
}

function withPositions(
    listed: Answer<ListedFacts[]>,
    positionOf: (connector: ListedFacts) => Pick<ConnectorFacts, "lag" | "retentionRisks"> & { topics?: string[] },
): Answer<ConnectorFacts[]> {
    if (!listed.ok) return listed;
    return { ok: true, value: listed.value.map((connector) => ({ ...connector, ...positionOf(connector) })) };
}

/** undefined when one part is not known. */
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

async function databasePart(
    { database }: PlatformTarget,
    listed: Promise<Answer<ListedFacts[]>>,
): Promise<PlatformSnapshot["database"]> {
    if (database === undefined) return undefined;
    const [answer, captures] = await Promise.all([
        answerOf(async () => ({ slots: await replicationSlots(database) })),
        answerOf(async () => captureProblemsOf(await listed, database)),
    ]);
    return { address: `${database.host}:${database.port}`, answer, captures };
}

async function captureProblemsOf(connectors: Answer<ListedFacts[]>, database: DatabaseLogin) {
    if (!connectors.ok) throw new Error(connectors.error);
    const sources = connectors.value.filter(({ capture }) => capture?.["database.dbname"] === database.database);
    const settings = sources.map(({ capture }) => capture!);
    const deadline = new Deadline(systemClock, PART_LIMIT_MS / 1000);
    const url = databaseUrl({ ...database, address: `${database.host}:${database.port}` });
    const all = await findCaptureProblems(settings, { url, ca: database.ca }, deadline);
    return all.flatMap((problems, i) => problems.map((problem) => ({ ...problem, connector: sources[i]!.name })));
}

async function jmsBrokerPart({ jmsBroker, credentials }: PlatformTarget): Promise<PlatformSnapshot["jmsBroker"]> {
    return (
        jmsBroker && {
            address: jmsBroker.address,
            answer: await answerOf(async () => {
                const { consoleUrl: url, user, password, queues } = jmsBroker;
                const existing = await queueStates({ url, user, password, credentials });
                return {
                    queues: existing.filter(({ name }) => queues.includes(name)),
                    missingQueues: missing(queues, existing),
                };
            }),
        }
    );
}

/** The certificates that the members show, and the operator's. */
async function certificatesPart(target: PlatformTarget): Promise<CertificateFacts[] | undefined> {
    const { credentials, database, jmsBroker } = target;
    if (credentials === undefined) return undefined;
    const named = (role: string, addresses: string[]): [string, string][] =>
        addresses.map((address, i) => [`${role}-${i}`, address]);
    const shown: [string, string][] = [
        ...named("zookeeper", target.zookeeper),
        ...named("kafka", target.kafka),
        ...named("connect", target.connect.map(addressOf)),
        ...named("registry", target.registry ?? []),
        ...(jmsBroker ? [["artemis", jmsBroker.address] as [string, string]] : []),
    ];
    const fact = async (member: string, ask: () => Promise<CertificateLife>) => ({
        member,
        answer: await answerOf(ask),
    });
    return Promise.all([
        ...shown.map(([member, address]) => fact(member, () => certificateLife(address, credentials))),
        ...(database
            ? [fact("postgres", () => certificateLife(`${database.host}:${database.port}`, credentials, { startTls }))]
            : []),
        fact("operator", async () => lifeOf(credentials.cert)),
    ]);
}

/** `host:port` of a URL, which has no port when it is the scheme's own. */
function addressOf(url: string): string {
    const { hostname, port } = new URL(url);
    return `${hostname}:${port || "443"}`;
}
