package dev.connectcdc.jms;

import jakarta.jms.InvalidDestinationException;
import jakarta.jms.JMSException;
import jakarta.jms.JMSSecurityException;
import jakarta.jms.Message;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.apache.kafka.connect.errors.ConnectException;
import org.apache.kafka.connect.errors.DataException;
import org.apache.kafka.connect.errors.RetriableException;
import org.apache.kafka.connect.sink.SinkRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Delivers batches, each in one transaction, and connects when it has to. Whatever fails closes the connection, which
 * rolls back what it had not committed; the task then brings the same batch again.
 *
 * <p>For one thread; only {@link #abandon} is for another. Its errors are Connect's: {@link RetriableException} for
 * what may pass, {@link ConnectException} for what a human must mend, {@link DataException} for a bad record.
 */
final class JmsDelivery {

    private static final Logger LOG = LoggerFactory.getLogger(JmsDelivery.class);

    private final JmsSinkConfig config;
    private final SecretFilter filter;
    private final MessageMaker messages;
    private volatile JmsLink link;
    private volatile boolean abandoned;

    JmsDelivery(JmsSinkConfig config) {
        this.config = config;
        this.filter = config.secretFilter();
        this.messages = new MessageMaker(config);
    }

    /** A record that no message can be made of, and why. */
    record BadRecord(SinkRecord record, DataException reason) {}

    /** Connects, unless connected already. */
    void connect() {
        guarded("connecting", this::openLink);
    }

    /**
     * Sends the records and commits them.
     *
     * @param records the batch
     * @param toleratesBad whether bad records are left out; otherwise the first one fails the batch
     * @return the bad records that were left out
     */
    List<BadRecord> deliver(Collection<SinkRecord> records, boolean toleratesBad) {
        List<BadRecord> bad = new ArrayList<>();
        guarded("sending", () -> {
            openLink();
            List<Message> batch = messagesOf(records, toleratesBad ? bad : null);
            try {
                sendAndCommit(batch);
            } catch (JMSException e) {
                if (!config.detectsDuplicates() || !isDuplicate(e)) {
                    throw e;
                }
                LOG.info("The broker has part of a batch of {} already; sending around that", batch.size());
                link.rollback();
                sendAroundKnown(batch);
            }
        });
        return bad;
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
            link = JmsLink.open(config);
            LOG.info("Connected to {}", destination());
        }
        if (abandoned) {
            // Nobody waits for this thread any more.
            close();
            throw new RetriableException("gave up waiting for the broker");
        }
    }

    /** @param bad where to put records that no message can be made of; null to throw at the first */
    private List<Message> messagesOf(Collection<SinkRecord> records, List<BadRecord> bad) throws JMSException {
        List<Message> batch = new ArrayList<>(records.size());
        for (SinkRecord record : records) {
            try {
                Message message = messages.of(link.session(), record);
                if (message != null) {
                    batch.add(message);
                }
            } catch (DataException e) {
                if (bad == null) {
                    throw e;
                }
                bad.add(new BadRecord(record, e));
            }
        }
        return batch;
    }

    private void sendAndCommit(List<Message> batch) throws JMSException {
        for (Message message : batch) {
            link.send(message);
        }
        if (!batch.isEmpty()) {
            link.commit();
        }
    }

    /**
     * Artemis rolls a transaction back when it has one of its messages already: after a commit whose answer was lost,
     * or when a batch comes again with other neighbours. Alone, each message is either new or known. Known ones stand
     * together, as do new ones: groups grow for as long as nothing in them is known.
     */
    private void sendAroundKnown(List<Message> batch) throws JMSException {
        int size = 1;
        for (int next = 0; next < batch.size(); ) {
            int end = Math.min(next + size, batch.size());
            try {
                sendAndCommit(batch.subList(next, end));
                next = end;
                size *= 2;
            } catch (JMSException e) {
                if (!isDuplicate(e)) {
                    throw e;
                }
                link.rollback();
                next += size == 1 ? 1 : 0;
                size = 1;
            }
        }
    }

    private static boolean isDuplicate(JMSException e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            // By name: the class is the client's, and there are other clients.
            if (cause.getClass().getSimpleName().equals("ActiveMQDuplicateIdException")) {
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
            throw closed(new ConnectException(
                    "the broker refuses user '" + config.username() + "' when " + doing + " to " + destination() + ": "
                            + filter.clean(e.getMessage()), filter.cause(e)));
        } catch (InvalidDestinationException e) {
            throw closed(new ConnectException(
                    "the broker has no " + destination() + " and does not create it: " + filter.clean(e.getMessage()),
                    filter.cause(e)));
        } catch (JMSException e) {
            throw closed(new RetriableException(
                    doing + " to " + destination() + " failed: " + reason(e) + hint(), filter.cause(e)));
        } catch (ConnectException e) {
            throw closed(e);
        } catch (RuntimeException e) {
            throw closed(unexpected(doing, e));
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
