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
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.activemq.ActiveMQConnectionFactory;
import org.apache.activemq.broker.BrokerPlugin;
import org.apache.activemq.broker.BrokerService;
import org.apache.activemq.security.AuthenticationUser;
import org.apache.activemq.security.SimpleAuthenticationPlugin;
import org.apache.kafka.connect.errors.ConnectException;
import org.apache.kafka.connect.errors.RetriableException;
import org.apache.kafka.connect.sink.SinkRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The other client that is allowed: ActiveMQ's, against its own broker. */
@Timeout(60)
class ActiveMqTest {

    private static final String QUEUE = "rows";

    private BrokerService broker;
    private int port;

    @BeforeEach
    void startBroker() throws Exception {
        port = BrokerMain.freePort();
        broker = start(port);
    }

    @AfterEach
    void stopBroker() throws Exception {
        broker.stop();
    }

    private static BrokerService start(int port) throws Exception {
        BrokerService broker = new BrokerService();
        broker.setPersistent(false);
        broker.setUseJmx(false);
        broker.addConnector("tcp://127.0.0.1:" + port);
        SimpleAuthenticationPlugin users = new SimpleAuthenticationPlugin();
        users.setUsers(List.of(new AuthenticationUser(BrokerMain.USER, BrokerMain.PASSWORD, "writers")));
        broker.setPlugins(new BrokerPlugin[] {users});
        broker.start();
        broker.waitUntilStarted();
        return broker;
    }

    private String url() {
        return "tcp://127.0.0.1:" + port;
    }

    private Map<String, String> props(String... more) {
        Map<String, String> props = new HashMap<>(Worker.props(url(), QUEUE, more));
        props.put("java.naming.factory.initial", "org.apache.activemq.jndi.ActiveMQInitialContextFactory");
        return props;
    }

    private List<String> arrived(int count) throws JMSException {
        ActiveMQConnectionFactory factory =
                new ActiveMQConnectionFactory(BrokerMain.USER, BrokerMain.PASSWORD, url());
        List<String> texts = new ArrayList<>();
        try (Connection connection = factory.createConnection()) {
            connection.start();
            Session session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
            MessageConsumer consumer = session.createConsumer(session.createQueue(QUEUE));
            for (int i = 0; i < count; i++) {
                Message message = consumer.receive(10_000);
                texts.add(message == null ? "none" : message.getBody(String.class));
            }
            assertEquals(null, consumer.receiveNoWait());
        }
        return texts;
    }

    private static List<String> texts(List<SinkRecord> records) {
        return records.stream().map(record -> (String) record.value()).toList();
    }

    @Test
    void batchesArriveInOrderAlsoOverARestart() throws Exception {
        List<SinkRecord> records = Worker.texts(0, 200);
        try (Worker worker = Worker.start(props("queue.theQueue", QUEUE, "jms.destination.name", "theQueue"))) {
            worker.task.put(records.subList(0, 100));
            assertEquals(texts(records.subList(0, 100)), arrived(100));
            broker.stop();
            broker.waitUntilStopped();
            assertThrows(RetriableException.class, () -> worker.task.put(records.subList(100, 200)));
            broker = start(port);
            worker.putUntilDelivered(records.subList(100, 200));
            assertEquals(texts(records.subList(100, 200)), arrived(100));
        }
    }

    @Test
    void aWrongPasswordFailsTheTaskAtOnce() {
        ConnectException e =
                assertThrows(ConnectException.class, () -> Worker.start(props("jms.password", "wrong-pass-4712")));
        assertFalse(e instanceof RetriableException, e.toString());
        assertTrue(e.getMessage().contains("the broker refuses user 'cdc'"), e.getMessage());
        assertFalse(e.getMessage().contains("wrong-pass-4712"));
    }
}
