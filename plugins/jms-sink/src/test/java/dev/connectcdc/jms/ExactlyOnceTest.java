package dev.connectcdc.jms;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import jakarta.jms.Session;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.connect.errors.DataException;
import org.apache.kafka.connect.errors.RetriableException;
import org.apache.kafka.connect.sink.SinkRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** States in the broker, which is a real one in a process of its own. */
@Timeout(180)
class ExactlyOnceTest {

    private static final String QUEUE = "rows";
    private static final String STATES = "rows.states";

    @TempDir
    Path data;

    private BrokerProcess broker;

    @AfterEach
    void endBroker() {
        broker.close();
    }

    private Map<String, String> start(BrokerKind kind) throws Exception {
        broker = new BrokerProcess(kind, data).start();
        return Worker.props(broker.url(), QUEUE,
                "java.naming.factory.initial", kind.jndiFactory,
                "exactly.once.state.queue", STATES,
                "jms.retry.backoff.max.ms", "500");
    }

    private List<String> arrived(BrokerKind kind) throws JMSException {
        List<String> texts = new ArrayList<>();
        forEach(kind, QUEUE, message -> texts.add(message.getBody(String.class)));
        return texts;
    }

    private interface Reader {
        void read(Message message) throws JMSException;
    }

    private void forEach(BrokerKind kind, String queue, Reader reader) throws JMSException {
        try (Connection connection = kind.factory(broker.url()).createConnection()) {
            connection.start();
            Session session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
            MessageConsumer consumer = session.createConsumer(session.createQueue(queue));
            for (Message message = consumer.receive(2_000); message != null; message = consumer.receive(500)) {
                reader.read(message);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void aBatchThatComesAgainIsSkippedAsFarAsItIsKnown(BrokerKind kind) throws Exception {
        Map<String, String> props = start(kind);
        try (Worker worker = Worker.start(props)) {
            worker.putUntilDelivered(Worker.texts(0, 10));
            worker.putUntilDelivered(Worker.texts(0, 10));
        }
        try (Worker restarted = Worker.start(props)) {
            restarted.putUntilDelivered(Worker.texts(5, 15));
            restarted.putUntilDelivered(List.of(Worker.routed(1, 15, "elsewhere")));
            restarted.putUntilDelivered(Worker.texts(15, 16));
        }
        List<String> expected = new ArrayList<>(Worker.rows(0, 16));
        expected.add(15, "row 15");
        assertEquals(expected, arrived(kind));
        List<String> states = new ArrayList<>();
        forEach(kind, STATES, message -> {
            if (message.propertyExists("CONNECT_STATE")) {
                states.add(message.getStringProperty("CONNECT_STATE") + " " + message.getLongProperty("CONNECT_OFFSET"));
            }
        });
        String prefix = "test-sink/" + Worker.TOPIC;
        assertEquals(Set.of(prefix + "/0 15", prefix + "/1 15"), Set.copyOf(states));
        assertEquals(2, states.size(), "one for each partition");
    }

    @ParameterizedTest
    @MethodSource("dev.connectcdc.jms.BrokerKind#ofThisRun")
    void aTaskThatStillHoldsAPartitionKeepsItsNextOwnerOut(BrokerKind kind) throws Exception {
        Map<String, String> props = start(kind);
        Worker next = Worker.startTolerant(props);
        List<SinkRecord> batch = new ArrayList<>(List.of(Worker.routed(1, 20, "elsewhere")));
        batch.addAll(Worker.texts(5, 20));
        try (Worker zombie = Worker.start(props)) {
            zombie.putUntilDelivered(Worker.texts(0, 10));
            // More often than the sink waits before it looks for records that the broker refuses.
            for (int i = 0; i < 5; i++) {
                RetriableException e = assertThrows(RetriableException.class, () -> next.put(batch));
                assertTrue(e.getMessage().contains("another connection holds the state of"), e.getMessage());
            }
            zombie.putUntilDelivered(Worker.texts(10, 12));
        }
        next.putUntilDelivered(batch);
        next.close();
        assertEquals(Map.of(), next.reported);
        List<String> expected = new ArrayList<>(Worker.rows(0, 20));
        expected.add(12, "row 20");
        assertEquals(expected, arrived(kind));
    }

    /** Its next transaction reads what the new owner has written, and so does the one after. */
    @ParameterizedTest
    @EnumSource
    void aZombieThatComesBackRepeatsNothing(BrokerKind kind) throws Exception {
        Map<String, String> props = start(kind);
        TopicPartition partition = new TopicPartition(Worker.TOPIC, 0);
        try (Worker zombie = Worker.start(props); Worker next = Worker.start(props)) {
            zombie.putUntilDelivered(Worker.texts(0, 10));
            zombie.task.close(List.of(partition));
            next.putUntilDelivered(Worker.texts(5, 15));
            next.task.close(List.of(partition));
            zombie.putUntilDelivered(Worker.texts(10, 20));
            zombie.task.close(List.of(partition));
            next.putUntilDelivered(Worker.texts(15, 25));
        }
        assertEquals(Worker.rows(0, 25), arrived(kind));
    }

    @ParameterizedTest
    @EnumSource
    void tasksThatStartTogetherMakeOneState(BrokerKind kind) throws Exception {
        Map<String, String> props = start(kind);
        List<CompletableFuture<Void>> tasks = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            tasks.add(CompletableFuture.runAsync(() -> {
                try (Worker worker = Worker.start(props)) {
                    worker.putUntilDelivered(Worker.texts(0, 10));
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
            }));
        }
        for (CompletableFuture<Void> task : tasks) {
            task.get();
        }
        assertEquals(Worker.rows(0, 10), arrived(kind));
    }

    @ParameterizedTest
    @MethodSource("dev.connectcdc.jms.BrokerKind#ofThisRun")
    void aBrokerKilledWhileRowsStreamRepeatsNothing(BrokerKind kind) throws Exception {
        Map<String, String> props = start(kind);
        long rows;
        try (Worker worker = Worker.start(props)) {
            rows = new RowStream(worker).endAfterKills(broker, 3);
            assertFalse(worker.failures.isEmpty());
        }
        assertEquals(Worker.rows(0, rows), arrived(kind));
    }

    @ParameterizedTest
    @MethodSource("dev.connectcdc.jms.BrokerKind#ofThisRun")
    void aBrokerFrozenWhileRowsStreamRepeatsNothing(BrokerKind kind) throws Exception {
        Map<String, String> props = start(kind);
        props.put("jms.batch.timeout.ms", "4000");
        long rows;
        try (Worker worker = Worker.start(props)) {
            rows = new RowStream(worker).endAfterFreeze(broker, 1);
        }
        assertEquals(Worker.rows(0, rows), arrived(kind));
    }

    /** Brokers remove a message that is rolled back ten times, ActiveMQ's client after six. */
    @ParameterizedTest
    @EnumSource
    void aStateOutlivesAnyNumberOfFailures(BrokerKind kind) throws Exception {
        Map<String, String> props = start(kind);
        props.put("jms.message.format", "map");
        try (Worker worker = Worker.start(props)) {
            worker.putUntilDelivered(List.of(Worker.record(0, null, Map.of("id", 0))));
        }
        for (int i = 0; i < 12; i++) {
            try (Worker failing = Worker.start(props)) {
                assertThrows(DataException.class, () -> failing.putUntilDelivered(List.of(Worker.text(1))));
            }
        }
        try (Worker worker = Worker.start(props)) {
            worker.putUntilDelivered(List.of(Worker.record(0, null, Map.of("id", 0)), Worker.record(1, null, Map.of("id", 1))));
        }
        List<Message> messages = new ArrayList<>();
        forEach(kind, QUEUE, messages::add);
        assertEquals(2, messages.size());
    }

    @ParameterizedTest
    @EnumSource
    void badRecordsOfABatchThatComesAgainAreReported(BrokerKind kind) throws Exception {
        Map<String, String> props = start(kind);
        props.put("jms.message.format", "map");
        List<SinkRecord> batch = List.of(Worker.record(0, null, Map.of("id", 0)), Worker.text(1));
        try (Worker worker = Worker.startTolerant(props)) {
            worker.putUntilDelivered(batch);
            worker.reported.clear();
            worker.putUntilDelivered(batch);
            assertEquals(1, worker.reported.size());
        }
    }
}
