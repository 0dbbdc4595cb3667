package dev.connectcdc.jms.javax;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.jms.Connection;
import javax.jms.JMSException;
import javax.jms.Message;
import javax.jms.MessageConsumer;
import javax.jms.Session;
import javax.jms.TextMessage;
import org.apache.activemq.ActiveMQConnectionFactory;
import org.apache.activemq.broker.BrokerPlugin;
import org.apache.activemq.broker.BrokerService;
import org.apache.activemq.security.AuthenticationUser;
import org.apache.activemq.security.SimpleAuthenticationPlugin;
import org.apache.activemq.store.kahadb.KahaDBPersistenceAdapter;

/** A real ActiveMQ 5 with its store on disk. */
final class Broker implements AutoCloseable {

    static final String USER = "cdc";
    static final String PASSWORD = "pass-4711-word";

    private final Path data;
    private final int port;
    private BrokerService service;

    Broker(Path data) throws Exception {
        this.data = data;
        try (ServerSocket socket = new ServerSocket(0)) {
            port = socket.getLocalPort();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        start();
    }

    void start() throws Exception {
        KahaDBPersistenceAdapter store = new KahaDBPersistenceAdapter();
        store.setDirectory(data.resolve("kahadb").toFile());
        store.setJournalMaxFileLength(1 << 20);
        service = new BrokerService();
        service.setPersistenceAdapter(store);
        service.setUseJmx(false);
        service.addConnector(url());
        SimpleAuthenticationPlugin users = new SimpleAuthenticationPlugin();
        users.setUsers(List.of(new AuthenticationUser(USER, PASSWORD, "writers")));
        service.setPlugins(new BrokerPlugin[] {users});
        service.start();
        service.waitUntilStarted();
    }

    void stop() throws Exception {
        service.stop();
        service.waitUntilStopped();
    }

    String url() {
        return "tcp://127.0.0.1:" + port;
    }

    int connections() {
        return service.getTransportConnectors().get(0).getConnections().size();
    }

    /** Takes the texts that are in the queue. */
    List<String> texts(String queue) throws JMSException {
        List<String> texts = new ArrayList<>();
        Connection connection = new ActiveMQConnectionFactory(USER, PASSWORD, url()).createConnection();
        try {
            connection.start();
            Session session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
            MessageConsumer consumer = session.createConsumer(session.createQueue(queue));
            for (Message message = consumer.receive(2_000); message != null; message = consumer.receive(500)) {
                texts.add(((TextMessage) message).getText());
            }
        } finally {
            connection.close();
        }
        return texts;
    }

    @Override
    public void close() {
        try {
            stop();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }
}
