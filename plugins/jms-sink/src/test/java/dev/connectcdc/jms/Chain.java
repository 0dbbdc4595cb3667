package dev.connectcdc.jms;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/** A real Kafka, a real broker with its messages on disk, and Connect workers between them: each a process of its own. */
final class Chain implements AutoCloseable {

    static final int PARTITIONS = 6;

    private static final long ARRIVAL_MS = 120_000;

    final KafkaProcess kafka;
    final BrokerProcess broker;
    final ConnectWorkers workers;

    /** Starts all but the workers, with Artemis. */
    Chain(Path folder) throws Exception {
        this(folder, BrokerKind.ARTEMIS);
    }

    /** Starts all but the workers. */
    Chain(Path folder, BrokerKind kind) throws Exception {
        kafka = new KafkaProcess(folder);
        workers = new ConnectWorkers(kafka, folder);
        broker = new BrokerProcess(kind, folder.resolve("broker"));
        broker.start();
    }

    /** @return settings of a sink of the topic */
    Map<String, String> sink(String topic, String queue, String... more) {
        Map<String, String> props = new HashMap<>(Worker.props(broker.url(), queue, more));
        props.remove("name");
        props.put("topics", topic);
        props.put("jms.forward.kafka.metadata", "true");
        return props;
    }

    /** @return settings of a sink with states in the broker, which ends connections before others have their partitions */
    Map<String, String> exactSink(String topic, BrokerProcess broker, String queue, int tasks) {
        return sink(topic, queue,
                "tasks.max", Integer.toString(tasks),
                "exactly.once.state.queue", queue + ".states",
                "jms.sessions", "2",
                "jms.retry.backoff.max.ms", "500",
                "java.naming.factory.initial", broker.kind().jndiFactory,
                "java.naming.provider.url", broker.url() + broker.kind().endsDeadConnections);
    }

    /** @return by partition the offset that the connector has committed */
    long[] committed(String connector, String topic) throws Exception {
        return kafka.committed(connector, topic, PARTITIONS);
    }

    /** Waits until all have come and Connect has committed their offsets: then nothing more comes. */
    void awaitAll(String connector, String topic, Ledger ledger, long records) throws Exception {
        Await.until(connector + ": all of " + records + " records", ARRIVAL_MS, () -> ledger.distinct() == records);
        Await.until(connector + ": all committed", ARRIVAL_MS,
                () -> Arrays.stream(committed(connector, topic)).sum() == records);
    }

    static void awaitMore(Ledger ledger, long records) throws Exception {
        long goal = ledger.distinct() + records;
        Await.until(records + " more records, after " + ledger, ARRIVAL_MS, () -> ledger.distinct() >= goal);
    }

    @Override
    public void close() {
        workers.close();
        broker.close();
        kafka.close();
    }
}
