package dev.connectcdc.jms;

import jakarta.jms.Connection;
import jakarta.jms.ConnectionFactory;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import jakarta.jms.Session;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

/** Reads a queue into a ledger for as long as it is open, whatever becomes of the broker. */
final class LedgerReader implements AutoCloseable {

    private static final long LOOK_MS = 200;
    private static final long PAUSE_NANOS = 200_000_000;

    private final BrokerProcess broker;
    private final String queue;
    private final Ledger ledger;
    private final Thread thread = new Thread(this::run, "ledger-reader");
    private volatile boolean closed;
    private volatile String wrong;

    LedgerReader(BrokerProcess broker, String queue, Ledger ledger) {
        this.broker = broker;
        this.queue = queue;
        this.ledger = ledger;
        thread.setDaemon(true);
        thread.start();
    }

    /** @return what came and is no message of a numbered record; null when there was none */
    String wrong() {
        return wrong;
    }

    private void run() {
        while (!closed) {
            try {
                readWhileConnected();
            } catch (JMSException e) {
                // The broker is away; the next connection tries again.
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        }
    }

    private void readWhileConnected() throws JMSException {
        AtomicBoolean broken = new AtomicBoolean();
        ConnectionFactory factory = broker.kind().factory(broker.url());
        try (Connection connection = factory.createConnection()) {
            connection.setExceptionListener(e -> broken.set(true));
            Session session = connection.createSession(false, Session.DUPS_OK_ACKNOWLEDGE);
            MessageConsumer consumer = session.createConsumer(session.createQueue(queue));
            connection.start();
            while (!closed && !broken.get()) {
                Message message = consumer.receive(LOOK_MS);
                if (message != null) {
                    enter(message);
                }
            }
        } finally {
            broker.kind().close(factory);
        }
    }

    private void enter(Message message) throws JMSException {
        int partition = message.getIntProperty("KAFKA_PARTITION");
        long offset = message.getLongProperty("KAFKA_OFFSET");
        String text = message.getBody(String.class);
        if (!text.equals(NumberedRecords.text(partition, offset))) {
            wrong = text + " as " + partition + ", " + offset;
        }
        UUID id = UUID.nameUUIDFromBytes(message.getJMSMessageID().getBytes(StandardCharsets.UTF_8));
        ledger.arrived(partition, Math.toIntExact(offset), id.getMostSignificantBits() ^ id.getLeastSignificantBits());
    }

    @Override
    public void close() {
        closed = true;
        thread.interrupt();
    }
}
