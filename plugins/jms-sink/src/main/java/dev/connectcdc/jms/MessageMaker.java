package dev.connectcdc.jms;

import dev.connectcdc.values.JsonText;
import dev.connectcdc.values.PlainText;
import dev.connectcdc.values.PlainValues;
import dev.connectcdc.values.RecordName;
import jakarta.jms.BytesMessage;
import jakarta.jms.JMSException;
import jakarta.jms.MapMessage;
import jakarta.jms.Message;
import jakarta.jms.MessageFormatException;
import jakarta.jms.Session;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.util.List;
import java.util.Map;
import org.apache.kafka.connect.errors.DataException;
import org.apache.kafka.connect.header.Header;
import org.apache.kafka.connect.sink.SinkRecord;

/** Makes the message for a record. */
final class MessageMaker {

    /** Artemis drops a message whose id, by this property, it has seen (its manual, "Duplicate Message Detection"). */
    private static final String DUPLICATE_ID = "_AMQ_DUPL_ID";

    private static final JsonText JSON = new JsonText(false);

    private final JmsSinkConfig.Format format;
    private final JmsSinkConfig.NullValues nullValues;
    private final Charset encoding;
    private final boolean forwardsKey;
    private final boolean forwardsMetadata;
    private final boolean forwardsHeaders;
    private final boolean detectsDuplicates;

    MessageMaker(JmsSinkConfig config) {
        format = config.format();
        nullValues = config.nullValues();
        encoding = config.encoding();
        forwardsKey = config.forwardsKey();
        forwardsMetadata = config.forwardsMetadata();
        forwardsHeaders = config.forwardsHeaders();
        detectsDuplicates = config.detectsDuplicates();
    }

    /**
     * @return the message; null when the record is to be ignored
     * @throws DataException when no message can be made of the record; it names the record and has none of its content
     * @throws JMSException when the session fails
     */
    Message of(Session session, SinkRecord record) throws JMSException {
        if (record.value() == null && nullValues == JmsSinkConfig.NullValues.IGNORE) {
            return null;
        }
        try {
            Message message = body(session, record);
            addKey(message, record);
            addHeaders(message, record);
            addPlace(message, record);
            return message;
        } catch (DataException e) {
            throw new DataException(RecordName.of(record) + ": " + e.getMessage());
        } catch (MessageFormatException | IllegalArgumentException e) {
            // No message of theirs: it may quote the value.
            throw new DataException(RecordName.of(record) + ": the JMS client takes no such value or name ("
                    + e.getClass().getName() + ")");
        }
    }

    private Message body(Session session, SinkRecord record) throws JMSException {
        Object value = PlainValues.of(record.valueSchema(), record.value());
        if (value == null) {
            if (nullValues == JmsSinkConfig.NullValues.FAIL) {
                throw new DataException("the record has no value");
            }
            return session.createMessage();
        }
        return switch (format) {
            case AUTO -> value instanceof byte[] bytes
                    ? bytesMessage(session, bytes)
                    : session.createTextMessage(textOf(value));
            case TEXT -> session.createTextMessage(textOf(value));
            case JSON -> session.createTextMessage(JSON.of(value));
            case BYTES -> bytesMessage(session, value instanceof byte[] bytes ? bytes : encoded(textOf(value)));
            case MAP -> mapMessage(session, value);
        };
    }

    private static Message bytesMessage(Session session, byte[] bytes) throws JMSException {
        BytesMessage message = session.createBytesMessage();
        message.writeBytes(bytes);
        return message;
    }

    private static Message mapMessage(Session session, Object value) throws JMSException {
        if (!(value instanceof Map<?, ?> fields)) {
            throw new DataException("a map message needs a struct or a map, the value is of class "
                    + value.getClass().getName());
        }
        MapMessage message = session.createMapMessage();
        for (Map.Entry<?, ?> field : fields.entrySet()) {
            message.setObject((String) field.getKey(), jmsValueOf(field.getValue()));
        }
        return message;
    }

    private void addKey(Message message, SinkRecord record) throws JMSException {
        if (forwardsKey && record.key() != null) {
            message.setJMSCorrelationID(textOf(PlainValues.of(record.keySchema(), record.key())));
        }
    }

    private void addHeaders(Message message, SinkRecord record) throws JMSException {
        if (!forwardsHeaders) {
            return;
        }
        for (Header header : record.headers()) {
            Object value = jmsValueOf(PlainValues.of(header.schema(), header.value()));
            // Properties have no bytes.
            Object property = value instanceof byte[] bytes ? PlainText.of(bytes) : value;
            message.setObjectProperty(PropertyNames.of(header.key()), property);
        }
    }

    private void addPlace(Message message, SinkRecord record) throws JMSException {
        String topic = record.originalTopic();
        int partition = record.originalKafkaPartition();
        long offset = record.originalKafkaOffset();
        if (forwardsMetadata) {
            message.setStringProperty("KAFKA_TOPIC", topic);
            message.setIntProperty("KAFKA_PARTITION", partition);
            message.setLongProperty("KAFKA_OFFSET", offset);
        }
        if (detectsDuplicates) {
            message.setStringProperty(DUPLICATE_ID, topic + "-" + partition + "-" + offset);
        }
    }

    /** The plain value as one that JMS maps and properties have: what they have no type for becomes text. */
    private static Object jmsValueOf(Object plain) {
        if (plain instanceof BigDecimal decimal) {
            return PlainText.of(decimal);
        }
        if (plain instanceof BigInteger integer) {
            return integer.toString();
        }
        return plain instanceof Map || plain instanceof List ? JSON.of(plain) : plain;
    }

    private String textOf(Object plain) {
        if (plain instanceof byte[] bytes) {
            return decoded(bytes);
        }
        return jmsValueOf(plain).toString();
    }

    private String decoded(byte[] bytes) {
        try {
            return encoding.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        } catch (CharacterCodingException e) {
            throw new DataException("the bytes are no text in " + encoding);
        }
    }

    private byte[] encoded(String text) {
        try {
            ByteBuffer buffer = encoding.newEncoder().encode(CharBuffer.wrap(text));
            byte[] bytes = new byte[buffer.remaining()];
            buffer.get(bytes);
            return bytes;
        } catch (CharacterCodingException e) {
            throw new DataException("the text has characters that " + encoding + " does not have");
        }
    }
}
