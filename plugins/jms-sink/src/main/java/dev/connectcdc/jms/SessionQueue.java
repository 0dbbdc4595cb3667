package dev.connectcdc.jms;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.connect.errors.ConnectException;
import org.apache.kafka.connect.errors.RetriableException;
import org.apache.kafka.connect.sink.SinkRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The batches of one session: a thread sends them one after another while Connect brings the next. When one fails, those
 * behind it stay where they are until {@link #retry}. So the records of a partition, which has one session, keep their
 * order.
 *
 * <p>For the task's thread, except {@link #isConnected}.
 */
final class SessionQueue {

    private static final Logger LOG = LoggerFactory.getLogger(SessionQueue.class);

    /** One batch is sent, and one waits, so that the session need not wait for Connect. More would only take memory. */
    static final int SIZE = 2;

    /** Equal refusals of a batch before the refused records are looked for. */
    private static final int REFUSALS = 3;

    private final JmsSinkConfig config;
    private final SinkMetrics metrics;
    private final int number;
    private final Consumer<JmsDelivery.BadRecord> reporter;
    private final BoundedThread thread;
    private final Deque<Batch> batches = new ArrayDeque<>();
    private volatile JmsDelivery delivery;
    private AtomicBoolean isStopped = new AtomicBoolean();
    private Future<?> closing;
    private long firstSinceNanos;
    private int failuresInARow;
    private int refusalsInARow;
    private String refusal;

    /**
     * @param config the settings
     * @param metrics the task's counts
     * @param number of the session in its task; the first is 0
     * @param reporter gets the bad records of each batch that is delivered
     */
    SessionQueue(JmsSinkConfig config, SinkMetrics metrics, int number, Consumer<JmsDelivery.BadRecord> reporter) {
        this.config = config;
        this.metrics = metrics;
        this.number = number;
        this.reporter = reporter;
        thread = new BoundedThread("jms-sink-" + config.connector() + "-" + config.taskNumber()
                + (number == 0 ? "" : "-" + number));
    }

    /** A batch, and what becomes of it; null when it has failed, or stands behind one that has. */
    private static final class Batch {
        private List<SinkRecord> records;
        private Future<List<JmsDelivery.BadRecord>> result;

        private Batch(List<SinkRecord> records) {
            this.records = records;
        }
    }

    /** Connects, and waits for it. */
    void connect() {
        JmsDelivery current = delivery();
        waitFor(thread.submit(() -> {
            current.connect();
            return null;
        }), config.batchTimeoutMs(), config.batchTimeoutMs());
    }

    /** Takes the batch, to send it after those that are there. */
    void add(List<SinkRecord> records) {
        Batch batch = new Batch(records);
        batches.add(batch);
        if (batches.size() == 1) {
            firstSinceNanos = System.nanoTime();
        }
        submit(batch, false);
    }

    /** Sends again what has failed, and what stands behind it. */
    void retry() {
        if (batches.isEmpty() || batches.peek().result != null) {
            return;
        }
        firstSinceNanos = System.nanoTime();
        boolean halves = refusalsInARow >= REFUSALS;
        for (Batch batch : batches) {
            submit(batch, halves);
            halves = false;
        }
    }

    private void submit(Batch batch, boolean halves) {
        JmsDelivery current = delivery();
        AtomicBoolean stopped = isStopped;
        List<SinkRecord> records = batch.records;
        batch.result = thread.submit(() -> {
            if (stopped.get()) {
                throw new CancellationException("a batch before it has failed");
            }
            try {
                return current.deliver(records, halves);
            } catch (RuntimeException | Error e) {
                stopped.set(true);
                throw e;
            }
        });
    }

    /**
     * Waits until at most so many batches are left; after a failure, until none is.
     *
     * @throws RetriableException when the first one has failed, for {@link #retry} after {@link #backoffMs}
     * @throws ConnectException when it has failed for good
     */
    void await(int limit) {
        while (!batches.isEmpty()
                && (batches.size() > limit || failuresInARow > 0 || batches.peek().result.isDone() || leftMs() <= 0)) {
            try {
                settle(Math.max(0, leftMs()));
            } catch (ConnectException e) {
                throw failed(e);
            }
        }
    }

    /** Waits until all is delivered, something has failed, or a time is over. A failure is left to {@link #await}. */
    void flush(long untilNanos) {
        while (isSending() && isFirstDelivered(untilNanos)) {
            settle(0);
        }
    }

    private boolean isFirstDelivered(long untilNanos) {
        long waitMs = Math.min((untilNanos - System.nanoTime()) / 1_000_000, leftMs());
        try {
            batches.peek().result.get(Math.max(0, waitMs), TimeUnit.MILLISECONDS);
            return true;
        } catch (TimeoutException | ExecutionException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Waits for the first batch, and takes it off when it is delivered. */
    private void settle(long waitMs) {
        List<JmsDelivery.BadRecord> bad = waitFor(batches.peek().result, waitMs, config.batchTimeoutMs());
        batches.remove();
        firstSinceNanos = System.nanoTime();
        failuresInARow = 0;
        refusalsInARow = 0;
        // Only now: a batch that failed comes again, and would report its bad records twice.
        bad.forEach(reporter);
    }

    private ConnectException failed(ConnectException e) {
        stopSending();
        failuresInARow++;
        if (e instanceof RetriableException) {
            metrics.retried();
            boolean isSame = e instanceof RefusedException && e.getMessage().equals(refusal);
            refusal = e instanceof RefusedException ? e.getMessage() : null;
            refusalsInARow = isSame ? refusalsInARow + 1 : refusal == null ? 0 : 1;
        }
        return e;
    }

    /** What is left of the first batch's time. */
    private long leftMs() {
        return config.batchTimeoutMs() - (System.nanoTime() - firstSinceNanos) / 1_000_000;
    }

    /** @return milliseconds to wait before {@link #retry}; 0 when nothing has failed */
    long backoffMs() {
        int doublings = Math.min(failuresInARow - 1, 30);
        return failuresInARow == 0 ? 0 : Math.min(config.backoffMs() << doublings, config.longestBackoffMs());
    }

    /** @return true when nothing is left to deliver */
    boolean isEmpty() {
        return batches.isEmpty();
    }

    /** @return true when something is left to deliver, and has not failed as far as {@link #await} has told */
    boolean isSending() {
        return !batches.isEmpty() && batches.peek().result != null;
    }

    /** @return by partition the offset of the first record that is not delivered */
    Map<TopicPartition, Long> firstOffsets() {
        Map<TopicPartition, Long> offsets = new HashMap<>();
        for (Batch batch : batches) {
            for (SinkRecord record : batch.records) {
                offsets.merge(JmsDelivery.partitionOf(record), record.originalKafkaOffset(), Math::min);
            }
        }
        return offsets;
    }

    /**
     * Leaves the partitions to their next owner: drops their records, and gives back what the connection holds of them. A
     * transaction with some of them is given up, or it could be committed after those of the next owner.
     */
    void leave(Collection<TopicPartition> partitions, long limitMs) {
        flush(System.nanoTime());
        if (firstOffsets().keySet().stream().anyMatch(partitions::contains)) {
            if (isSending()) {
                giveUp();
            }
            for (Batch batch : batches) {
                batch.records = batch.records.stream()
                        .filter(record -> !partitions.contains(JmsDelivery.partitionOf(record)))
                        .toList();
            }
            batches.removeIf(batch -> batch.records.isEmpty());
        }
        if (config.stateQueue() != null && delivery != null) {
            release(partitions, limitMs);
        }
    }

    private void release(Collection<TopicPartition> partitions, long limitMs) {
        JmsDelivery current = delivery;
        try {
            waitFor(thread.submit(() -> {
                current.release(partitions);
                return null;
            }), limitMs, limitMs);
        } catch (ConnectException e) {
            LOG.warn("The states of {} are given back when the connection is closed: {}", partitions, e.getMessage());
        }
    }

    /** Begins to close the connection. What is not delivered stays in Kafka. */
    void close() {
        if (isSending()) {
            giveUp();
        }
        batches.clear();
        if (delivery != null) {
            closing = thread.submit(() -> {
                delivery.close();
                return null;
            });
        }
    }

    /** Waits until the connection is closed, and ends the thread. */
    void awaitClosed(long untilNanos) {
        try {
            if (closing != null) {
                closing.get(Math.max(0, untilNanos - System.nanoTime()), TimeUnit.NANOSECONDS);
            }
        } catch (TimeoutException | ExecutionException e) {
            LOG.warn("The connection did not close cleanly: {}", e.getClass().getSimpleName());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            thread.stop();
        }
    }

    /** @return true when the session has been used */
    boolean isUsed() {
        return delivery != null;
    }

    /** @return true when there is a connection */
    boolean isConnected() {
        JmsDelivery current = delivery;
        return current != null && current.isConnected();
    }

    /** Loads the JMS API, which need not be in the plugin's folder. */
    private JmsDelivery delivery() {
        try {
            if (delivery == null) {
                delivery = new JmsDelivery(config, metrics, number);
            }
            return delivery;
        } catch (LinkageError e) {
            throw connectException(e);
        }
    }

    private <T> T waitFor(Future<T> result, long waitMs, long limitMs) {
        try {
            return result.get(waitMs, TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            String hint = delivery.hint();
            giveUp();
            throw new RetriableException("the broker did not answer within " + limitMs + " ms ("
                    + JmsSinkConfig.BATCH_TIMEOUT + ")" + hint);
        } catch (InterruptedException e) {
            giveUp();
            Thread.currentThread().interrupt();
            throw new ConnectException("interrupted while waiting for the broker", e);
        } catch (ExecutionException e) {
            throw connectException(e.getCause());
        }
    }

    /** Gives up what is being sent, and the connection with it, which rolls back. The next one gets another thread. */
    private void giveUp() {
        stopSending();
        delivery.abandon();
        thread.stop();
        delivery = new JmsDelivery(config, metrics, number);
    }

    /** What the thread has not begun it leaves out; {@link #retry} hands it over again. */
    private void stopSending() {
        isStopped.set(true);
        isStopped = new AtomicBoolean();
        batches.forEach(batch -> batch.result = null);
    }

    private static ConnectException connectException(Throwable cause) {
        if (cause instanceof ConnectException known) {
            return known;
        }
        if (cause instanceof NoSuchMethodError || cause instanceof AbstractMethodError) {
            return new ConnectException("the broker's client is older than JMS 2, and a setting needs that: "
                    + cause.getMessage(), cause);
        }
        if (cause instanceof LinkageError) {
            return new ConnectException("a class is missing: put the JMS API (" + JmsApi.artifact() + ") and the"
                    + " broker's client with its dependencies into the plugin's folder", cause);
        }
        return new ConnectException("unexpected failure of class " + cause.getClass().getName(), cause);
    }
}
