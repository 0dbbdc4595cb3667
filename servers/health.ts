import * as artemis from "./artemis";
import * as connect from "./connect";
import * as kafka from "./kafka";
import * as postgres from "./postgres";
import { done, messageOf, type Observation, pending } from "./wait";
import * as zookeeper from "./zookeeper";

/** Kinds of clusters that can be asked whether they are ready. */
export type ClusterKind = "zookeeper" | "kafka" | "connect" | "postgres" | "artemis";

export interface Cluster {
    kind: ClusterKind;
    /** Where each member answers: the REST URL of a worker, host:port of all others. */
    targets: string[];
    /** Members the cluster must have. */
    expected: number;
}

/** What a cluster is called in messages. */
export const clusterNames: Record<ClusterKind, string> = {
    zookeeper: "ZooKeeper ensemble",
    kafka: "Kafka cluster",
    connect: "Connect cluster",
    postgres: "PostgreSQL",
    artemis: "JMS broker",
};

const looks: Record<ClusterKind, (targets: string[], expected: number) => Promise<Observation<void>>> = {
    zookeeper: ensembleReady,
    kafka: brokersReady,
    connect: workersReady,
    postgres: (targets) => everyTarget(targets, postgres.assertAccepting),
    artemis: (targets) => everyTarget(targets, artemis.assertAccepting),
};

/** One look at the whole cluster: is every member there, and do they work together? */
export async function clusterReady({ kind, targets, expected }: Cluster): Promise<Observation<void>> {
    if (targets.length < expected) {
        throw new Error(`${expected} members are expected, but only ${targets.length} addresses are known`);
    }

    return looks[kind](targets, expected);
}

async function ensembleReady(targets: string[], expected: number): Promise<Observation<void>> {
    const { values: modes, failures } = await askAll(targets, servingMode);
    if (failures.length > 0) return pending(summarize(failures));

    if (expected === 1) return done();

    const leaders = modes.filter((mode) => mode === "leader").length;
    return leaders === 1 ? done() : pending(`${leaders} leaders among ${targets.length} servers`);
}

/** The server's mode; throws while it is no part of a quorum. */
async function servingMode(target: string): Promise<zookeeper.ServerMode> {
    const { mode } = await zookeeper.serverState(target);
    if (mode === undefined) throw new Error(outsideQuorum(target));

    return mode;
}

function outsideQuorum(target: string): string {
    return `server ${target} runs, but is not in the quorum`;
}

async function brokersReady(targets: string[], expected: number): Promise<Observation<void>> {
    const { values: views, failures } = await askAll(targets, kafka.clusterView);
    if (failures.length > 0) return pending(summarize(failures));

    return firstPending(views.map((view) => brokersAgree(view, expected)));
}

/** Does this view of the cluster have all brokers, and every partition all its replicas? */
export function brokersAgree(view: kafka.ClusterView, expected: number): Observation<void> {
    if (view.brokers.length < expected) return pending(`${view.brokers.length} of ${expected} brokers registered`);

    const unhealthy = kafka.unhealthyPartitions(view);
    const first = unhealthy[0];
    if (first === undefined) return done();

    const inSync = `${first.inSync.length} of ${first.replicas.length} replicas in sync`;
    return pending(
        `partitions that are not healthy: ${unhealthy.length}, such as ${first.topic}-${first.partition} (${inSync})`,
    );
}

/** How far a member is back in its cluster, after it was replaced. */
export interface MemberReturn {
    observation: Observation<void>;
    /** Indices of other members, when nothing but these is missing. Mostly none. */
    missing: number[];
    /** How many of the missing ones have to come before it can be done. */
    needed: number;
}

const isBack: MemberReturn = { observation: done(), missing: [], needed: 0 };

/**
 * Is this server back in the quorum, so that the next one may go? Where no server is in a quorum, it is the others that are
 * missing.
 */
export async function serverReturned(targets: string[], index: number): Promise<MemberReturn> {
    const target = targets[index]!;
    const { mode } = await zookeeper.serverState(target);
    if (mode !== undefined) return isBack;
    const observation = pending(outsideQuorum(target));
    const others = [...targets.keys()].filter((other) => other !== index);
    const { values } = await askAll(
        others.map((other) => targets[other]!),
        servingMode,
    );
    const missing = values.length > 0 ? [] : others;
    return { observation, missing, needed: Math.floor(targets.length / 2) };
}

/**
 * Is this broker back, so that the next one may go? Brokers of which nothing is known yet are not missed: an update may
 * add some after this one. A partition that only a missing broker can lead waits for that one.
 */
export function brokerReturned(view: kafka.ClusterView, id: number): MemberReturn {
    const registered = new Set(view.brokers.map((broker) => broker.id));
    if (!registered.has(id)) return { ...isBack, observation: pending(`broker ${id} is not registered`) };
    const observation = brokersAgree(view, 0);
    if (observation.done) return isBack;
    const whole = view.partitions.every(({ leader, replicas, inSync }) => {
        const there = replicas.filter((replica) => registered.has(replica));
        if (!inSync.some((replica) => registered.has(replica))) return true;
        return leader >= 0 && there.every((replica) => inSync.includes(replica));
    });
    const replicas = new Set(view.partitions.flatMap((partition) => partition.replicas));
    const absent = [...replicas].filter((replica) => !registered.has(replica)).sort((a, b) => a - b);
    return { observation, missing: whole ? absent : [], needed: 1 };
}

async function workersReady(targets: string[]): Promise<Observation<void>> {
    const { values: clusterIds, failures } = await askAll(targets, async (target) => {
        await connect.assertHealthy(target);
        return (await connect.workerInfo(target)).kafkaClusterId;
    });
    if (failures.length > 0) return pending(summarize(failures));

    const distinct = [...new Set(clusterIds)];
    return distinct.length === 1 ? done() : pending(`workers use different Kafka clusters: ${distinct.join(", ")}`);
}

async function everyTarget(targets: string[], assert: (target: string) => Promise<void>): Promise<Observation<void>> {
    const { failures } = await askAll(targets, assert);
    return failures.length === 0 ? done() : pending(summarize(failures));
}

/** Members of one kind mostly fail alike: one of them tells enough. */
function summarize(failures: string[]): string {
    const others = failures.length - 1;
    return others === 0 ? (failures[0] ?? "") : `${failures[0]}, and ${others} more`;
}

function firstPending(observations: Observation<void>[]): Observation<void> {
    return observations.find((observation) => !observation.done) ?? done();
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
