package dev.connectcdc.jms;

import dev.connectcdc.values.RecordName;
import jakarta.jms.InvalidDestinationException;
import jakarta.jms.JMSException;
import jakarta.jms.JMSSecurityException;
import jakarta.jms.ResourceAllocationException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.connect.errors.ConnectException;
import org.apache.kafka.connect.errors.DataException;
import org.apache.kafka.connect.errors.RetriableException;
import org.apache.kafka.connect.sink.SinkRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Delivers batches, each in one transaction, and connects when it has to. A failure closes the connection, which rolls
 * back what it had not committed; only for lack of space it stays. The task then brings the same batch again.
 *
 * <p>For one thread; only {@link #abandon} and {@link #isConnected} are for another. Its errors are Connect's:
 * {@link RetriableException} for what may pass, {@link ConnectException} for what a human must mend, {@link DataException}
 * for a bad record.
 */
final class JmsDelivery {

    private static final Logger LOG = LoggerFactory.getLogger(JmsDelivery.class);

    private final JmsSinkConfig config;
    private final SinkMetrics metrics;
    private final int session;
    private final SecretFilter filter;
    private final MessageMaker messages;
    private final boolean toleratesBad;
    private volatile JmsLink link;
    private StateQueue states;
    private volatile boolean abandoned;

    /** @param session number of the session in its task */
    JmsDelivery(JmsSinkConfig config, SinkMetrics metrics, int session) {
        this.config = config;
        this.metrics = metrics;
        this.session = session;
        filter = config.secretFilter();
        messages = new MessageMaker(config);
        toleratesBad = config.toleratesBadRecords();
    }

    /** A record that no message can be made of, or whose message the broker refuses, and why. */
    record BadRecord(SinkRecord record, DataException reason) {}

    /** Connects, unless connected already. */
    void connect() {
        guarded("connecting", this::openLink);
    }

    /**
     * Sends the records and commits them.
     *
     * @param records the batch
     * @param halves whether records that the broker refuses are looked for, by smaller and smaller transactions
     * @return the bad records, which were left out; unless they are tolerated, the first one fails the batch
     */
    List<BadRecord> deliver(List<SinkRecord> records, boolean halves) {
        List<BadRecord> bad = new ArrayList<>();
        guarded("sending", () -> {
            openLink();
            if (halves) {
                sendInHalves(records, bad);
            } else {
                send(records, bad);
            }
        });
        return bad;
    }

    /** Gives back what the connection holds of the partitions, which get another owner. */
    void release(Collection<TopicPartition> partitions) {
        if (states != null) {
            guarded("giving back the state", () -> states.release(partitions));
        }
    }

    /** @return what else may be wrong when there is no connection; else nothing */
    String hint() {
        return link == null && config.usesTls()
                ? ". The connection asks for TLS: when the handshake fails, the client's log or the broker's says why"
                : "";
    }

    /** Gives up the connection permanently, from another thread, without waiting for it to close. */
    void abandon() {
        abandoned = true;
        Thread closer = new Thread(this::close, "jms-sink-closer");
        closer.setDaemon(true);
        closer.start();
    }

    /** For any thread. */
    boolean isConnected() {
        JmsLink open = link;
        return open != null && !open.isBroken();
    }

    void close() {
        JmsLink open = link;
        link = null;
        if (open != null) {
            open.close();
        }
    }

    private void openLink() throws JMSException {
        if (link != null && link.isBroken()) {
            LOG.info("The connection to {} is lost, connecting again", destination());
            close();
        }
        if (link == null) {
            JmsLink opened = JmsLink.open(config, session);
            link = opened;
            states = config.stateQueue() == null ? null : new StateQueue(config, opened);
            metrics.connected();
            LOG.info("Connected to {}", destination());
        }
        if (abandoned) {
            // Nobody waits for this thread any more.
            close();
            throw new RetriableException("gave up waiting for the broker");
        }
    }

    private void send(List<SinkRecord> records, List<BadRecord> bad) throws JMSException {
        try {
            sendAndCommit(records, bad);
        } catch (JMSException e) {
            if (!isDuplicate(e)) {
                throw e;
            }
            LOG.info("The broker has part of a batch of {} already; sending around that", records.size());
            link.rollback();
            sendAroundKnown(records, bad);
        }
    }

    /** One transaction. With states it leaves out what the broker has already. */
    private void sendAndCommit(List<SinkRecord> records, List<BadRecord> bad) throws JMSException {
        Map<TopicPartition, Long> delivered = new HashMap<>();
        if (states != null) {
            delivered.putAll(takeStates(partitionsOf(records)));
        }
        Map<TopicPartition, Long> before = Map.copyOf(delivered);
        List<BadRecord> badHere = new ArrayList<>();
        int sent = 0;
        int known = 0;
        for (SinkRecord record : records) {
            // Also of a known record: its batch may come again because its bad records were not reported.
            Outgoing message = messageOf(record, badHere);
            if (states != null) {
                TopicPartition partition = partitionOf(record);
                if (record.originalKafkaOffset() <= before.get(partition)) {
                    known++;
                    continue;
                }
                delivered.put(partition, record.originalKafkaOffset());
            }
            if (message != null) {
                link.send(message);
                sent++;
            }
        }
        if (states != null) {
            states.write(delivered);
        }
        if (sent > 0 || states != null) {
            link.commit();
            metrics.committed(sent);
        }
        if (known > 0) {
            LOG.info("{} of {} records were delivered before, up to {}", known, records.size(), before);
        }
        metrics.skipped(known, badHere.size());
        bad.addAll(badHere);
    }

    /** A failure here says nothing about the records: a task that hangs may hold a state, for example. */
    private Map<TopicPartition, Long> takeStates(Set<TopicPartition> partitions) throws JMSException {
        try {
            return states.take(partitions);
        } catch (JMSSecurityException | InvalidDestinationException e) {
            throw e;
        } catch (JMSException e) {
            throw new RetriableException("receiving the states failed: " + reason(e) + hint(), filter.cause(e));
        }
    }

    private Outgoing messageOf(SinkRecord record, List<BadRecord> bad) throws JMSException {
        try {
            return messages.of(link, record);
        } catch (DataException e) {
            if (!toleratesBad) {
                throw e;
            }
            bad.add(new BadRecord(record, e));
            return null;
        }
    }

    /**
     * Artemis rolls a transaction back when it has one of its messages already: after a commit whose answer was lost,
     * or when a batch comes again with other neighbours. Alone, each message is either new or known. Known ones stand
     * together, as do new ones: groups grow for as long as nothing in them is known.
     */
    private void sendAroundKnown(List<SinkRecord> records, List<BadRecord> bad) throws JMSException {
        int size = 1;
        for (int next = 0; next < records.size(); ) {
            int end = Math.min(next + size, records.size());
            try {
                sendAndCommit(records.subList(next, end), bad);
                next = end;
                size *= 2;
            } catch (JMSException e) {
                if (!isDuplicate(e)) {
                    throw e;
                }
                link.rollback();
                if (size == 1) {
                    metrics.skipped(1, 0);
                    next++;
                }
                size = 1;
            }
        }
    }

    /**
     * Finds the records that the broker refuses. A refusal counts only if the broker takes something else over the same
     * connection: another record of the batch, or for a single record a message without content.
     */
    private void sendInHalves(List<SinkRecord> records, List<BadRecord> bad) throws JMSException {
        List<BadRecord> refused = new ArrayList<>();
        JMSException refusal = half(records, bad, refused);
        boolean isAccepted = refused.size() < records.size() || records.size() == 1 && takesAnything(records.get(0));
        if (refusal != null && !isAccepted) {
            throw refusal;
        }
        metrics.skipped(0, refused.size());
        bad.addAll(refused);
    }

    /** @return the last refusal; null if the broker took all */
    private JMSException half(List<SinkRecord> records, List<BadRecord> bad, List<BadRecord> refused)
            throws JMSException {
        try {
            sendAndCommit(records, bad);
            return null;
        } catch (JMSSecurityException | InvalidDestinationException e) {
            throw e;
        } catch (JMSException e) {
            if (isFull(e)) {
                throw e;
            }
            // Fails when the connection is dead.
            link.rollback();
            if (records.size() > 1) {
                int middle = records.size() / 2;
                JMSException first = half(records.subList(0, middle), bad, refused);
                JMSException second = half(records.subList(middle, records.size()), bad, refused);
                return second == null ? first : second;
            }
            if (isDuplicate(e)) {
                metrics.skipped(1, 0);
                return null;
            }
            SinkRecord record = records.get(0);
            DataException reason = new DataException(
                    RecordName.of(record) + ": the broker refuses the message: " + reason(e), filter.cause(e));
            refused.add(new BadRecord(record, reason));
            if (!toleratesBad) {
                throw reason;
            }
            return e;
        }
    }

    private boolean takesAnything(SinkRecord record) throws JMSException {
        Outgoing message = messages.of(link, record);
        if (message == null) {
            return false;
        }
        link.send(new Outgoing(link.session().createMessage(), message.destination(), 4, 0, 0));
        link.rollback();
        return true;
    }

    private static Set<TopicPartition> partitionsOf(List<SinkRecord> records) {
        return records.stream().map(JmsDelivery::partitionOf).collect(Collectors.toSet());
    }

    /** @return where the record is in Kafka, whatever transforms made of it */
    static TopicPartition partitionOf(SinkRecord record) {
        return new TopicPartition(record.originalTopic(), record.originalKafkaPartition());
    }

    private static boolean isDuplicate(JMSException e) {
        return hasCause(e, "ActiveMQDuplicateIdException");
    }

    private static boolean isFull(JMSException e) {
        return e instanceof ResourceAllocationException || hasCause(e, "ActiveMQAddressFullException")
                || hasCause(e, "ResourceAllocationException");
    }

    private static boolean hasCause(JMSException e, String className) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            // By name: the class is the client's, and there are other clients.
            if (cause.getClass().getSimpleName().equals(className)) {
                return true;
            }
        }
        return false;
    }

    /** Work with the connection that may fail as the JMS client likes. */
    private interface JmsWork {
        void run() throws JMSException;
    }

    private void guarded(String doing, JmsWork work) {
        try {
            work.run();
        } catch (JMSSecurityException e) {
            throw closed(refusedUser(doing, e));
        } catch (InvalidDestinationException e) {
            throw closed(new ConnectException(
                    "the broker has no " + destination() + " and does not create it: " + filter.clean(e.getMessage()),
                    filter.cause(e)));
        } catch (JMSException e) {
            throw failed(doing, e);
        } catch (ConnectException e) {
            throw closed(e);
        } catch (RuntimeException e) {
            throw closed(unexpected(doing, e));
        }
    }

    /** Final at first, when the config is wrong. Later it may pass: the broker asks a directory that is away, for example. */
    private ConnectException refusedUser(String doing, JMSSecurityException e) {
        String what = "the broker refuses user '" + config.username() + "' when " + doing + " to " + destination() + ": "
                + filter.clean(e.getMessage());
        boolean worked = link == null ? metrics.wasConnected() : metrics.getMessagesSent() > 0;
        return worked ? new RetriableException(what, filter.cause(e)) : new ConnectException(what, filter.cause(e));
    }

    private ConnectException failed(String doing, JMSException e) {
        String what = doing + " to " + destination() + " failed: " + reason(e) + hint();
        if (isFull(e) && isRolledBack()) {
            return new RetriableException(what, filter.cause(e));
        }
        boolean isRefused = link != null && !link.isBroken() && !isFull(e);
        return closed(isRefused
                ? new RefusedException(what, filter.cause(e))
                : new RetriableException(what, filter.cause(e)));
    }

    private boolean isRolledBack() {
        try {
            if (link != null) {
                link.rollback();
            }
            return link != null;
        } catch (JMSException | RuntimeException e) {
            return false;
        }
    }

    /** The client's message, which is often general, with that of the first cause, which is more precise. */
    private String reason(Exception e) {
        Throwable first = e;
        while (first.getCause() != null) {
            first = first.getCause();
        }
        String said = String.valueOf(e.getMessage());
        boolean more = first.getMessage() != null && !said.contains(first.getMessage());
        return filter.clean(more ? said + " (" + first.getMessage() + ")" : said);
    }

    private ConnectException unexpected(String doing, RuntimeException e) {
        String what = doing + " to " + destination() + " failed: " + filter.clean(e.toString());
        boolean connectionDied = link != null && link.isBroken();
        return connectionDied
                ? new RetriableException(what, filter.cause(e))
                : new ConnectException(what, filter.cause(e));
    }

    private ConnectException closed(ConnectException e) {
        close();
        return e;
    }

    private String destination() {
        return (config.isTopic() ? "topic '" : "queue '") + config.destination() + "'";
    }
}
