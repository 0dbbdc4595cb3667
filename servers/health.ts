import { type Credentials, messageOf } from "@connect-cdc/connector/client";
import * as artemis from "./artemis";
import * as connect from "./connect";
import * as kafka from "./kafka";
import * as postgres from "./postgres";
import * as registry from "./registry";
import { type Attempt, done, pending } from "./wait";
import * as zookeeper from "./zookeeper";

/** Kinds of clusters with a readiness check. */
export type ClusterKind = "zookeeper" | "kafka" | "connect" | "postgres" | "artemis" | "registry";

export interface Cluster {
    kind: ClusterKind;
    /** Address of each member: the REST URL of a worker, host:port of all others. */
    targets: string[];
    /** Number of members that the cluster must have. */
    expected: number;
    /** Credentials for these addresses. Default: the members take plain links there. */
    credentials?: Credentials;
}

/** Names in messages. */
export const clusterNames: Record<ClusterKind, string> = {
    zookeeper: "ZooKeeper ensemble",
    kafka: "Kafka cluster",
    connect: "Connect cluster",
    postgres: "PostgreSQL",
    artemis: "JMS broker",
    registry: "schema registry",
};

type Check = (targets: string[], expected: number, credentials?: Credentials) => Promise<Attempt<void>>;

const checks: Record<ClusterKind, Check> = {
    zookeeper: ensembleReady,
    kafka: brokersReady,
    connect: workersReady,
    postgres: everyTarget(postgres.assertAccepting),
    artemis: everyTarget(artemis.assertAccepting),
    registry: everyTarget(registry.assertReady),
};

/** Checks once whether all members of a cluster serve, and work together. */
export async function clusterReady({ kind, targets, expected, credentials }: Cluster): Promise<Attempt<void>> {
    if (targets.length < expected) {
        throw new Error(`${expected} members are expected, but only ${targets.length} addresses are known`);
    }

    return checks[kind](targets, expected, credentials);
}

async function ensembleReady(targets: string[], expected: number, credentials?: Credentials): Promise<Attempt<void>> {
    const { values: modes, failures } = await askAll(targets, (target) => servingMode(target, credentials));
    if (failures.length > 0) return pending(summarize(failures));

    if (expected === 1) return done();

    const leaders = modes.filter((mode) => mode === "leader").length;
    return leaders === 1 ? done() : pending(`${leaders} leaders among ${targets.length} servers`);
}

/** The server's mode. Throws while it is not part of a quorum. */
async function servingMode(target: string, credentials?: Credentials): Promise<zookeeper.ServerMode> {
    const { mode } = await zookeeper.serverState(target, credentials);
    if (mode === undefined) throw new Error(outsideQuorum(target));

    return mode;
}

function outsideQuorum(target: string): string {
    return `server ${target} runs, but is not in the quorum`;
}

async function brokersReady(targets: string[], expected: number, credentials?: Credentials): Promise<Attempt<void>> {
    const { values: views, failures } = await askAll(targets, (target) => kafka.clusterView(target, credentials));
    if (failures.length > 0) return pending(summarize(failures));

    return firstPending(views.map((view) => brokersAgree(view, expected)));
}

/** Checks that a view of the cluster has all brokers, and all partitions have all replicas in sync. */
export function brokersAgree(view: kafka.ClusterView, expected: number): Attempt<void> {
    if (view.brokers.length < expected) return pending(`${view.brokers.length} of ${expected} brokers registered`);

    const unhealthy = kafka.unhealthyPartitions(view);
    const first = unhealthy[0];
    if (first === undefined) return done();

    const inSync = `${first.inSync.length} of ${first.replicas.length} replicas in sync`;
    return pending(
        `partitions that are not healthy: ${unhealthy.length}, such as ${first.topic}-${first.partition} (${inSync})`,
    );
}

/** Whether a member has rejoined its cluster after it was replaced. */
export interface MemberReturn {
    attempt: Attempt<void>;
    /** Indexes of other members, when only these are missing. Usually empty. */
    missing: number[];
    /** Number of the missing members that must return before it can be done. */
    needed: number;
}

const isBack: MemberReturn = { attempt: done(), missing: [], needed: 0 };

/**
 * Checks that a server has rejoined the quorum, so that the next one may be replaced. When no server is in a quorum, the
 * others are missing.
 */
export async function serverReturned(
    targets: string[],
    index: number,
    credentials?: Credentials,
): Promise<MemberReturn> {
    const target = targets[index]!;
    const { mode } = await zookeeper.serverState(target, credentials);
    if (mode !== undefined) return isBack;
    const attempt = pending(outsideQuorum(target));
    const others = [...targets.keys()].filter((other) => other !== index);
    const { values } = await askAll(
        others.map((other) => targets[other]!),
        (other) => servingMode(other, credentials),
    );
    const missing = values.length > 0 ? [] : others;
    return { attempt, missing, needed: Math.floor(targets.length / 2) };
}

/**
 * Checks that a broker has rejoined the cluster, so that the next one may be replaced. A broker that no partition names is not
 * missing: an update may add it after this one. A partition that only a missing broker can lead waits for that broker.
 */
export function brokerReturned(view: kafka.ClusterView, id: number): MemberReturn {
    const registered = new Set(view.brokers.map((broker) => broker.id));
    if (!registered.has(id)) return { ...isBack, attempt: pending(`broker ${id} is not registered`) };
    const attempt = brokersAgree(view, 0);
    if (attempt.done) return isBack;
    const othersAreInSync = view.partitions.every(({ leader, replicas, inSync }) => {
        const live = replicas.filter((replica) => registered.has(replica));
        if (!inSync.some((replica) => registered.has(replica))) return true;
        return leader >= 0 && live.every((replica) => inSync.includes(replica));
    });
    const replicas = new Set(view.partitions.flatMap((partition) => partition.replicas));
    const absent = [...replicas].filter((replica) => !registered.has(replica)).sort((a, b) => a - b);
    return { attempt, missing: othersAreInSync ? absent : [], needed: 1 };
}

async function workersReady(targets: string[], _expected: number, credentials?: Credentials): Promise<Attempt<void>> {
    const { values: clusterIds, failures } = await askAll(targets, async (target) => {
        await connect.assertHealthy(target, credentials);
        return (await connect.workerInfo(target, credentials)).kafka_cluster_id;
    });
    if (failures.length > 0) return pending(summarize(failures));

    const distinct = [...new Set(clusterIds)];
    return distinct.length === 1 ? done() : pending(`workers use different Kafka clusters: ${distinct.join(", ")}`);
}

function everyTarget(assert: (target: string, credentials?: Credentials) => Promise<void>): Check {
    return async (targets, _expected, credentials) => {
        const { failures } = await askAll(targets, (target) => assert(target, credentials));
        return failures.length === 0 ? done() : pending(summarize(failures));
    };
}

/** Members of one kind mostly fail in the same way: the first message is enough. */
function summarize(failures: string[]): string {
    const others = failures.length - 1;
    return others === 0 ? (failures[0] ?? "") : `${failures[0]}, and ${others} more`;
}

function firstPending(attempts: Attempt<void>[]): Attempt<void> {
    return attempts.find((attempt) => !attempt.done) ?? done();
}

async function askAll<T>(targets: string[], ask: (target: string) => Promise<T>) {
    const answers = await Promise.allSettled(targets.map(ask));
    const values: T[] = [];
    const failures: string[] = [];
    answers.forEach((answer) => {
        if (answer.status === "fulfilled") values.push(answer.value);
        else failures.push(messageOf(answer.reason));
    });
    return { values, failures };
}
