package dev.connectcdc.jms;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.errors.RetriableException;
import org.apache.kafka.connect.sink.ErrantRecordReporter;
import org.apache.kafka.connect.sink.SinkRecord;
import org.apache.kafka.connect.sink.SinkTaskContext;

/**
 * Does with a task what Connect's worker does: brings a batch again that the task did not take, after the time that the task
 * asked for; commits offsets when the task asks for it; and ends it in Connect's order.
 */
final class Worker implements AutoCloseable, SinkTaskContext {

    static final String TOPIC = "localhost.cdc.customers";

    /** The task's clock. */
    long clockMs;

    final JmsSinkTask task = new JmsSinkTask(() -> clockMs * 1_000_000);
    final Map<SinkRecord, Throwable> reported = new HashMap<>();
    final List<RetriableException> failures = new CopyOnWriteArrayList<>();
    final List<Long> backoffs = new ArrayList<>();

    /** What the task's consumer has; a rebalance changes it. */
    Set<TopicPartition> assignment =
            Set.of(new TopicPartition(TOPIC, 0), new TopicPartition(TOPIC, 1), new TopicPartition("t", 0));

    /** Connect has a reporter when errors go to a topic or a log, whatever errors.tolerance is. */
    private boolean hasReporter;
    CompletableFuture<Void> reportsDone = CompletableFuture.completedFuture(null);
    private int commitRequests;
    private int commits;
    private Map<TopicPartition, OffsetAndMetadata> consumed = new HashMap<>();
    private Map<TopicPartition, OffsetAndMetadata> committed = Map.of();
    private List<SinkRecord> taken;
    private long timeoutMs = -1;

    private Worker() {}

    /** A worker whose task has started, with {@code errors.tolerance=all} and a topic for bad records. */
    static Worker startTolerant(Map<String, String> props) {
        return startReporting(props, "all");
    }

    /** A worker whose task has started, and which records can be reported to. */
    static Worker startReporting(Map<String, String> props, String tolerance) {
        Map<String, String> all = new HashMap<>(props);
        all.put("errors.tolerance", tolerance);
        Worker worker = start(all);
        worker.hasReporter = true;
        return worker;
    }

    /** A worker whose task has started. */
    static Worker start(Map<String, String> props) {
        Worker worker = new Worker();
        worker.task.initialize(worker);
        try {
            worker.task.start(props);
        } catch (RuntimeException e) {
            worker.close();
            throw e;
        }
        return worker;
    }

    /** Settings for a queue of the broker at this URL. */
    static Map<String, String> props(String url, String queue, String... more) {
        Map<String, String> props = new HashMap<>(Map.of(
                "name", "test-sink",
                "connector.class", JmsSinkConnector.class.getName(),
                "tasks.max", "1",
                "topics", TOPIC,
                "java.naming.factory.initial", "org.apache.activemq.artemis.jndi.ActiveMQInitialContextFactory",
                "java.naming.provider.url", url,
                "jms.username", BrokerMain.USER,
                "jms.password", BrokerMain.PASSWORD,
                "jms.destination.name", queue,
                "jms.retry.backoff.ms", "50"));
        for (int i = 0; i < more.length; i += 2) {
            props.put(more[i], more[i + 1]);
        }
        return props;
    }

    static SinkRecord record(long offset, Schema schema, Object value) {
        return new SinkRecord(TOPIC, 0, Schema.STRING_SCHEMA, "key-" + offset, schema, value, offset, 1L,
                TimestampType.CREATE_TIME);
    }

    /** A record of the partition, as a transform that changes topics leaves it. */
    static SinkRecord routed(int partition, long offset, String topic) {
        SinkRecord record = new SinkRecord(TOPIC, partition, Schema.STRING_SCHEMA, "key-" + offset, Schema.STRING_SCHEMA,
                "row " + offset, offset, 1L, TimestampType.CREATE_TIME);
        return record.newRecord(topic, partition, record.keySchema(), record.key(), record.valueSchema(), record.value(),
                record.timestamp());
    }

