import type { PlatformSnapshot } from "./snapshot";

/** Counters in one snapshot. They only grow, until their server restarts. */
export interface Counts {
    /** ms since 1970. */
    at: number;
    /** By key of {@link topicKey} or {@link queueKey}; without those that are not known. */
    counters: Record<string, number>;
}

/** Snapshots further apart than this give no rate for the time between them. */
const MAX_GAP_MS = 15_000;
const KEPT_MS = 75_000;

export function topicKey(name: string): string {
    return `topic:${name}`;
}

export function queueKey(name: string): string {
    return `queue:${name}`;
}

/** Records of each topic and messages of each queue in a snapshot. */
export function countsOf({ takenAt, kafkaCluster, jmsBroker }: PlatformSnapshot): Counts {
    const topics = kafkaCluster.ok ? kafkaCluster.value.topics : [];
    const queues = jmsBroker?.answer.ok ? jmsBroker.answer.value.queues : [];
    return {
        at: takenAt,
        counters: Object.fromEntries([
            ...topics.flatMap(({ name, endOffsets }) =>
                endOffsets === undefined ? [] : [[topicKey(name), endOffsets]],
            ),
            ...queues.map(({ name, added }) => [queueKey(name), added]),
        ]),
    };
}

/** Adds counts to the history, and drops old ones. */
export function addCounts(history: Counts[], counts: Counts): Counts[] {
    return [...history.filter(({ at }) => at >= counts.at - KEPT_MS && at < counts.at), counts];
}

/** Growth per second over about the last `seconds`. undefined: not known. */
export function rate(history: Counts[], key: string, seconds = 10): number | undefined {
    const steps = stepsOf(history, key);
    const newest = steps.at(-1);
    if (newest === undefined) return undefined;

    const recent = steps.filter(({ to }) => to > newest.to - seconds * 1000);
    const elapsedMs = recent.reduce((sum, { from, to }) => sum + to - from, 0);
    return (recent.reduce((sum, { increase }) => sum + increase, 0) / elapsedMs) * 1000;
}

/** Growth per second in each of `count` equal parts of the last `seconds`, oldest first. undefined: no snapshot. */
export function rates(history: Counts[], key: string, seconds = 60, count = 30): (number | undefined)[] {
    const steps = stepsOf(history, key);
    const end = history.at(-1)?.at ?? 0;
    const partMs = (seconds * 1000) / count;
    return Array.from({ length: count }, (_, i) => {
        const from = end - (count - i) * partMs;
        return averageBetween(steps, from, from + partMs);
    });
}

/** Growth between two successive snapshots. */
interface Step {
    from: number;
    to: number;
    increase: number;
}

/** The steps up to the newest snapshot without a gap; none when the counter has not been known for too long. */
function stepsOf(history: Counts[], key: string): Step[] {
    const points = history.flatMap(({ at, counters }) => {
        const count = counters[key];
        return count === undefined ? [] : [{ at, count }];
    });
    const steps = points.slice(1).map((point, i) => {
        const before = points[i] as (typeof points)[number];
        // A smaller number is counted from zero: the broker restarted, or the topic was created again
        const increase = point.count >= before.count ? point.count - before.count : point.count;
        return { from: before.at, to: point.at, increase };
    });
    const lastGap = steps.findLastIndex(({ from, to }) => to - from > MAX_GAP_MS);
    const isSilent = (history.at(-1)?.at ?? 0) - (points.at(-1)?.at ?? 0) > MAX_GAP_MS;
    return isSilent ? [] : steps.slice(lastGap + 1);
}

function averageBetween(steps: Step[], from: number, to: number): number | undefined {
    const overlaps = steps
        .map((step) => ({ ...step, ms: Math.min(step.to, to) - Math.max(step.from, from) }))
        .filter(({ ms }) => ms > 0);
    const seenMs = overlaps.reduce((sum, { ms }) => sum + ms, 0);
    const increase = overlaps.reduce((sum, step) => sum + (step.increase * step.ms) / (step.to - step.from), 0);
    return seenMs === 0 ? undefined : (increase / seenMs) * 1000;
}
