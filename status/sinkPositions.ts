import { javaPattern } from "@connect-cdc/connector/checks";
import type { PartitionState } from "../servers/kafka";
import { type Offsets, partitionKey, type TopicSettings } from "../servers/kafkaTopics";
import type { RetentionRisk } from "./snapshot";

/** A sink whose next record is older than this part of its topic's retention loses it soon. */
export const NEAR_RETENTION = 0.8;
/** Consumers that subscribe to a pattern do not get these (`exclude.internal.topics`). */
const INTERNAL_TOPICS = ["__consumer_offsets", "__transaction_state"];

/** What is known of the log of each partition. */
export interface Logs {
    /** Offset of the oldest record. */
    starts: Offsets;
    /** Offset of the next record. */
    ends: Offsets;
    /** Offset of the first record that is younger than {@link NEAR_RETENTION} of the retention; -1: none is. */
    young: Offsets;
}

/**
 * The partitions that a sink reads: of its topics, of the topics that its pattern matches, or, where JavaScript cannot read
 * the pattern, those of which its group has committed offsets.
 */
export function readPartitions<T extends Pick<PartitionState, "topic" | "partition">>(
    { topics, topicsRegex }: { topics: string[]; topicsRegex?: string },
    partitions: T[],
    committed: Offsets | undefined,
): T[] {
    if (topicsRegex === undefined) return partitions.filter(({ topic }) => topics.includes(topic));
    const pattern = javaPattern(topicsRegex);
    return partitions.filter(({ topic, partition }) =>
        pattern === undefined
            ? committed?.has(partitionKey(topic, partition))
            : pattern.test(topic) && !INTERNAL_TOPICS.includes(topic),
    );
}

/**
 * Records that a group has not committed yet; undefined while an end is not known.
 *
 * @param controls control records of transactions among them, which no group ever commits.
 */
export function lagOf(
    keys: string[],
    committed: Offsets,
    { starts, ends }: Omit<Logs, "young">,
    controls = 0,
): number | undefined {
    return keys.reduce<number | undefined>((total, key) => {
        const end = ends.get(key);
        if (total === undefined || end === undefined) return undefined;
        const next = Math.max(committed.get(key) ?? 0, starts.get(key) ?? 0);
        return total + Math.max(0, end - next);
    }, -controls);
}

/**
 * Partitions of which a sink has lost records, or may lose some.
 *
 * @param isRunning whether its tasks run: they are about to commit their first offsets, and their group cannot expire.
 */
export function retentionRisks(keys: string[], committed: Offsets, logs: Logs, isRunning: boolean): RetentionRisk[] {
    return keys.flatMap((partition): RetentionRisk[] => {
        const [next, start, end] = [committed.get(partition), logs.starts.get(partition), logs.ends.get(partition)];
        if (start === undefined || end === undefined) return [];
        if (next === undefined) {
            return start > 0 && !(isRunning && end === start) ? [{ kind: "noOffset", partition, records: start }] : [];
        }
        if (next < start) return [{ kind: "removed", partition, records: start - next }];
        const young = logs.young.get(partition);
        if (young === undefined || next >= end) return [];
        const old = (young < 0 ? end : Math.min(young, end)) - next;
        return old > 0 ? [{ kind: "old", partition, records: old }] : [];
    });
}

/** How long a topic keeps a record, ms; undefined where age alone removes none. */
export function retentionMs(topic: string, settings: TopicSettings): number | undefined {
    const ofTopic = settings.get(topic);
    const ms = Number(ofTopic?.get("retention.ms") ?? -1);
    return (ofTopic?.get("cleanup.policy") ?? "").includes("delete") && ms > 0 ? ms : undefined;
}
