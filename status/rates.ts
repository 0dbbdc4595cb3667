import type { PlatformReport } from "./platformReport";

/** What one look counted: numbers that only grow, until what counts them starts anew. */
export interface Sample {
    /** ms since 1970. */
    at: number;
    /** By key of {@link topicKey} or {@link queueKey}; what did not answer is missing. */
    counters: Record<string, number>;
}

/** Looks further apart than this say nothing about the time between them. */
const MAX_GAP_MS = 15_000;
const KEPT_MS = 75_000;

export function topicKey(name: string): string {
    return `topic:${name}`;
}

export function queueKey(name: string): string {
    return `queue:${name}`;
}

/** Records of each topic and messages of each queue, as one look found them. */
export function sampleOf({ takenAt, kafkaCluster, jmsBroker }: PlatformReport): Sample {
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

/** The history with one look more, without what is too old for any question here. */
export function remember(history: Sample[], sample: Sample): Sample[] {
    return [...history.filter(({ at }) => at >= sample.at - KEPT_MS && at < sample.at), sample];
}

/** Growth per second over about the last `seconds`. undefined: not known (yet, or any more). */
export function rate(history: Sample[], key: string, seconds = 10): number | undefined {
    const steps = stepsOf(history, key);
    const newest = steps.at(-1);
    if (newest === undefined) return undefined;

    const recent = steps.filter(({ to }) => to > newest.to - seconds * 1000);
    const elapsedMs = recent.reduce((sum, { from, to }) => sum + to - from, 0);
    return (recent.reduce((sum, { increase }) => sum + increase, 0) / elapsedMs) * 1000;
}

/** Growth per second in each of `count` equal parts of the last `seconds`, oldest first. undefined: nobody looked. */
export function rates(history: Sample[], key: string, seconds = 60, count = 30): (number | undefined)[] {
    const steps = stepsOf(history, key);
    const end = history.at(-1)?.at ?? 0;
    const partMs = (seconds * 1000) / count;
    return Array.from({ length: count }, (_, i) => {
        const from = end - (count - i) * partMs;
        return averageBetween(steps, from, from + partMs);
    });
}

/** What was added between two successive looks. */
interface Step {
    from: number;
    to: number;
    increase: number;
}

/** The steps that lead to the newest look without a gap; none when the counter has not answered for too long. */
function stepsOf(history: Sample[], key: string): Step[] {
    const points = history.flatMap(({ at, counters }) => {
        const count = counters[key];
        return count === undefined ? [] : [{ at, count }];
    });
    const steps = points.slice(1).map((point, i) => {
        const before = points[i] as (typeof points)[number];
        // A smaller number than before has been counted from zero: a restarted broker, a topic made anew.
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
