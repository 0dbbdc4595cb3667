import type { PartitionState } from "../servers/kafka";

/** What `kafka-reassign-partitions` reads: where the replicas of each partition shall be. */
export interface Reassignment {
    version: 1;
    partitions: { topic: string; partition: number; replicas: number[] }[];
}

/** Partitions with a replica on one of these brokers. */
export function heldBy(partitions: PartitionState[], brokers: number[]): PartitionState[] {
    return partitions.filter(({ replicas }) => replicas.some((id) => brokers.includes(id)));
}

/**
 * Moves every replica off the brokers that go, each to the one of the others that has the fewest. Where all others have
 * one already, the partition keeps one replica less.
 */
export function moveOff(partitions: PartitionState[], going: number[], staying: number[]): Reassignment {
    const load = new Map(staying.map((id) => [id, 0]));
    const count = (id: number) => load.set(id, (load.get(id) ?? 0) + 1);
    partitions.flatMap(({ replicas }) => replicas).forEach(count);
    const moved = heldBy(partitions, going).map(({ topic, partition, replicas }) => {
        const kept = replicas.filter((id) => !going.includes(id));
        for (let missing = replicas.length - kept.length; missing > 0; missing--) {
            const free = staying.filter((id) => !kept.includes(id));
            const next = free.sort((a, b) => load.get(a)! - load.get(b)!)[0];
            if (next === undefined) break;
            kept.push(next);
            count(next);
        }
        return { topic, partition, replicas: kept };
    });
    return { version: 1, partitions: moved };
}
