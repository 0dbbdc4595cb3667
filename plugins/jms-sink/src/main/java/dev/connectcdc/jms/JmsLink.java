package dev.connectcdc.jms;

import jakarta.jms.Connection;
import jakarta.jms.ConnectionFactory;
import jakarta.jms.DeliveryMode;
import jakarta.jms.Destination;
import jakarta.jms.InvalidDestinationException;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageProducer;
import jakarta.jms.Queue;
import jakarta.jms.Session;
import jakarta.jms.Topic;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One connection to the broker with one transacted session. For one thread; only {@link #close} is for any. */
final class JmsLink implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(JmsLink.class);

    private final ConnectionFactory factory;
    private final Connection connection;
    private Session session;
    private MessageProducer producer;
    private volatile boolean broken;

    private JmsLink(ConnectionFactory factory, Connection connection) {
        this.factory = factory;
        this.connection = connection;
    }

    /**
     * Connects. Looks up the factory each time: Artemis' factory remembers the addresses that the last broker reported for
     * itself, and they need not be reachable from here.
     */
    static JmsLink open(JmsSinkConfig config) throws JMSException {
        try (JndiLookup jndi = new JndiLookup(config)) {
            ConnectionFactory factory = jndi.connectionFactory();
            JmsLink link = new JmsLink(factory, connect(factory, config));
            try {
                link.prepare(config, jndi.destination());
                return link;
            } catch (JMSException | RuntimeException e) {
                link.close();
                throw e;
            }
        }
    }

    private static Connection connect(ConnectionFactory factory, JmsSinkConfig config) throws JMSException {
        try {
            return config.username() == null
                    ? factory.createConnection()
                    : factory.createConnection(config.username(), config.password());
        } catch (JMSException | RuntimeException e) {
            closeQuietly(factory);
            throw e;
        }
    }

    private void prepare(JmsSinkConfig config, Destination bound) throws JMSException {
        String clientId = config.nextClientId();
        if (clientId != null) {
            connection.setClientID(clientId);
        }
        connection.setExceptionListener(e -> broken = true);
        session = connection.createSession(true, Session.SESSION_TRANSACTED);
        producer = session.createProducer(bound == null ? destination(config) : bound);
        producer.setDeliveryMode(config.isPersistent() ? DeliveryMode.PERSISTENT : DeliveryMode.NON_PERSISTENT);
        producer.setPriority(config.priority());
        producer.setTimeToLive(config.timeToLiveMs());
    }

    private Destination destination(JmsSinkConfig config) throws JMSException {
        String name = config.destination();
        try {
            return config.isTopic() ? checkedTopic(name) : checkedQueue(name);
        } catch (JMSException e) {
            if (e.getClass() == JMSException.class && e.getCause() == null) {
                // Artemis' client says so of a queue that is not there and not to be created; of all else it has a cause.
                throw new InvalidDestinationException(e.getMessage());
            }
            throw e;
        }
    }

    private Queue checkedQueue(String name) throws JMSException {
        Queue queue = session.createQueue(name);
        refuseOldName(queue.getQueueName(), "jms.queue." + name);
        return queue;
    }

    private Topic checkedTopic(String name) throws JMSException {
        Topic topic = session.createTopic(name);
        refuseOldName(topic.getTopicName(), "jms.topic." + name);
        return topic;
    }

    /**
     * Where a queue is not there and must not be created, Artemis' client falls back to the name it would have had in
     * version 1, and creates that if the broker lets it: messages would go where nobody looks for them.
     */
    private static void refuseOldName(String got, String oldName) throws JMSException {
        if (got.equals(oldName)) {
            throw new InvalidDestinationException("the client offers '" + oldName + "' instead");
        }
    }

    Session session() {
        return session;
    }

    void send(Message message) throws JMSException {
        producer.send(message);
    }

    void commit() throws JMSException {
        session.commit();
    }

    void rollback() throws JMSException {
        session.rollback();
    }

    /** @return whether the client has noticed that the connection is dead */
    boolean isBroken() {
        return broken;
    }

    @Override
    public void close() {
        closeQuietly(connection);
        closeQuietly(factory);
    }

    private static void closeQuietly(Object closeable) {
        try {
            if (closeable instanceof AutoCloseable open) {
                open.close();
            }
        } catch (Exception e) {
            // What is not committed the broker rolls back when the connection is gone, however it goes.
            LOG.debug("Closing a {} failed with {}", closeable.getClass().getName(), e.getClass().getName());
        }
    }
}
