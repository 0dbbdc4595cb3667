package dev.connectcdc.jms;

import jakarta.jms.Destination;
import jakarta.jms.InvalidDestinationException;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import jakarta.jms.MessageProducer;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.connect.errors.ConnectException;

/**
 * The offsets of delivered records, in the broker: a queue with one state message per partition of a connector. A batch's
 * transaction receives the states of its partitions, sends the records behind them, and sends the new states. So state
 * and records are stored together or not at all, and a record at or before its state is a repeat.
 *
 * <p>The broker gives a state message to one session at a time. A task that was cut off or hangs therefore keeps the
 * next owner of its partition out until the broker has ended its connection and rolled back its transaction; and when it
 * goes on after that, it gets the state that the new owner has written.
 *
 * <p>A state that cannot be received is missing or held, and JMS cannot tell which. So each partition also has a marker
 * message, which only {@link #create} touches: with a client id of the partition, of which a broker accepts one
 * connection at a time. A queue keeps its order: what comes before a message that was just sent is all there was.
 *
 * <p>For one thread.
 */
final class StateQueue {

    /** Longer than ActiveMQ's client keeps back a message that was rolled back (1 s by default). */
    private static final long WAIT_MS = 3_000;

    /** Which partition a state is of. */
    private static final String STATE = "CONNECT_STATE";

    /** Which partition a marker is of. */
    private static final String MARKER = "CONNECT_MARKER";

    /** Offset of the last record that was delivered, in a state. */
    private static final String OFFSET = "CONNECT_OFFSET";

    /** In a marker that ends a search: which search. */
    private static final String SEARCH = "CONNECT_SEARCH";

    private final JmsSinkConfig config;
    private final JmsLink link;
    private final Destination queue;
    private final MessageProducer producer;
    private final Map<TopicPartition, MessageConsumer> consumers = new HashMap<>();

    StateQueue(JmsSinkConfig config, JmsLink link) throws JMSException {
        this.config = config;
        this.link = link;
        try {
            queue = link.destination(config.stateQueue(), false);
        } catch (InvalidDestinationException e) {
            throw new ConnectException("the broker has no queue '" + config.stateQueue() + "' ("
                    + JmsSinkConfig.STATE_QUEUE + ") and does not create it", config.secretFilter().cause(e));
        }
        producer = link.session().createProducer(queue);
    }

    /**
     * Receives the states of the partitions in the session's transaction, which {@link #write} must end.
     *
     * @return by partition the offset of its last delivered record; -1 for none
     * @throws JMSException when another connection holds a state, or the session fails
     */
    Map<TopicPartition, Long> take(Set<TopicPartition> partitions) throws JMSException {
        Map<TopicPartition, Message> states = receiveOrCreate(partitions);
        boolean rolledBack = false;
        for (Message state : states.values()) {
            rolledBack |= state.getJMSRedelivered();
        }
        if (rolledBack) {
            // Brokers remove a message that is rolled back again and again: a new one starts to count anew.
            write(offsets(states));
            link.commit();
            states = receiveOrCreate(partitions);
        }
        return offsets(states);
    }

    /** Sends the states, in the session's transaction. */
    void write(Map<TopicPartition, Long> offsets) throws JMSException {
        for (Map.Entry<TopicPartition, Long> each : offsets.entrySet()) {
            producer.send(state(idOf(each.getKey()), each.getValue()));
        }
    }

    /** Gives back the states of the partitions, for their next owner. */
    void release(Collection<TopicPartition> partitions) throws JMSException {
        for (TopicPartition partition : partitions) {
            MessageConsumer consumer = consumers.remove(partition);
            if (consumer != null) {
                consumer.close();
            }
        }
    }

    private Map<TopicPartition, Message> receiveOrCreate(Set<TopicPartition> partitions) throws JMSException {
        Map<TopicPartition, Message> states = receive(partitions);
        Set<TopicPartition> missing = new HashSet<>(partitions);
        missing.removeAll(states.keySet());
        if (missing.isEmpty()) {
            return states;
        }
        Set<TopicPartition> created = new HashSet<>();
        for (TopicPartition partition : missing) {
            if (create(partition)) {
                created.add(partition);
            }
        }
        states.putAll(receive(created));
        missing.removeAll(states.keySet());
        if (!missing.isEmpty()) {
            throw new JMSException("another connection holds the state of " + missing + " in queue '"
                    + config.stateQueue() + "', until its task gives it back or the broker ends it");
        }
        return states;
    }

    private Map<TopicPartition, Message> receive(Set<TopicPartition> partitions) throws JMSException {
        for (TopicPartition partition : partitions) {
            if (!consumers.containsKey(partition)) {
                consumers.put(partition, consumer(STATE, idOf(partition)));
            }
        }
        Map<TopicPartition, Message> states = new HashMap<>();
        long end = System.nanoTime() + WAIT_MS * 1_000_000;
        for (TopicPartition partition : partitions) {
            long left = Math.max(1, (end - System.nanoTime()) / 1_000_000);
            Message state = consumers.get(partition).receive(left);
            if (state != null) {
                states.put(partition, state);
            }
        }
        return states;
    }

    /**
     * Makes the state of a partition that has none, on a connection of its own.
     *
     * @return whether it had none
     */
    private boolean create(TopicPartition partition) throws JMSException {
        String id = idOf(partition);
        try (JmsLink alone = JmsLink.open(config, "state/" + id)) {
            return new StateQueue(config, alone).createUnlessMarked(id);
        }
    }

    private boolean createUnlessMarked(String id) throws JMSException {
        String search = UUID.randomUUID().toString();
        Message end = marker(id);
        end.setStringProperty(SEARCH, search);
        producer.send(end);
        link.commit();
        boolean isMarked = false;
        MessageConsumer markers = consumer(MARKER, id);
        while (true) {
            Message found = markers.receive(config.batchTimeoutMs());
            if (found == null) {
                throw new JMSException("queue '" + config.stateQueue() + "' does not return what was sent to it");
            }
            if (search.equals(found.getStringProperty(SEARCH))) {
                break;
            }
            // One with another search was left by a task that died in the middle of it.
            isMarked |= !found.propertyExists(SEARCH);
        }
        producer.send(marker(id));
        if (!isMarked) {
            producer.send(state(id, -1));
        }
        link.commit();
        return !isMarked;
    }

    private MessageConsumer consumer(String property, String id) throws JMSException {
        return link.session().createConsumer(queue, property + " = '" + id.replace("'", "''") + "'");
    }

    private Message marker(String id) throws JMSException {
        Message message = link.session().createMessage();
        message.setStringProperty(MARKER, id);
        return message;
    }

    private Message state(String id, long offset) throws JMSException {
        Message message = link.session().createMessage();
        message.setStringProperty(STATE, id);
        message.setLongProperty(OFFSET, offset);
        return message;
    }

    private String idOf(TopicPartition partition) {
        return config.connector() + "/" + partition.topic() + "/" + partition.partition();
    }

    private static Map<TopicPartition, Long> offsets(Map<TopicPartition, Message> states) throws JMSException {
        Map<TopicPartition, Long> offsets = new HashMap<>();
        for (Map.Entry<TopicPartition, Message> state : states.entrySet()) {
            offsets.put(state.getKey(), state.getValue().getLongProperty(OFFSET));
        }
        return offsets;
    }
}
