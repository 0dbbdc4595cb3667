package dev.connectcdc.jms;

import dev.connectcdc.values.JsonText;
import dev.connectcdc.values.PlainText;
import dev.connectcdc.values.PlainValues;
import dev.connectcdc.values.RecordName;
import dev.connectcdc.values.WrittenText;
import jakarta.jms.BytesMessage;
import jakarta.jms.JMSException;
import jakarta.jms.MapMessage;
import jakarta.jms.Message;
import jakarta.jms.MessageFormatException;
import jakarta.jms.Session;
import java.util.Map;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.errors.DataException;
import org.apache.kafka.connect.header.Header;
import org.apache.kafka.connect.sink.SinkRecord;

/** Makes the message for a record. */
final class MessageMaker {

    /** Artemis drops a message whose id, by this property, it has seen (its manual, "Duplicate Message Detection"). */
    private static final String DUPLICATE_ID = "_AMQ_DUPL_ID";

    /** Messages of one group go to one consumer, in order (Jakarta Messaging 3, section 3.5.9). */
    private static final String GROUP_ID = "JMSXGroupID";

    /** In a last-value queue of Artemis a message replaces the one with the same name. */
    private static final String LAST_VALUE_NAME = "_AMQ_LVQ_NAME";

    private static final JsonText JSON = new JsonText(false);

    private final JmsSinkConfig.Format format;
    private final JmsSinkConfig.NullValues nullValues;
    private final JmsSinkConfig.Group group;
    private final boolean forwardsKey;
    private final boolean forwardsMetadata;
    private final boolean forwardsHeaders;
    private final boolean detectsDuplicates;
    private final boolean keepsLastValues;
    private final boolean repliesToTopic;
    private final RecordText texts;
    private final TextEncoder encoder;
    private final Template destination;
    private final Template type;
    private final Template replyTo;
    private final NumberTemplate priority;
    private final NumberTemplate timeToLive;
    private final NumberTemplate deliveryDelay;

    MessageMaker(JmsSinkConfig config) {
        format = config.format();
        nullValues = config.nullValues();
        group = config.group();
        forwardsKey = config.forwardsKey();
        forwardsMetadata = config.forwardsMetadata();
        forwardsHeaders = config.forwardsHeaders();
        detectsDuplicates = config.detectsDuplicates();
        keepsLastValues = config.keepsLastValues();
        repliesToTopic = config.repliesToTopic();
        texts = config.texts();
        encoder = new TextEncoder(config.encoding());
        destination = config.template(JmsSinkConfig.DESTINATION);
        type = config.template(JmsSinkConfig.TYPE);
        replyTo = config.template(JmsSinkConfig.REPLY_TO);
        priority = config.priority();
        timeToLive = config.timeToLiveMs();
        deliveryDelay = config.deliveryDelayMs();
    }

    /**
     * @return the message; null when the record is to be ignored
     * @throws DataException when no message can be made of the record; it names the record and has none of its content
     * @throws JMSException when the session fails
     */
    Outgoing of(JmsLink link, SinkRecord record) throws JMSException {
        if (record.value() == null && nullValues == JmsSinkConfig.NullValues.IGNORE) {
            return null;
        }
        try {
            Message message = body(link.session(), record);
            addKey(message, record);
            addHeaders(message, record);
            addPlace(message, record);
            addJmsHeaders(link, message, record);
            return new Outgoing(
                    message,
                    destinationOf(record),
                    (int) priority.of(record),
                    timeToLive.of(record),
                    deliveryDelay.of(record));
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
                    : session.createTextMessage(texts.of(value));
            case TEXT -> session.createTextMessage(texts.of(value));
            case JSON -> session.createTextMessage(json(record.valueSchema(), value));
            case BYTES -> bytesMessage(session, bytes(record.valueSchema(), value));
            case MAP -> mapMessage(session, value);
        };
    }

    /** Text that a writer made is a document already: as a JSON string it would be quoted a second time. */
    private static String json(Schema schema, Object value) {
        return WrittenText.is(schema) && value instanceof String text ? text : JSON.of(value);
    }

    private byte[] bytes(Schema schema, Object value) {
        if (value instanceof byte[] bytes) {
            return bytes;
        }
        String text = texts.of(value);
        return WrittenText.isXml(schema) ? encoder.xmlBytes(text) : encoder.bytes(text);
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
            message.setObject((String) field.getKey(), RecordText.jmsValueOf(field.getValue()));
        }
        return message;
    }

    private void addKey(Message message, SinkRecord record) throws JMSException {
        boolean isWanted = forwardsKey || keepsLastValues || group == JmsSinkConfig.Group.KEY;
        String key = isWanted ? texts.key(record) : null;
        if (key == null) {
            return;
        }
        if (forwardsKey) {
            message.setJMSCorrelationID(key);
        }
        if (keepsLastValues) {
            message.setStringProperty(LAST_VALUE_NAME, key);
        }
        if (group == JmsSinkConfig.Group.KEY) {
            message.setStringProperty(GROUP_ID, key);
        }
    }

    private void addHeaders(Message message, SinkRecord record) throws JMSException {
        if (!forwardsHeaders) {
            return;
        }
        for (Header header : record.headers()) {
            Object value = RecordText.jmsValueOf(PlainValues.of(header.schema(), header.value()));
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
        if (group == JmsSinkConfig.Group.PARTITION) {
            message.setStringProperty(GROUP_ID, topic + "-" + partition);
        }
    }

    private void addJmsHeaders(JmsLink link, Message message, SinkRecord record) throws JMSException {
        String typeText = type == null ? null : type.of(record);
        if (typeText != null) {
            message.setJMSType(typeText);
        }
        String replyName = replyTo == null ? null : replyTo.of(record);
        if (replyName != null) {
            message.setJMSReplyTo(link.destination(checkedName(JmsSinkConfig.REPLY_TO, replyName), repliesToTopic));
        }
    }

    private String destinationOf(SinkRecord record) {
        String name = destination.of(record);
        if (name == null) {
            throw new DataException("the record does not have what " + JmsSinkConfig.DESTINATION + " needs");
        }
        return destination.isConstant() ? name : checkedName(JmsSinkConfig.DESTINATION, name);
    }

    /** What a record puts into a name must not make it more than a name. */
    private static String checkedName(String setting, String name) {
        try {
            JndiRules.checkDestination(setting, name);
            return name;
        } catch (ConfigException e) {
            throw new DataException("the record gives no plain name for " + setting);
        }
    }
}
