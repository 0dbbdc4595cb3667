/** One committed state of a row. */
export interface Commit {
    /** The row's key. */
    id: number;
    /** Number of the commit: 0, 1, 2, ... in commit order, over all rows. */
    seq: number;
}

/** A message about a {@link Commit}, as a queue delivered it. */
export interface Delivery extends Commit {
    /** When it arrived, ms since 1970. */
    receivedAt: number;
}

/** The result for the commits, by one queue. */
export interface Account {
    /** Commits without a message. */
    lost: number[];
    /** Messages without a commit. */
    invented: number[];
    /** Rows whose states came for the first time in another order than they were committed in. */
    disordered: number[];
    /** Rows whose last message is not their last committed state. */
    stale: number[];
    /** Messages beyond the first of each commit: at-least-once delivery may repeat. */
    duplicates: number;
    /** Longest time between two messages with a new state each, s. */
    pauseSeconds: number;
}

/** What an account must have, whatever happens to servers: at least once, in the order of each row. */
export const KEPT = { lost: [], invented: [], disordered: [], stale: [] };

/** Accounts for every commit by what one queue delivered, in the order of the queue. */
export function account(commits: Commit[], deliveries: Delivery[]): Account {
    const known = new Map(commits.map(({ seq, id }) => [seq, id]));
    const firsts = firstOfEach(deliveries);
    const delivered = new Set(firsts.map(({ seq }) => seq));
    const lastCommitted = lastById(commits);
    const lastDelivered = lastById(deliveries);
    return {
        lost: [...known.keys()].filter((seq) => !delivered.has(seq)),
        invented: firsts.filter(({ seq, id }) => known.get(seq) !== id).map(({ seq }) => seq),
        disordered: outOfOrder(firsts),
        stale: [...lastCommitted.keys()].filter((id) => lastDelivered.get(id) !== lastCommitted.get(id)),
        duplicates: deliveries.length - firsts.length,
        pauseSeconds: longestPause(firsts),
    };
}

function firstOfEach(deliveries: Delivery[]): Delivery[] {
    const seen = new Set<number>();
    return deliveries.filter(({ seq }) => !seen.has(seq) && seen.add(seq));
}

function lastById(states: Commit[]): Map<number, number> {
    return new Map(states.map(({ id, seq }) => [id, seq]));
}

/** Ids of rows of which a later state came before an earlier one. */
function outOfOrder(firsts: Delivery[]): number[] {
    const newest = new Map<number, number>();
    const disordered = new Set<number>();
    for (const { id, seq } of firsts) {
        if (seq < (newest.get(id) ?? -1)) disordered.add(id);
        else newest.set(id, seq);
    }
    return [...disordered];
}

function longestPause(firsts: Delivery[]): number {
    const pauses = firsts.slice(1).map(({ receivedAt }, i) => receivedAt - firsts[i]!.receivedAt);
    return Math.max(0, ...pauses) / 1000;
}
