package dev.connectcdc.jms;

import jakarta.jms.Connection;
import jakarta.jms.Destination;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import jakarta.jms.Session;
import jakarta.jms.TextMessage;
import java.util.ArrayList;
import java.util.List;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;

/** Reads what has arrived, with a client of its own. */
final class Inbox implements AutoCloseable {

    private static final long ARRIVAL_MS = 60_000;

    private final ActiveMQConnectionFactory factory;
    private final Connection connection;
    private final MessageConsumer consumer;

    Inbox(String url, String name, boolean topic) throws JMSException {
        factory = new ActiveMQConnectionFactory(url, BrokerMain.USER, BrokerMain.PASSWORD);
        connection = factory.createConnection();
        Session session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
        Destination destination = topic ? session.createTopic(name) : session.createQueue(name);
        consumer = session.createConsumer(destination);
        connection.start();
    }

    Message next() throws JMSException {
        Message message = consumer.receive(ARRIVAL_MS);
        if (message == null) {
            throw new AssertionError("no message within " + ARRIVAL_MS + " ms");
        }
        return message;
    }

    /** The messages in the queue now: the client asks the broker once, and the broker reports the end. */
    List<Message> rest() throws JMSException {
        List<Message> rest = new ArrayList<>();
        for (Message message = consumer.receiveNoWait(); message != null; message = consumer.receiveNoWait()) {
            rest.add(message);
        }
        return rest;
    }

    List<String> restOfTexts() throws JMSException {
        List<String> texts = new ArrayList<>();
        for (Message message : rest()) {
            texts.add(((TextMessage) message).getText());
        }
        return texts;
    }

    @Override
    public void close() throws JMSException {
        connection.close();
        factory.close();
    }
}
