package dev.connectcdc.jms;

import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import jakarta.jms.MessageProducer;
import jakarta.jms.Session;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.sink.SinkRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The sink beside a bare transacted producer, in turns against the same broker, with equal batches. Not part of the
 * build; run it with {@code mvn -f plugins -pl jms-sink -am test -Dtest=DeliveryBenchmark
 * -Dsurefire.failIfNoSpecifiedTests=false}.
 */
class DeliveryBenchmark {

    private static final int BATCH = 500;
    private static final int BATCHES = 60;
    private static final int ROUNDS = 7;
    private static final String VALUE = "{\"id\":1,\"first_name\":\"" + "x".repeat(180) + "\"}";

    @TempDir
    Path data;

    private record Run(double perSecond, double cpuMicros) {}

    private interface Work {
        void run() throws Exception;
    }

    @Test
    void beside() throws Exception {
        try (BrokerProcess broker = new BrokerProcess(data).start()) {
            List<Run> bare = new ArrayList<>();
            List<Run> sink = new ArrayList<>();
            for (int round = 0; round < ROUNDS; round++) {
                bare.add(measured(() -> bareProducer(broker.url())));
                empty(broker);
                sink.add(measured(() -> sink(broker.url())));
                empty(broker);
            }
            Run bareMedian = median(bare);
            Run sinkMedian = median(sink);
            System.out.printf(
                    Locale.ROOT,
                    "sink: %.0f/s, %.1f us CPU each; bare producer: %.0f/s, %.1f us CPU each; batches of %d; ratio %.2f%n",
                    sinkMedian.perSecond, sinkMedian.cpuMicros, bareMedian.perSecond, bareMedian.cpuMicros, BATCH,
                    sinkMedian.perSecond / bareMedian.perSecond);
        }
    }

    private static void bareProducer(String url) throws JMSException {
        try (ActiveMQConnectionFactory factory =
                        new ActiveMQConnectionFactory(url, BrokerMain.USER, BrokerMain.PASSWORD);
                Connection connection = factory.createConnection()) {
            Session session = connection.createSession(true, Session.SESSION_TRANSACTED);
            MessageProducer producer = session.createProducer(session.createQueue("bench"));
            for (int batch = 0; batch < BATCHES; batch++) {
                for (int i = 0; i < BATCH; i++) {
                    producer.send(session.createTextMessage(VALUE));
                }
                session.commit();
            }
        }
    }

    private static void sink(String url) {
        try (Worker worker = Worker.start(Worker.props(url, "bench"))) {
            for (int batch = 0; batch < BATCHES; batch++) {
                List<SinkRecord> records = new ArrayList<>(BATCH);
                for (int i = 0; i < BATCH; i++) {
                    records.add(Worker.record(i, Schema.STRING_SCHEMA, VALUE));
                }
                worker.task.put(records);
            }
        }
    }

    private static Run measured(Work work) throws Exception {
        long messages = (long) BATCH * BATCHES;
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

    private static void empty(BrokerProcess broker) throws JMSException {
        try (Inbox inbox = new Inbox(broker.url(), "bench", false)) {
            for (int i = 0; i < BATCH * BATCHES; i++) {
                inbox.next();
            }
        }
    }

    private static Run median(List<Run> runs) {
        return new Run(median(runs, Run::perSecond), median(runs, Run::cpuMicros));
    }

    private static double median(List<Run> runs, ToDoubleFunction<Run> figure) {
        // The first pair warms the JVMs up.
        double[] sorted = runs.stream().skip(1).mapToDouble(figure).sorted().toArray();
        return sorted[sorted.length / 2];
    }
}
