package dev.connectcdc.jms;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;

/**
 * Accounts for each record of a topic one by one, by partition and offset: whether its message has come, how often, and
 * whether it came for the first time in order. A message that comes twice to the reader, because its broker died before
 * it knew of the acknowledgement, has the same message id both times and is no duplicate of the sink's.
 */
final class Ledger {

    private final BitSet[] seen;
    private final long[][] messageIds;
    private final int[] next;
    private final long[] lowestDuplicate;
    private final int[] lastDuplicate;
    private final List<String> repeats = new ArrayList<>();
    private long distinct;
    private long duplicates;
    private long redelivered;
    private long outOfOrder;

    Ledger(int partitions) {
        seen = new BitSet[partitions];
        Arrays.setAll(seen, i -> new BitSet());
        messageIds = new long[partitions][1024];
        next = new int[partitions];
        lowestDuplicate = new long[partitions];
        Arrays.fill(lowestDuplicate, Long.MAX_VALUE);
        lastDuplicate = new int[partitions];
    }

    /** @param messageId one number for each message */
    synchronized void arrived(int partition, int offset, long messageId) {
        if (!seen[partition].get(offset)) {
            seen[partition].set(offset);
            remember(partition, offset, messageId);
            distinct++;
            outOfOrder += offset == next[partition] ? 0 : 1;
            next[partition] = offset + 1;
        } else if (messageIds[partition][offset] == messageId) {
            redelivered++;
        } else {
            duplicates++;
            if (offset != lastDuplicate[partition] + 1) {
                repeats.add(partition + "-" + offset + " after " + next[partition]);
            }
            lastDuplicate[partition] = offset;
            lowestDuplicate[partition] = Math.min(lowestDuplicate[partition], offset);
        }
    }

    private void remember(int partition, int offset, long messageId) {
        long[] ids = messageIds[partition];
        if (offset >= ids.length) {
            ids = messageIds[partition] = Arrays.copyOf(ids, Math.max(2 * ids.length, offset + 1));
        }
        ids[offset] = messageId;
    }

    /** @return how many different records have come */
    synchronized long distinct() {
        return distinct;
    }

    /** @return how many messages came of records that had come already */
    synchronized long duplicates() {
        return duplicates;
    }

    /** @return how often a record came for the first time that is not the next one of its partition */
    synchronized long outOfOrder() {
        return outOfOrder;
    }

    /** @return by partition the lowest offset that came again; the largest number where none did */
    synchronized long[] lowestDuplicates() {
        return lowestDuplicate.clone();
    }

    /** @return by partition the number of records that have come without a gap from the first on */
    synchronized long[] complete() {
        return Arrays.stream(seen).mapToLong(set -> set.nextClearBit(0)).toArray();
    }

    /** @return where duplicates began: partition, offset, and how far the partition had come by then */
    synchronized List<String> repeats() {
        return List.copyOf(repeats);
    }

    @Override
    public synchronized String toString() {
        return distinct + " records, " + duplicates + " duplicates, " + redelivered + " times the same message again, "
                + outOfOrder + " out of order";
    }
}
