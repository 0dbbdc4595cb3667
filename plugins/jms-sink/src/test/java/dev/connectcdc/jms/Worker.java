package dev.connectcdc.jms;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Future;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.errors.RetriableException;
import org.apache.kafka.connect.sink.ErrantRecordReporter;
import org.apache.kafka.connect.sink.SinkRecord;
import org.apache.kafka.connect.sink.SinkTaskContext;

/** Does with a task what Connect's worker does: brings a batch again, after the time the task asked for. */
final class Worker implements AutoCloseable, SinkTaskContext {

    static final String TOPIC = "localhost.cdc.customers";

    final JmsSinkTask task = new JmsSinkTask();
    final Map<SinkRecord, Throwable> reported = new HashMap<>();
    final List<RetriableException> failures = new CopyOnWriteArrayList<>();
    final List<Long> backoffs = new ArrayList<>();

    private final boolean tolerant;
    private long timeoutMs = -1;

    private Worker(boolean tolerant) {
        this.tolerant = tolerant;
    }

    /** A worker whose task has started. */
    static Worker start(Map<String, String> props) {
        return start(props, false);
    }

    /** The same with {@code errors.tolerance=all}. */
    static Worker startTolerant(Map<String, String> props) {
        return start(props, true);
    }

    private static Worker start(Map<String, String> props, boolean tolerant) {
        Worker worker = new Worker(tolerant);
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

    void put(SinkRecord... records) {
        task.put(List.of(records));
    }

    /** Puts the batch, and again for as long as the task says that it may come again. */
    void putUntilDelivered(Collection<SinkRecord> records) throws InterruptedException {
        while (true) {
            try {
                task.put(records);
                return;
            } catch (RetriableException e) {
                failures.add(e);
                backoffs.add(timeoutMs);
                Thread.sleep(timeoutMs);
                timeoutMs = -1;
            }
        }
    }

    long timeoutMs() {
        return timeoutMs;
    }

    @Override
    public void close() {
        task.stop();
    }

    @Override
    public ErrantRecordReporter errantRecordReporter() {
        return tolerant ? this::report : null;
    }

    private Future<Void> report(SinkRecord record, Throwable error) {
        reported.put(record, error);
        return CompletableFuture.completedFuture(null);
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
        throw new UnsupportedOperationException();
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
        throw new UnsupportedOperationException();
    }
}
