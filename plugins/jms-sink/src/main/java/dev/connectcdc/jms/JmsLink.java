package dev.connectcdc.jms;

import jakarta.jms.Connection;
import jakarta.jms.ConnectionFactory;
import jakarta.jms.DeliveryMode;
import jakarta.jms.Destination;
import jakarta.jms.InvalidDestinationException;
import jakarta.jms.JMSException;
import jakarta.jms.MessageProducer;
import jakarta.jms.Queue;
import jakarta.jms.Session;
import jakarta.jms.Topic;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.kafka.common.cache.Cache;
import org.apache.kafka.common.cache.LRUCache;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection to the broker with one transacted session, and a producer for each destination. For one thread; only
 * {@link #close} is for any.
 */
final class JmsLink implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(JmsLink.class);

    /** Those that are kept: where records choose destinations, there may be any number of them. */
    private static final int DESTINATIONS = 1000;

    private final JmsSinkConfig config;
    private final ConnectionFactory factory;
    private final Connection connection;
    private final boolean isPersistent;
    private final Map<String, Sender> senders = new LinkedHashMap<>(16, 0.75f, true);
    private final Cache<String, Destination> destinations = new LRUCache<>(DESTINATIONS);
    private Session session;
    private volatile boolean broken;

    private JmsLink(JmsSinkConfig config, ConnectionFactory factory, Connection connection) {
        this.config = config;
        this.isPersistent = config.isPersistent();
        this.factory = factory;
        this.connection = connection;
    }

    /**
     * Connects. Looks up the factory each time: Artemis' factory remembers the addresses that the last broker reported for
     * itself, and they need not be reachable from here.
     *
     * @param session number of the session in its task
     */
    static JmsLink open(JmsSinkConfig config, int session) throws JMSException {
        JmsLink link = open(config, config.nextClientId(session));
        try {
            String destination = config.fixedDestination();
            if (destination != null) {
                // A missing queue is reported now and not by the first record.
                link.sender(destination);
            }
            return link;
        } catch (JMSException | RuntimeException e) {
            link.close();
            throw e;
        }
    }

    /** The same without a look at the destination. */
    static JmsLink open(JmsSinkConfig config, String clientId) throws JMSException {
        try (AdministeredObjects objects = AdministeredObjects.of(config)) {
            ConnectionFactory factory = objects.connectionFactory();
            JmsLink link = new JmsLink(config, factory, connect(factory, config));
            try {
                link.prepare(clientId);
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

    private void prepare(String clientId) throws JMSException {
        if (clientId != null) {
            connection.setClientID(clientId);
        }
        connection.setExceptionListener(e -> broken = true);
        session = connection.createSession(true, Session.SESSION_TRANSACTED);
        if (config.stateQueue() != null) {
            connection.start();
        }
    }

    private Sender sender(String destination) throws JMSException {
        Sender known = senders.get(destination);
        if (known != null) {
            return known;
        }
        if (senders.size() >= DESTINATIONS) {
            Iterator<Sender> oldest = senders.values().iterator();
            oldest.next().producer.close();
            oldest.remove();
        }
        Sender sender = new Sender(session.createProducer(destination(destination)));
        senders.put(destination, sender);
        return sender;
    }

    /** A producer, and the delay that it has: ActiveMQ's client has no delays, and no method that says so. */
    private static final class Sender {
        private final MessageProducer producer;
        private long delayMs;

        private Sender(MessageProducer producer) {
            this.producer = producer;
        }

        private void delay(long ms) throws JMSException {
            if (ms != delayMs) {
                producer.setDeliveryDelay(ms);
                delayMs = ms;
            }
        }
    }

    private Destination destination(String name) throws JMSException {
        try (AdministeredObjects objects = AdministeredObjects.of(config)) {
            Destination bound = objects.destination(name);
            if (bound != null) {
                return bound;
            }
        }
        return destination(name, config.isTopic());
    }

    /** Artemis' client says so of a queue that is not there and not to be created; of all else it has a cause. */
    private static JMSException missing(JMSException e) {
        return e.getClass() == JMSException.class && e.getCause() == null
                ? new InvalidDestinationException(e.getMessage())
                : e;
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

    /**
     * @param name the broker's name of a queue or topic
     * @param isTopic which of the two
     * @return the destination, which the broker has or creates
     * @throws InvalidDestinationException when it does neither
     */
    Destination destination(String name, boolean isTopic) throws JMSException {
        String key = isTopic + name;
        Destination known = destinations.get(key);
        if (known == null) {
            try {
                known = isTopic ? checkedTopic(name) : checkedQueue(name);
            } catch (JMSException e) {
                throw missing(e);
            }
            destinations.put(key, known);
        }
        return known;
    }

    Session session() {
        return session;
    }

    void send(Outgoing outgoing) throws JMSException {
        Sender sender = sender(outgoing.destination());
        sender.delay(outgoing.deliveryDelayMs());
        sender.producer.send(
                outgoing.message(),
                isPersistent ? DeliveryMode.PERSISTENT : DeliveryMode.NON_PERSISTENT,
                outgoing.priority(),
                outgoing.timeToLiveMs());
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
        // In JMS 1.1 a connection is no AutoCloseable.
        closeQuietly(connection::close);
        closeQuietly(factory);
    }

    private static void closeQuietly(ConnectionFactory factory) {
        if (factory instanceof AutoCloseable open) {
            closeQuietly(open);
        }
    }

    private static void closeQuietly(AutoCloseable open) {
        try {
            open.close();
        } catch (Exception e) {
            // What is not committed the broker rolls back when the connection is gone, however it goes.
            LOG.debug("Closing failed with {}", e.getClass().getName());
        }
    }
}