    static SinkRecord text(long offset) {
        return record(offset, Schema.STRING_SCHEMA, "row " + offset);
    }

    static List<SinkRecord> texts(long from, long to) {
        List<SinkRecord> records = new ArrayList<>();
        for (long offset = from; offset < to; offset++) {
            records.add(text(offset));
        }
        return records;
    }

    /** What {@link #texts} of these offsets leave in a queue. */
    static List<String> rows(long from, long to) {
        return LongStream.range(from, to).mapToObj(i -> "row " + i).toList();
    }

    void put(SinkRecord... records) {
        put(List.of(records));
    }

    /**
     * Puts the batch and waits until it is delivered, or throws what the task says. The same batch once more waits for the
     * one that the task has.
     */
    void put(Collection<SinkRecord> records) {
        List<SinkRecord> batch = List.copyOf(records);
        if (!batch.equals(taken)) {
            take(batch);
            taken = batch;
        }
        do {
            commit();
            task.put(List.of());
        } while (!committed.equals(consumed));
        taken = null;
    }

    /** Puts the batch, and returns when the task has it, delivered or not. */
    void take(Collection<SinkRecord> records) {
        task.put(records);
        for (SinkRecord record : records) {
            OffsetAndMetadata next = new OffsetAndMetadata(record.originalKafkaOffset() + 1);
            consumed.put(JmsDelivery.partitionOf(record), next);
        }
        if (commitRequests > commits) {
            commit();
        }
    }

    /** @return the offsets that the task lets Connect commit */
    Map<TopicPartition, OffsetAndMetadata> commit() {
        commits = commitRequests;
        committed = task.preCommit(new HashMap<>(consumed));
        return committed;
    }

    /** @return the offset that the task lets Connect commit of the partition */
    long commit(int partition) {
        return commit().get(new TopicPartition(TOPIC, partition)).offset();
    }

    /** Partitions move to another worker. */
    void revoke(int... partitions) {
        Set<TopicPartition> revoked =
                Arrays.stream(partitions).mapToObj(each -> new TopicPartition(TOPIC, each)).collect(Collectors.toSet());
        commit();
        task.close(revoked);
        consumed.keySet().removeAll(revoked);
        assignment = new HashSet<>(assignment);
        assignment.removeAll(revoked);
    }

    /** Puts the batch, and again for as long as the task says that it may come again. */
    void putUntilDelivered(Collection<SinkRecord> records) throws InterruptedException {
        retrying(() -> put(records));
    }

    /** The same until the task has it. */
    void putUntilTaken(Collection<SinkRecord> records) throws InterruptedException {
        retrying(() -> take(records));
    }

    private void retrying(Runnable work) throws InterruptedException {
        while (true) {
            try {
                work.run();
                return;
            } catch (RetriableException e) {
                failures.add(e);
                backoffs.add(timeoutMs);
                Thread.sleep(timeoutMs);
                timeoutMs = -1;
            }
        }
    }

    /** @return how often the task has asked for a commit of offsets */
    int commitRequests() {
        return commitRequests;
    }

    long timeoutMs() {
        return timeoutMs;
    }

    @Override
    public void close() {
        commit();
        task.close(assignment);
        task.stop();
    }

    @Override
    public ErrantRecordReporter errantRecordReporter() {
        return hasReporter ? this::report : null;
    }

    private Future<Void> report(SinkRecord record, Throwable error) {
        reported.put(record, error);
        return reportsDone;
    }

    @Override
    public void timeout(long ms) {
        timeoutMs = ms;
    }

    @Override
    public Map<String, String> configs() {
        throw new UnsupportedOperationException();
    }

    @Override
    public void offset(Map<TopicPartition, Long> offsets) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void offset(TopicPartition partition, long offset) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Set<TopicPartition> assignment() {
        return assignment;
    }

    @Override
    public void pause(TopicPartition... partitions) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void resume(TopicPartition... partitions) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void requestCommit() {
        commitRequests++;
    }
}
