package dev.connectcdc.jms;

import dev.connectcdc.values.JsonText;
import dev.connectcdc.values.PlainValues;
import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import jakarta.jms.MessageProducer;
import jakarta.jms.Session;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.connect.sink.SinkRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The sink beside a bare producer that sends the same texts as text messages in equal transactions and waits for each
 * commit; in turns against the same broker. Not part of the build; run it with {@code mvn -f plugins -pl jms-sink -am test
 * -Dtest=DeliveryBenchmark -Dsurefire.failIfNoSpecifiedTests=false}.
 */
class DeliveryBenchmark {

    private static final int ROUNDS = 6;

    /** A machine that is busy with other work may stand still for longer than the client's limits. */
    private static final String PATIENT = "?connectionTTL=-1&clientFailureCheckPeriod=-1&callTimeout=600000";

    @TempDir
    Path data;

    private BrokerProcess broker;

    /** Rows and how they go. A run is so many batches. */
    private record Rows(String name, Object value, int batch, int batches) {

        String text() {
            return value instanceof String text ? text : new JsonText(false).of(PlainValues.of(null, value));
        }

        long count() {
            return (long) batch * batches;
        }
    }

    private record Run(double perSecond, double cpuMicros) {}

    private interface Work {
        void run() throws Exception;
    }

    @Test
    void beside() throws Exception {
        try (BrokerProcess started = new BrokerProcess(data).start()) {
            broker = started;
            Map<String, Object> columns = new HashMap<>(Map.of("id", 4711L, "active", true, "balance", "12.50"));
            for (String column : List.of("first_name", "last_name", "email", "street", "city", "note")) {
                columns.put(column, "x".repeat(20));
            }
            measure(new Rows("text", "{\"id\":1,\"first_name\":\"" + "x".repeat(180) + "\"}", 500, 20));
            measure(new Rows("no schemas", columns, 500, 20));
            measure(new Rows("60 kB", "x".repeat(60_000), 50, 4));
        }
    }

    private void measure(Rows rows) throws Exception {
        Map<String, Work> ways = new LinkedHashMap<>();
        ways.put("bare producer", () -> bareProducer(rows));
        ways.put("waits", () -> sink(rows, true, "1", "auto"));
        ways.put("overlaps", () -> sink(rows, false, "1", "auto"));
        ways.put("overlaps, as bytes", () -> sink(rows, false, "1", "bytes"));
        ways.put("2 sessions", () -> sink(rows, false, "2", "auto"));
        Map<String, List<Run>> runs = new LinkedHashMap<>();
        for (int round = 0; round < ROUNDS; round++) {
            for (Map.Entry<String, Work> way : ways.entrySet()) {
                Run run = measured(way.getValue(), rows.count());
                empty(rows.count());
                // The first round warms the JVMs up.
                if (round > 0) {
                    runs.computeIfAbsent(way.getKey(), name -> new ArrayList<>()).add(run);
                }
            }
        }
        List<Run> bare = runs.get("bare producer");
        runs.forEach((way, all) -> System.out.printf(
                Locale.ROOT,
                "%s, %s: %.0f/s, %.2f of the bare producer's; %.1f us CPU each, %.2f of the bare producer's%n",
                rows.name, way,
                median(all.stream().map(Run::perSecond).toList()), ratio(all.stream().map(Run::perSecond).toList(),
                        bare.stream().map(Run::perSecond).toList()),
                median(all.stream().map(Run::cpuMicros).toList()), ratio(all.stream().map(Run::cpuMicros).toList(),
                        bare.stream().map(Run::cpuMicros).toList())));
    }

    private void bareProducer(Rows rows) throws JMSException {
        String text = rows.text();
        try (ActiveMQConnectionFactory factory =
                        new ActiveMQConnectionFactory(broker.url() + PATIENT, BrokerMain.USER, BrokerMain.PASSWORD);
                Connection connection = factory.createConnection()) {
            Session session = connection.createSession(true, Session.SESSION_TRANSACTED);
            MessageProducer producer = session.createProducer(session.createQueue("bench"));
            for (int batch = 0; batch < rows.batches; batch++) {
                for (int i = 0; i < rows.batch; i++) {
                    producer.send(session.createTextMessage(text));
                }
                session.commit();
            }
        }
    }

    private void sink(Rows rows, boolean waits, String sessions, String format) throws InterruptedException {
        Map<String, String> props = Worker.props(broker.url() + PATIENT, "bench", "jms.batch.timeout.ms", "600000",
                "jms.sessions", sessions, "jms.message.format", format);
        try (Worker worker = Worker.start(props)) {
            for (int batch = 0; batch < rows.batches; batch++) {
                List<SinkRecord> records = records(rows, batch);
                if (waits) {
                    worker.putUntilDelivered(records);
                } else {
                    worker.putUntilTaken(records);
                }
            }
            worker.putUntilDelivered(List.of());
        }
    }

    /** As a consumer brings them: a batch is of one partition, the next one of another. */
    private static List<SinkRecord> records(Rows rows, int batch) {
        List<SinkRecord> records = new ArrayList<>(rows.batch);
        for (int i = 0; i < rows.batch; i++) {
            long offset = (long) batch * rows.batch + i;
            records.add(new SinkRecord(
                    Worker.TOPIC, batch % 2, null, null, null, rows.value, offset, 1L, TimestampType.CREATE_TIME));
        }
        return records;
    }

    private static Run measured(Work work, long messages) throws Exception {
        long cpu = cpuNanos();
        long start = System.nanoTime();
        work.run();
        double seconds = (System.nanoTime() - start) / 1e9;
        return new Run(messages / seconds, (cpuNanos() - cpu) / 1e3 / messages);
    }

    /** Of this whole process: the broker is another one, and the client works on threads of its own. */
    private static long cpuNanos() {
        return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
                .getProcessCpuTime();
    }

    private void empty(long count) throws JMSException {
        try (Inbox inbox = new Inbox(broker.url() + PATIENT, "bench", false)) {
            for (long i = 0; i < count; i++) {
                inbox.next();
            }
        }
    }

    /** Of the runs in the same round, so that what else the machine does counts less. */
    private static double ratio(List<Double> some, List<Double> others) {
        List<Double> ratios = new ArrayList<>();
        for (int i = 0; i < some.size(); i++) {
            ratios.add(some.get(i) / others.get(i));
        }
        return median(ratios);
    }

    private static double median(List<Double> values) {
        List<Double> sorted = values.stream().sorted().toList();
        return sorted.get(sorted.size() / 2);
    }
}
