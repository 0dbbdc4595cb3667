import { ExactNumber } from "../client/exactJson";
import { ConnectorOffset } from "../client/types";

/** True when both have the same offsets of the same partitions, in any order. */
export function sameOffsets(a: ConnectorOffset[], b: ConnectorOffset[]): boolean {
    const [left, right] = [byPartition(a), byPartition(b)];
    return left.size === right.size && [...left].every(([key, { offset }]) => isSame(offset, right.get(key)?.offset));
}

/** The offsets after a change: the given ones replace those of the same partition; null removes the partition. */
export function offsetsAfter(before: ConnectorOffset[], given: ConnectorOffset[]): ConnectorOffset[] {
    const merged = new Map([...byPartition(before), ...byPartition(given)]);
    return [...merged.values()].filter(({ offset }) => offset !== null);
}

/** The change that replaces all offsets by these: other partitions lose theirs. */
export function replacing(before: ConnectorOffset[], wanted: ConnectorOffset[]): ConnectorOffset[] {
    const kept = byPartition(wanted);
    const others = [...byPartition(before)].filter(([key]) => !kept.has(key));
    return [...wanted, ...others.map(([, { partition }]) => ({ partition, offset: null }))];
}

/** One partition before and after a change; undefined: no offset. */
export interface OffsetStep {
    partition: ConnectorOffset["partition"];
    before: ConnectorOffset["offset"] | undefined;
    after: ConnectorOffset["offset"] | undefined;
}

/** Every partition of two lists, in the order of the first, then of the second. */
export function offsetSteps(before: ConnectorOffset[], after: ConnectorOffset[]): OffsetStep[] {
    const [left, right] = [byPartition(before), byPartition(after)];
    return [...new Map([...left, ...right])].map(([key, { partition }]) => ({
        partition,
        before: left.get(key)?.offset,
        after: right.get(key)?.offset,
    }));
}

function byPartition(offsets: ConnectorOffset[]): Map<string, ConnectorOffset> {
    return new Map(offsets.map((entry) => [canonical(entry.partition), entry]));
}

function isSame(a: unknown, b: unknown): boolean {
    return b !== undefined && canonical(a) === canonical(b);
}

/** Keys sorted, numbers as text: Connect accepts both, and returns a sink's offsets as numbers. */
function canonical(value: unknown): string {
    if (value instanceof ExactNumber) return /^-?\d+$/.test(value.text) ? value.text : String(Number(value.text));

    if (typeof value === "object" && value !== null) {
        const entries = Object.entries(value).map(([key, inner]) => [key, canonical(inner)]);
        return JSON.stringify(entries.sort());
    }
    return String(value);
}
