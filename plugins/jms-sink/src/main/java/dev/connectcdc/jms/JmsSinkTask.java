package dev.connectcdc.jms;

import dev.connectcdc.values.PluginVersion;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.connect.errors.ConnectException;
import org.apache.kafka.connect.errors.RetriableException;
import org.apache.kafka.connect.sink.ErrantRecordReporter;
import org.apache.kafka.connect.sink.SinkRecord;
import org.apache.kafka.connect.sink.SinkTask;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes the batches that Connect brings, in one transaction for each session, while Connect brings the next: {@link #put}
 * hands them over, and {@link #preCommit} returns the offsets of what is committed. So the offsets that Connect commits
 * are always those of messages that the broker has. What failed is told to Connect by the next put, and sent again after
 * a back-off, for as long as it takes: each message arrives at least once, in order; with
 * {@code exactly.once.state.queue} exactly once.
 */
public class JmsSinkTask extends SinkTask {

    private static final Logger LOG = LoggerFactory.getLogger(JmsSinkTask.class);

    /** How long the task waits for the broker before it gives up partitions or ends; Connect gives all tasks 5 s. */
    private static final long CLOSE_LIMIT_MS = 3_000;

    /** How often offsets are committed beyond the worker's own interval; each commit is a request to Kafka. */
    private static final long COMMIT_INTERVAL_MS = 1_000;

    private final SinkMetrics metrics = new SinkMetrics();
    private final LongSupplier nanoTime;
    private final List<Future<Void>> reports = new ArrayList<>();
    private List<SessionQueue> queues = List.of();
    private boolean hasUncommitted;

    /** Whether Connect holds a batch that it must bring again. */
    private boolean isBatchWaiting;

    /** Partitions that were closed while a batch waited, and of which no record came since. */
    private final Set<TopicPartition> withoutBatch = new HashSet<>();

    private long lastCommitNanos;

    /** For Connect. */
    public JmsSinkTask() {
        this(System::nanoTime);
    }

    /** @param nanoTime a clock that only runs forward, in nanoseconds since any moment */
    JmsSinkTask(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        lastCommitNanos = nanoTime.getAsLong() - COMMIT_INTERVAL_MS * 1_000_000;
    }

    @Override
    public String version() {
        return PluginVersion.of(JmsSinkTask.class);
    }

    /** Connects, so that a wrong password fails the task now; a broker that is away is waited for later. */
    @Override
    public void start(Map<String, String> props) {
        JmsSinkConfig config = new JmsSinkConfig(props);
        queues = IntStream.range(0, config.sessions())
                .mapToObj(number -> new SessionQueue(config, metrics, number, this::report))
                .toList();
        metrics.connection(() -> queues.get(0).isConnected()
                && queues.stream().allMatch(queue -> queue.isConnected() || !queue.isUsed()));
        metrics.register(config.connector(), config.taskNumber());
        try {
            queues.get(0).connect();
        } catch (RetriableException e) {
            LOG.warn("No connection yet, the first batch tries again: {}", e.getMessage());
        }
    }

    /** Takes the records, or throws and takes none of them: Connect brings them again then. */
    @Override
    public void put(Collection<SinkRecord> records) {
        Map<SessionQueue, List<SinkRecord>> batches =
                assigned(records).stream().collect(Collectors.groupingBy(this::queueOf));
        isBatchWaiting = true;
        awaitRoom(batches.keySet());
        batches.forEach(SessionQueue::add);
        isBatchWaiting = false;
        records.forEach(record -> withoutBatch.remove(JmsDelivery.partitionOf(record)));
        hasUncommitted |= !batches.isEmpty();
        requestCommit();
    }

    /**
     * The records of partitions that the task still has. A batch that comes again may be older than the last rebalance;
     * Connect drops the records of lost partitions by the topics that transforms gave them, and so not all.
     */
    private List<SinkRecord> assigned(Collection<SinkRecord> records) {
        Set<TopicPartition> assigned = context.assignment();
        return records.stream()
                .filter(record -> assigned.contains(JmsDelivery.partitionOf(record)))
                .toList();
    }

    private SessionQueue queueOf(SinkRecord record) {
        return queues.get(Math.floorMod(JmsDelivery.partitionOf(record).hashCode(), queues.size()));
    }

    /** Waits until nothing has failed, and those that get a batch have room for it. */
    private void awaitRoom(Set<SessionQueue> receivers) {
        queues.forEach(SessionQueue::retry);
        ConnectException failure = null;
        for (SessionQueue queue : queues) {
            try {
                queue.await(receivers.contains(queue) ? SessionQueue.SIZE - 1 : SessionQueue.SIZE);
            } catch (ConnectException e) {
                failure = failure == null || failure instanceof RetriableException ? e : failure;
            }
        }
        if (failure != null) {
            context.timeout(queues.stream().mapToLong(SessionQueue::backoffMs).max().orElseThrow());
            throw failure;
        }
    }

    /** Kafka makes a reporter for a dead letter topic or a log of errors, whatever errors.tolerance is. */
    private void report(JmsDelivery.BadRecord bad) {
        ErrantRecordReporter reporter = context.errantRecordReporter();
        if (reporter == null) {
            LOG.warn("Skipped a bad record: {}", bad.reason().getMessage());
        } else {
            reports.add(reporter.report(bad.record(), bad.reason()));
        }
    }

    /** What was delivered need not wait for the worker's interval: after a kill it would come again. */
    private void requestCommit() {
        if (!hasUncommitted && queues.stream().allMatch(SessionQueue::isEmpty)) {
            return;
        }
        long now = nanoTime.getAsLong();
        long leftMs = COMMIT_INTERVAL_MS - (now - lastCommitNanos) / 1_000_000;
        if (leftMs > 0) {
            // Connect calls put() again then, with or without records.
            context.timeout(leftMs);
            return;
        }
        context.requestCommit();
        hasUncommitted = false;
        lastCommitNanos = now;
    }

    /**
     * Waits for what is being sent, because Connect also asks before partitions move to another task, which would send it
     * again.
     *
     * <p>Connect drops a batch that waits when its partitions are revoked, but keeps its offsets, and takes them for
     * delivered with the next put (WorkerSinkTask of Kafka 3.9). Committed, they would lose its records if the partitions
     * came back and went again.
     *
     * @return the offsets without those of records that are not delivered, or not reported
     */
    @Override
    public Map<TopicPartition, OffsetAndMetadata> preCommit(Map<TopicPartition, OffsetAndMetadata> offsets) {
        long end = closeLimit();
        queues.forEach(queue -> queue.flush(end));
        if (queues.stream().anyMatch(SessionQueue::isSending)) {
            // The next put tells of a failure, if it is one.
            context.timeout(1);
        }
        if (!areReported(end)) {
            return Map.of();
        }
        Map<TopicPartition, OffsetAndMetadata> delivered = new HashMap<>(offsets);
        delivered.keySet().removeAll(withoutBatch);
        for (SessionQueue queue : queues) {
            queue.firstOffsets().forEach((partition, offset) -> delivered.replace(partition, new OffsetAndMetadata(offset)));
        }
        return delivered;
    }

    /** Connect itself waits for reports before it calls preCommit(), and fails the task when one has failed. */
    private boolean areReported(long endNanos) {
        try {
            for (Future<Void> report : reports) {
                report.get(Math.max(0, endNanos - System.nanoTime()), TimeUnit.NANOSECONDS);
            }
            reports.clear();
            return true;
        } catch (ExecutionException | TimeoutException e) {
            LOG.warn("Bad records are not reported yet, and no offsets committed: {}", e.toString());
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    @Override
    public void close(Collection<TopicPartition> partitions) {
        if (isBatchWaiting) {
            withoutBatch.addAll(partitions);
        }
        queues.forEach(queue -> queue.leave(partitions, CLOSE_LIMIT_MS));
    }

    @Override
    public void stop() {
        metrics.unregister();
        long end = closeLimit();
        queues.forEach(SessionQueue::close);
        queues.forEach(queue -> queue.awaitClosed(end));
    }

    private static long closeLimit() {
        return System.nanoTime() + CLOSE_LIMIT_MS * 1_000_000;
    }
}
