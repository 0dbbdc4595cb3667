import { ExactNumber } from "../client/exactJson";
import { ConnectorOffset } from "../client/types";

/** True when both have the same offsets of the same partitions, in whatever order. */
export function sameOffsets(a: ConnectorOffset[], b: ConnectorOffset[]): boolean {
    const [left, right] = [byPartition(a), byPartition(b)];
    return left.size === right.size && [...left].every(([key, { offset }]) => isSame(offset, right.get(key)?.offset));
}

/** The offsets after a change: those given over those there were; a null takes its partition out. */
export function offsetsAfter(before: ConnectorOffset[], given: ConnectorOffset[]): ConnectorOffset[] {
    const merged = new Map([...byPartition(before), ...byPartition(given)]);
    return [...merged.values()].filter(({ offset }) => offset !== null);
}

/** The change that makes these offsets the only ones: partitions that are there beside them lose theirs. */
export function replacing(before: ConnectorOffset[], wanted: ConnectorOffset[]): ConnectorOffset[] {
    const kept = byPartition(wanted);
    const others = [...byPartition(before)].filter(([key]) => !kept.has(key));
    return [...wanted, ...others.map(([, { partition }]) => ({ partition, offset: null }))];
}

/** One partition before and after a change; undefined where it has no offset. */
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

/** Keys in one order, numbers as text: Connect takes both, and gives a sink's back as numbers. */
function canonical(value: unknown): string {
    if (value instanceof ExactNumber) return /^-?\d+$/.test(value.text) ? value.text : String(Number(value.text));

    if (typeof value === "object" && value !== null) {
        const entries = Object.entries(value).map(([key, inner]) => [key, canonical(inner)]);
        return JSON.stringify(entries.sort());
    }
    return String(value);
}
