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
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import org.apache.activemq.ActiveMQConnectionFactory;
import org.apache.activemq.broker.BrokerService;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.errors.ConnectException;
import org.apache.kafka.connect.errors.RetriableException;
import org.apache.kafka.connect.sink.SinkRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The other client that is allowed: ActiveMQ's, against its own broker with its store on disk. */
@Timeout(120)
class ActiveMqTest {

    private static final String QUEUE = "rows";

    @TempDir
    Path data;

    private static Map<String, String> props(String url, String queue, String... more) {
        Map<String, String> props = Worker.props(url, queue, more);
        props.put("java.naming.factory.initial", "org.apache.activemq.jndi.ActiveMQInitialContextFactory");
        return props;
    }

    private static List<String> arrived(String url, String queue) throws JMSException {
        ActiveMQConnectionFactory factory = new ActiveMQConnectionFactory(BrokerMain.USER, BrokerMain.PASSWORD, url);
        List<String> texts = new ArrayList<>();
        try (Connection connection = factory.createConnection()) {
            connection.start();
            Session session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
            MessageConsumer consumer = session.createConsumer(session.createQueue(queue));
            for (Message message = consumer.receive(2_000); message != null; message = consumer.receive(500)) {
                texts.add(message.getBody(String.class));
            }
        }
        return texts;
    }

    /** Each row is there, and each for the first time in order. */
    private static void assertNoneLostAndInOrder(BrokerProcess broker, long rows) throws JMSException {
        assertEquals(Worker.rows(0, rows), List.copyOf(new LinkedHashSet<>(arrived(broker.url(), QUEUE))));
    }

    @Test
    void killedAndRestartedWhileRowsStream() throws Exception {
        try (BrokerProcess broker = new BrokerProcess(BrokerKind.ACTIVEMQ, data).start();
                Worker worker = Worker.start(props(broker.url(), "theQueue", "queue.theQueue", QUEUE))) {
            long rows = new RowStream(worker).endAfterKills(broker, 2);
            assertFalse(worker.failures.isEmpty());
            assertNoneLostAndInOrder(broker, rows);
        }
    }

    @Test
    void frozenWhileRowsStream() throws Exception {
        try (BrokerProcess broker = new BrokerProcess(BrokerKind.ACTIVEMQ, data).start();
                Worker worker = Worker.start(props(broker.url(), QUEUE, "jms.batch.timeout.ms", "700"))) {
            long rows = new RowStream(worker).endAfterFreeze(broker, 2);
            assertNoneLostAndInOrder(broker, rows);
        }
    }

    @Test
    void aWrongPasswordFailsTheTaskAtOnce() throws Exception {
        try (Running broker = new Running(data)) {
            ConnectException e = assertThrows(
                    ConnectException.class, () -> Worker.start(props(broker.url, QUEUE, "jms.password", "wrong-pass-4712")));
            assertFalse(e instanceof RetriableException, e.toString());
            assertTrue(e.getMessage().contains("the broker refuses user 'cdc'"), e.getMessage());
            assertFalse(e.getMessage().contains("wrong-pass-4712"));
        }
    }

    @Test
    void aMissingQueueIsCreatedByTheBroker() throws Exception {
        try (Running broker = new Running(data); Worker worker = Worker.start(props(broker.url, "rows.made.on.demand"))) {
            worker.put(Worker.text(0));
            assertEquals(Worker.rows(0, 1), arrived(broker.url, "rows.made.on.demand"));
        }
    }

    @Test
    void connectsByTheClassOfItsConnectionFactory() throws Exception {
        try (Running broker = new Running(data);
                Worker worker = Worker.start(FactoryBeanTest.props("org.apache.activemq.ActiveMQConnectionFactory",
                        "brokerURL", broker.url, "useCompression", "true", "sendTimeout", "20000"))) {
            worker.put(Worker.text(0));
            assertEquals(Worker.rows(0, 1), arrived(broker.url, "rows.by.class"));
        }
    }

    @Test
    void aUserWhoMayNotSendLosesNothing() throws Exception {
        try (Running broker = new Running(data)) {
            ConnectException e = assertThrows(ConnectException.class, () -> {
                try (Worker worker = Worker.start(props(broker.url, ActiveMqMain.FORBIDDEN))) {
                    worker.put(Worker.text(0));
                }
            });
            assertFalse(e instanceof RetriableException, e.toString());
            assertTrue(e.getMessage().contains("the broker refuses user 'cdc'"), e.getMessage());
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aFullStoreIsWaitedForAndNothingIsLost(boolean refuses) throws Exception {
        try (Running broker = new Running(data);
                Worker worker = Worker.start(props(broker.url, QUEUE, "jms.batch.timeout.ms", "2000"))) {
            List<SinkRecord> first = Worker.texts(0, 100);
            worker.put(first);
            broker.service.getSystemUsage().setSendFailIfNoSpace(refuses);
            broker.service.getSystemUsage().getStoreUsage().setLimit(1000);
            RetriableException e = assertThrows(RetriableException.class, () -> worker.put(Worker.texts(100, 200)));
            assertTrue(e.getMessage().contains(refuses ? "store is Full" : "did not answer within"), e.getMessage());
            broker.service.getSystemUsage().getStoreUsage().setLimit(1 << 30);
            worker.putUntilDelivered(Worker.texts(100, 200));
            assertEquals(Worker.rows(0, 200), List.copyOf(new LinkedHashSet<>(arrived(broker.url, QUEUE))));
        }
    }

    /** And for ever: the documentation has the remedy. */
    @Test
    void aMessageLargerThanAFrameIsTriedAgain() throws Exception {
        try (Running broker = new Running(data);
                Worker worker = Worker.start(props(broker.url + "?wireFormat.maxFrameSize=10000", QUEUE))) {
            SinkRecord large = Worker.record(0, Schema.STRING_SCHEMA, "x".repeat(50_000));
            RetriableException e = assertThrows(RetriableException.class, () -> worker.put(large));
            assertTrue(e.getMessage().contains("Frame size of 48 KB is larger than max allowed"), e.getMessage());
        }
    }

    /** A broker in this process. */
    private static final class Running implements AutoCloseable {
        final BrokerService service;
        final String url;

        Running(Path data) throws Exception {
            int port = BrokerMain.freePort();
            service = ActiveMqMain.start(data, port);
            url = "tcp://127.0.0.1:" + port;
        }

        @Override
        public void close() {
            try {
                service.stop();
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        }
    }
}
