import type { Credentials } from "@connect-cdc/connector/client";
import type { Connection } from "@platformatic/kafka";
import {
    type BrokerAddress,
    type ClusterView,
    evenIfPartial,
    loadClient,
    type PartitionState,
    topicNames,
    withBroker,
} from "./kafka";

/** An offset of each partition, by `topic-partition`, without those of brokers that do not answer. */
export type Offsets = Map<string, number>;

/** Settings of topics, by name of the topic and of the setting. */
export type TopicSettings = Map<string, Map<string, string>>;

/** A time in ms since 1970 for each partition; undefined: the partition is left out. */
type TimeOf = (partition: PartitionState) => number | undefined;

/** Special timestamps of ListOffsets. `end`: offset of the next record; `start`: offset of the oldest record. */
const times = { end: -1, start: -2 };
const ANY_REPLICA = -1;
const READ_UNCOMMITTED = 0;
const TOPIC_RESOURCE = 2 as const;
const GROUP_KEY = 0;

/** The key of a partition in maps. */
export function partitionKey(topic: string, partition: number): string {
    return `${topic}-${partition}`;
}

/**
 * First or next offsets of all partitions, or the offset of the first record of a time or later (-1: there is none). Each
 * leader gets a request, all at the same time.
 */
export async function partitionOffsets(
    { brokers, partitions }: Pick<ClusterView, "brokers" | "partitions">,
    which: keyof typeof times | TimeOf,
    credentials?: Credentials,
): Promise<Offsets> {
    const { listOffsetsV7 } = await loadClient();
    const timeOf = typeof which === "string" ? () => times[which] : which;
    const parts = await Promise.all(
        brokers.map(async (broker) => {
            const led = partitions.filter((one) => one.leader === broker.id && timeOf(one) !== undefined);
            const request = offsetRequest(led, timeOf);
            const ask = (connection: Connection) =>
                evenIfPartial(listOffsetsV7.api.async(connection, ANY_REPLICA, READ_UNCOMMITTED, request));
            const answer = await tryBroker(broker, led.length > 0, ask, credentials);
            return (answer?.topics ?? []).flatMap(({ name, partitions }) =>
                partitions
                    .filter(({ errorCode }) => errorCode === 0)
                    .map(({ partitionIndex, offset }): [string, number] => [
                        partitionKey(name, partitionIndex),
                        Number(offset),
                    ]),
            );
        }),
    );
    return new Map(parts.flat());
}

function offsetRequest(partitions: PartitionState[], timeOf: TimeOf) {
    return [...groupBy(partitions, ({ topic }) => topic)].map(([name, ofTopic]) => ({
        name,
        partitions: ofTopic.map((one) => ({
            partitionIndex: one.partition,
            currentLeaderEpoch: -1,
            timestamp: BigInt(Math.round(timeOf(one)!)),
        })),
    }));
}

/** Settings of all topics that decide how safe their records are and how long they stay, from one broker. */
export async function topicSettings(
    target: string,
    view: ClusterView,
    credentials?: Credentials,
): Promise<TopicSettings> {
    const { describeConfigsV4 } = await loadClient();
    const resources = topicNames(view).map((resourceName) => ({
        resourceType: TOPIC_RESOURCE,
        resourceName,
        configurationKeys: ["cleanup.policy", "min.insync.replicas", "retention.ms"],
    }));
    const ask = (connection: Connection) =>
        evenIfPartial(describeConfigsV4.api.async(connection, resources, false, false));
    const { results } = await withBroker(target, ask, credentials);
    return new Map(
        results.map(({ resourceName, configs }) => [
            resourceName,
            new Map(configs.map(({ name, value }) => [name, value ?? ""])),
        ]),
    );
}

/** Committed offsets of consumer groups, by group, without groups whose coordinator does not answer. */
export async function committedOffsets(
    target: string,
    groups: string[],
    credentials?: Credentials,
): Promise<Map<string, Offsets>> {
    if (groups.length === 0) return new Map();

    const { findCoordinatorV4, offsetFetchV8 } = await loadClient();
    const find = (connection: Connection) => evenIfPartial(findCoordinatorV4.api.async(connection, GROUP_KEY, groups));
    const { coordinators } = await withBroker(target, find, credentials);
    const known = coordinators.filter(({ errorCode }) => errorCode === 0);
    const answers = await Promise.all(
        [...groupBy(known, ({ nodeId }) => nodeId)].map(([id, ofBroker]) => {
            const { host, port } = ofBroker[0]!;
            const request = ofBroker.map(({ key }) => ({ groupId: key, memberEpoch: -1, topics: null }));
            const fetch = (connection: Connection) =>
                evenIfPartial(offsetFetchV8.api.async(connection, request, false));
            return tryBroker({ id, host, port }, true, fetch, credentials);
        }),
    );
    const found = answers.flatMap((answer) => answer?.groups ?? []).filter(({ errorCode }) => errorCode === 0);
    return new Map(
        found.map(({ groupId, topics }) => [
            groupId,
            new Map(
                topics.flatMap(({ name, partitions }) =>
                    partitions
                        .filter(({ committedOffset }) => committedOffset >= 0n)
                        .map(({ partitionIndex, committedOffset }) => [
                            partitionKey(name, partitionIndex),
                            Number(committedOffset),
                        ]),
                ),
            ),
        ]),
    );
}

/** undefined for a broker that does not answer, which other checks report. */
export async function tryBroker<T>(
    { host, port }: BrokerAddress,
    isAsked: boolean,
    ask: (connection: Connection) => Promise<T>,
    credentials?: Credentials,
): Promise<T | undefined> {
    return isAsked ? withBroker(`${host}:${port}`, ask, credentials).catch(() => undefined) : undefined;
}

/** Groups items by key, and keeps their order. */
export function groupBy<T, K>(items: T[], keyOf: (item: T) => K): Map<K, T[]> {
    const groups = new Map<K, T[]>();
    for (const item of items) {
        const key = keyOf(item);
        groups.set(key, [...(groups.get(key) ?? []), item]);
    }
    return groups;
}
