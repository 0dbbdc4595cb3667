package dev.connectcdc.jms;

import dev.connectcdc.values.PluginVersion;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.connect.errors.ConnectException;
import org.apache.kafka.connect.errors.RetriableException;
import org.apache.kafka.connect.sink.ErrantRecordReporter;
import org.apache.kafka.connect.sink.SinkRecord;
import org.apache.kafka.connect.sink.SinkTask;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes the batches that Connect brings: one transaction each, committed before {@link #put} returns. So the offsets
 * that Connect commits are always those of messages that the broker has, and flush has nothing to do. A batch that
 * failed comes again after a back-off, for as long as it takes: each message arrives at least once, in order; with
 * {@code exactly.once.state.queue} exactly once.
 */
public class JmsSinkTask extends SinkTask {

    private static final Logger LOG = LoggerFactory.getLogger(JmsSinkTask.class);

    /** How long {@link #stop} and {@link #close} wait for the broker; Connect gives all tasks of a worker 5 s. */
    private static final long CLOSE_LIMIT_MS = 3_000;

    /** How often offsets are committed beyond the worker's own interval; each commit is a request to Kafka. */
    private static final long COMMIT_INTERVAL_MS = 1_000;

    /** Equal refusals of a batch before the refused records are looked for. */
    private static final int REFUSALS = 3;

    private final SinkMetrics metrics = new SinkMetrics();
    private final LongSupplier nanoTime;
    private JmsSinkConfig config;
    private BoundedThread thread;
    private JmsDelivery delivery;
    private int failuresInARow;
    private int refusalsInARow;
    private String refusal;
    private boolean hasUncommitted;
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
        config = new JmsSinkConfig(props);
        thread = new BoundedThread("jms-sink-" + config.connector() + "-" + config.taskNumber());
        metrics.register(config.connector(), config.taskNumber());
        try {
            bounded(delivery -> {
                delivery.connect();
                return null;
            });
        } catch (RetriableException e) {
            LOG.warn("No connection yet, the first batch tries again: {}", e.getMessage());
        }
    }

    @Override
    public void put(Collection<SinkRecord> records) {
        List<SinkRecord> batch = assigned(records);
        if (!batch.isEmpty()) {
            deliver(batch);
        }
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

    private void deliver(List<SinkRecord> batch) {
        try {
            boolean halves = refusalsInARow >= REFUSALS;
            List<JmsDelivery.BadRecord> bad = bounded(delivery -> delivery.deliver(batch, halves));
            failuresInARow = 0;
            refusalsInARow = 0;
            hasUncommitted = true;
            // Only now: a batch that failed comes again, and would report its bad records twice.
            bad.forEach(this::report);
        } catch (RetriableException e) {
            metrics.retried();
            boolean isSame = e instanceof RefusedException && e.getMessage().equals(refusal);
            refusal = e instanceof RefusedException ? e.getMessage() : null;
            refusalsInARow = isSame ? refusalsInARow + 1 : refusal == null ? 0 : 1;
            context.timeout(nextBackoffMs());
            throw e;
        }
    }

    /** Kafka makes a reporter for a dead letter topic or a log of errors, whatever errors.tolerance is. */
    private void report(JmsDelivery.BadRecord bad) {
        ErrantRecordReporter reporter = context.errantRecordReporter();
        if (reporter == null) {
            LOG.warn("Skipped a bad record: {}", bad.reason().getMessage());
        } else {
            reporter.report(bad.record(), bad.reason());
        }
    }

    /** What was delivered need not wait for the worker's interval: after a kill it would come again. */
    private void requestCommit() {
        if (!hasUncommitted) {
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

    @Override
    public void close(Collection<TopicPartition> partitions) {
        if (delivery == null || config.stateQueue() == null) {
            return;
        }
        try {
            bounded(
                    delivery -> {
                        delivery.release(partitions);
                        return null;
                    },
                    CLOSE_LIMIT_MS);
        } catch (ConnectException e) {
            LOG.warn("The states of {} are given back when the connection is closed: {}", partitions, e.getMessage());
        }
    }

    @Override
    public void stop() {
        metrics.unregister();
        if (thread == null) {
            return;
        }
        try {
            if (delivery != null) {
                thread.call(
                        () -> {
                            delivery.close();
                            return null;
                        },
                        CLOSE_LIMIT_MS);
            }
        } catch (TimeoutException | ExecutionException e) {
            LOG.warn("The connection did not close cleanly: {}", e.getClass().getSimpleName());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            thread.stop();
        }
    }

    private <T> T bounded(Function<JmsDelivery, T> work) {
        return bounded(work, config.batchTimeoutMs());
    }

    private <T> T bounded(Function<JmsDelivery, T> work, long limitMs) {
        try {
            if (delivery == null) {
                // Does not load when the JMS API is not in the plugin's folder.
                delivery = new JmsDelivery(config, metrics);
            }
            JmsDelivery current = delivery;
            return thread.call(() -> work.apply(current), limitMs);
        } catch (LinkageError e) {
            throw connectException(e);
        } catch (TimeoutException e) {
            String hint = delivery.hint();
            abandonDelivery();
            throw new RetriableException("the broker did not answer within " + limitMs + " ms ("
                    + JmsSinkConfig.BATCH_TIMEOUT + ")" + hint);
        } catch (InterruptedException e) {
            abandonDelivery();
            Thread.currentThread().interrupt();
            throw new ConnectException("interrupted while waiting for the broker", e);
        } catch (ExecutionException e) {
            throw connectException(e.getCause());
        }
    }

    private void abandonDelivery() {
        delivery.abandon();
        delivery = null;
    }

    private static ConnectException connectException(Throwable cause) {
        if (cause instanceof ConnectException known) {
            return known;
        }
        if (cause instanceof LinkageError) {
            return new ConnectException("a class is missing: put the JMS API (jakarta.jms:jakarta.jms-api 3) and the"
                    + " broker's client with its dependencies into the plugin's folder", cause);
        }
        return new ConnectException("unexpected failure of class " + cause.getClass().getName(), cause);
    }

    private long nextBackoffMs() {
        int doublings = Math.min(failuresInARow++, 30);
        return Math.min(config.backoffMs() << doublings, config.longestBackoffMs());
    }
}
