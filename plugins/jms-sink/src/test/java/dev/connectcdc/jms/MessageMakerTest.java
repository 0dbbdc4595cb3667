package dev.connectcdc.jms;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jakarta.jms.BytesMessage;
import jakarta.jms.DeliveryMode;
import jakarta.jms.JMSException;
import jakarta.jms.MapMessage;
import jakarta.jms.Message;
import jakarta.jms.Queue;
import jakarta.jms.TextMessage;
import jakarta.jms.Topic;
import java.io.ByteArrayInputStream;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.Enumeration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.xml.parsers.DocumentBuilderFactory;
import org.apache.activemq.artemis.api.core.QueueConfiguration;
import org.apache.activemq.artemis.api.core.RoutingType;
import org.apache.kafka.connect.data.Decimal;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.errors.DataException;
import org.apache.kafka.connect.sink.SinkRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.w3c.dom.Element;

/** What becomes of a record, seen by a receiver behind a real Artemis. */
@Timeout(60)
class MessageMakerTest extends ArtemisTest {

    private static final Schema ROW = SchemaBuilder.struct()
            .field("id", Schema.INT64_SCHEMA)
            .field("born", SchemaBuilder.int32().name("io.debezium.time.Date").optional().build())
            .field("amount", Decimal.builder(2).optional().build())
            .build();

    private static final Struct ADA =
            new Struct(ROW).put("id", 1L).put("born", -56270).put("amount", new BigDecimal("12.50"));

    private static final Schema WRITTEN_JSON = SchemaBuilder.string().name("dev.connectcdc.data.Json").build();

    private static final Schema WRITTEN_XML = SchemaBuilder.string().name("dev.connectcdc.data.Xml").build();

    private static final byte[] GREETING = "Grüße".getBytes(StandardCharsets.UTF_8);

    private static List<Message> send(SinkRecord record, String... settings) throws JMSException {
        try (Inbox inbox = new Inbox(url, "messages", false)) {
            try (Worker worker = Worker.start(Worker.props(url, "messages", settings))) {
                worker.put(record);
            }
            return inbox.rest();
        }
    }

    private static Message sent(Schema schema, Object value, String... settings) throws JMSException {
        return send(Worker.record(7, schema, value), settings).get(0);
    }

    private static String text(Schema schema, Object value, String... settings) throws JMSException {
        return assertInstanceOf(TextMessage.class, sent(schema, value, settings)).getText();
    }

    private static byte[] bytes(Schema schema, Object value, String... settings) throws JMSException {
        return assertInstanceOf(BytesMessage.class, sent(schema, value, settings)).getBody(byte[].class);
    }

    private static void assertBad(Schema schema, Object value, String... settings) {
        DataException e = assertThrows(DataException.class, () -> sent(schema, value, settings));
        assertTrue(e.getMessage().startsWith("topic localhost.cdc.customers, partition 0, offset 7: "), e.getMessage());
        assertFalse(e.getMessage().contains("4711"), e.getMessage());
        assertNull(e.getCause(), "a cause could quote the value");
    }

    @Test
    void automaticFormat() throws Exception {
        assertEquals("Grüße <x>", text(Schema.STRING_SCHEMA, "Grüße <x>"));
        assertEquals("Grüße", text(null, "Grüße"));
        assertEquals("42", text(Schema.INT64_SCHEMA, 42L));
        assertEquals("true", text(null, true));
        assertEquals("12.50", text(Decimal.schema(2), new BigDecimal("12.50")));
        assertEquals("{\"id\":1,\"born\":\"1815-12-10\",\"amount\":12.50}", text(ROW, ADA));
        assertEquals("{\"a\":[1,null],\"b\":\"x\"}",
                text(null, Map.of("b", "x", "a", java.util.Arrays.asList(1L, null))));
        assertArrayEquals(GREETING, bytes(Schema.BYTES_SCHEMA, GREETING));
    }

    @ParameterizedTest
    @ValueSource(strings = {"text", "string"})
    void textFormat(String format) throws Exception {
        assertEquals("Grüße", text(Schema.STRING_SCHEMA, "Grüße", "jms.message.format", format));
        assertEquals("Grüße", text(Schema.BYTES_SCHEMA, GREETING, "jms.message.format", format));
        assertEquals("{\"a\":1}", text(null, Map.of("a", 1), "jms.message.format", format));
        assertEquals("Grü", text(null, "Grü".getBytes(StandardCharsets.ISO_8859_1), "jms.message.format", format,
                "character.encoding", "ISO-8859-1"));
        assertBad(Schema.BYTES_SCHEMA, new byte[] {-1}, "jms.message.format", format);
    }

    @Test
    void jsonFormat() throws Exception {
        assertEquals("\"a\\\"b\"", text(Schema.STRING_SCHEMA, "a\"b", "jms.message.format", "json"));
        assertEquals("\"AP8=\"", text(null, new byte[] {0, -1}, "jms.message.format", "json"));
        assertEquals("{\"a\":1}", text(null, Map.of("a", 1), "jms.message.format", "json"));
    }

    /** JsonWriter and XmlWriter mark their text by its schema; both plugins have the classes under other names. */
    @Test
    void textOfAWriterIsNotQuotedAgain() throws Exception {
        assertEquals("{\"id\":1}", text(WRITTEN_JSON, "{\"id\":1}", "jms.message.format", "json"));
        assertEquals("<a>1</a>", text(WRITTEN_XML, "<a>1</a>", "jms.message.format", "json"));
        assertEquals("\"{}\"", text(Schema.STRING_SCHEMA, "{}", "jms.message.format", "json"));
    }

    @ParameterizedTest
    @CsvSource({
        "UTF-8, größe € 😀",
        "ISO-8859-1, größe € 😀",
        "US-ASCII, nom größe € 😀",
        "UTF-16, größe € 😀",
        "UTF-16LE, größe € 😀",
    })
    void xmlIsWellFormedInAnyEncoding(String encoding, String content) throws Exception {
        String name = encoding.equals("US-ASCII") ? "size" : "größe";
        byte[] bytes = bytes(WRITTEN_XML, "<" + name + ">" + content + "</" + name + ">",
                "jms.message.format", "bytes", "character.encoding", encoding);
        Element read = DocumentBuilderFactory.newDefaultInstance()
                .newDocumentBuilder()
                .parse(new ByteArrayInputStream(bytes))
                .getDocumentElement();
        assertEquals(name, read.getNodeName());
        assertEquals(content, read.getTextContent());
        assertBad(WRITTEN_XML, "<größe>4711</größe>", "jms.message.format", "bytes", "character.encoding", "US-ASCII");
    }

    @Test
    void bytesFormat() throws Exception {
        assertArrayEquals(GREETING, bytes(null, "Grüße", "jms.message.format", "bytes"));
        assertArrayEquals("Grü".getBytes(StandardCharsets.UTF_16BE),
                bytes(null, "Grü", "jms.message.format", "bytes", "character.encoding", "UTF-16BE"));
        assertArrayEquals("{\"a\":1}".getBytes(StandardCharsets.UTF_8),
                bytes(null, Map.of("a", 1), "jms.message.format", "bytes"));
        assertBad(null, "4711 €", "jms.message.format", "bytes", "character.encoding", "ISO-8859-1");
    }

    @Test
    void mapFormat() throws Exception {
        Map<String, Object> value = new HashMap<>();
        value.put("text", "x");
        value.put("number", 7L);
        value.put("bool", true);
        value.put("bytes", new byte[] {1});
        value.put("list", List.of(1, 2));
        value.put("none", null);
        MapMessage message = assertInstanceOf(MapMessage.class, sent(null, value, "jms.message.format", "map"));
        assertEquals(value.keySet(), Set.copyOf(Collections.list((Enumeration<?>) message.getMapNames())));
        assertEquals("x", message.getString("text"));
        assertEquals(7L, message.getLong("number"));
        assertTrue(message.getBoolean("bool"));
        assertArrayEquals(new byte[] {1}, message.getBytes("bytes"));
        assertEquals("[1,2]", message.getString("list"));
        assertNull(message.getObject("none"));

        MapMessage row = assertInstanceOf(MapMessage.class, sent(ROW, ADA, "jms.message.format", "map"));
        assertEquals("1815-12-10", row.getString("born"));
        assertEquals("12.50", row.getString("amount"));
        assertBad(null, "4711", "jms.message.format", "map");
        assertBad(null, Map.of("", "4711"), "jms.message.format", "map");
    }

    @Test
    void valuesOfUnknownClassAreBad() {
        assertBad(null, new StringBuilder("4711"));
    }

    @Test
    void recordsWithoutValue() throws Exception {
        assertEquals(List.of(), send(Worker.record(7, null, null)));
        Message empty = sent(null, null, "behavior.on.null.values", "send", "jms.forward.kafka.key", "true");
        assertFalse(empty instanceof TextMessage);
        assertEquals("key-7", empty.getJMSCorrelationID());
        assertBad(null, null, "behavior.on.null.values", "fail");
    }

    @Test
    void nothingIsForwardedUnasked() throws Exception {
        SinkRecord record = Worker.text(7);
        record.headers().addString("trace", "abc");
        Message message = send(record).get(0);
        assertNull(message.getJMSCorrelationID());
        assertFalse(message.propertyExists("KAFKA_TOPIC"));
        assertFalse(message.propertyExists("trace"));
        assertFalse(message.propertyExists("_AMQ_DUPL_ID"));
    }

    @Test
    void keyAsCorrelationId() throws Exception {
        assertEquals("key-7", sent(null, "x", "jms.forward.kafka.key", "true").getJMSCorrelationID());
        SinkRecord struct = new SinkRecord("t", 0, ROW, ADA, null, "x", 0);
        assertEquals("{\"id\":1,\"born\":\"1815-12-10\",\"amount\":12.50}",
                send(struct, "jms.forward.kafka.key", "true").get(0).getJMSCorrelationID());
        SinkRecord bytes = new SinkRecord("t", 0, null, GREETING, null, "x", 0);
        assertEquals("Grüße", send(bytes, "jms.forward.kafka.key", "true").get(0).getJMSCorrelationID());
        SinkRecord none = new SinkRecord("t", 0, null, null, null, "x", 0);
        assertNull(send(none, "jms.forward.kafka.key", "true").get(0).getJMSCorrelationID());
    }

    @Test
    void groupsKeepTheOrderForSeveralConsumers() throws Exception {
        assertFalse(sent(null, "x").propertyExists("JMSXGroupID"));
        assertEquals("key-7", sent(null, "x", "jms.group.id", "key").getStringProperty("JMSXGroupID"));
        assertEquals(
                "localhost.cdc.customers-0",
                sent(null, "x", "jms.group.id", "partition").getStringProperty("JMSXGroupID"));
        SinkRecord none = new SinkRecord("t", 0, null, null, null, "x", 0);
        assertFalse(send(none, "jms.group.id", "key").get(0).propertyExists("JMSXGroupID"));
    }

    @Test
    void aLastValueQueueKeepsTheLastMessageOfAKey() throws Exception {
        broker.getActiveMQServer().createQueue(QueueConfiguration.of("last")
                .setRoutingType(RoutingType.ANYCAST)
                .setLastValue(true)
                .setAutoCreateAddress(true));
        Map<String, String> props = Worker.props(url, "last", "jms.last.value.key", "key");
        try (Worker worker = Worker.start(props)) {
            for (long offset = 0; offset < 6; offset++) {
                String key = "key-" + offset % 2;
                worker.put(new SinkRecord("t", 0, Schema.STRING_SCHEMA, key, Schema.STRING_SCHEMA, "row " + offset, offset));
            }
        }
        try (Inbox inbox = new Inbox(url, "last", false)) {
            assertEquals(List.of("row 4", "row 5"), inbox.restOfTexts());
        }
    }

    @Test
    void eachRecordCanHaveItsOwnJmsHeaders() throws Exception {
        SinkRecord record = Worker.text(7);
        record.headers().addString("kind", "order").addInt("urgency", 8).addString("answers", "inbox").addLong("ttl", 60L);
        Message message = send(record,
                "jms.message.type", "${header.kind}/${topic}",
                "jms.reply.to.name", "answers.${header.answers}",
                "jms.priority", "${header.urgency}",
                "jms.time.to.live.ms", "${header.ttl}000").get(0);
        assertEquals("order/localhost.cdc.customers", message.getJMSType());
        assertEquals("answers.inbox", ((Queue) message.getJMSReplyTo()).getQueueName());
        assertEquals(8, message.getJMSPriority());
        assertEquals(60_000, message.getJMSExpiration() - message.getJMSTimestamp());

        Message without = sent(null, "x",
                "jms.message.type", "${header.kind}",
                "jms.reply.to.name", "answers.${header.answers}",
                "jms.priority", "${header.urgency}",
                "jms.time.to.live.ms", "${header.ttl}000");
        assertNull(without.getJMSType());
        assertNull(without.getJMSReplyTo());
        assertEquals(4, without.getJMSPriority());
        assertEquals(0, without.getJMSExpiration());
        assertInstanceOf(Topic.class,
                sent(null, "x", "jms.reply.to.name", "news.answers", "jms.reply.to.type", "topic").getJMSReplyTo());
    }

    @ParameterizedTest
    @CsvSource({"jms.priority, 10", "jms.priority, high-4711", "jms.time.to.live.ms, -1", "jms.delivery.delay.ms, ''"})
    void aRecordWhoseJmsHeaderIsNoNumberOfTheRangeIsBad(String setting, String value) {
        SinkRecord record = Worker.text(7);
        record.headers().addString("number", value);
        DataException e = assertThrows(DataException.class, () -> send(record, setting, "${header.number}"));
        assertTrue(e.getMessage().contains(setting), e.getMessage());
        assertFalse(e.getMessage().contains("4711"), e.getMessage());
    }

    @Test
    void aDelayedMessageComesLater() throws Exception {
        long before = System.currentTimeMillis();
        try (Inbox inbox = new Inbox(url, "later", false);
                Worker worker = Worker.start(Worker.props(url, "later", "jms.delivery.delay.ms", "${header.delay}"))) {
            SinkRecord delayed = Worker.text(0);
            delayed.headers().addString("delay", "1000");
            worker.put(delayed, Worker.text(1));
            assertEquals("row 1", inbox.next().getBody(String.class));
            assertEquals("row 0", inbox.next().getBody(String.class));
            assertTrue(System.currentTimeMillis() - before >= 1000);
        }
    }

    @Test
    void recordsGoToTheDestinationOfTheirTopic() throws Exception {
        try (Worker worker = Worker.start(Worker.props(url, "by.${topic}"));
                Inbox one = new Inbox(url, "by.one", false);
                Inbox two = new Inbox(url, "by.two", false)) {
            worker.put(Worker.routed(0, 0, "one"), Worker.routed(0, 1, "two"), Worker.routed(0, 2, "one"));
            assertEquals(List.of("row 0", "row 2"), one.restOfTexts());
            assertEquals(List.of("row 1"), two.restOfTexts());
            DataException e = assertThrows(DataException.class, () -> worker.put(Worker.routed(0, 3, "ldap://4711")));
            assertTrue(e.getMessage().contains("no plain name"), e.getMessage());
            assertFalse(e.getMessage().contains("4711"), e.getMessage());
        }
    }

    @Test
    void metadataIsThatOfKafkaWhateverTransformsDid() throws Exception {
        SinkRecord moved = Worker.text(7).newRecord("elsewhere", 5, null, null, null, "x", null);
        Message message =
                send(moved, "jms.forward.kafka.metadata", "true", "jms.duplicate.detection", "true").get(0);
        assertEquals("localhost.cdc.customers", message.getStringProperty("KAFKA_TOPIC"));
        assertEquals(0, message.getObjectProperty("KAFKA_PARTITION"));
        assertEquals(7L, message.getObjectProperty("KAFKA_OFFSET"));
        assertEquals("localhost.cdc.customers-0-7", message.getStringProperty("_AMQ_DUPL_ID"));
    }

    @Test
    void headersAsProperties() throws Exception {
        SinkRecord record = Worker.text(7);
        record.headers()
                .addString("trace-id", "first")
                .addString("trace-id", "last")
                .addLong("count", 3L)
                .addBoolean("flag", true)
                .addBytes("raw", new byte[] {0, -1})
                .addDecimal("price", new BigDecimal("1.50"))
                .add("map", Map.of("a", 1), null)
                .add("none", null, null)
                .addString("_AMQ_DUPL_ID", "steering")
                .addString("KAFKA_TOPIC", "steering");
        Message message =
                send(record, "jms.forward.kafka.headers", "true", "jms.forward.kafka.metadata", "true").get(0);
        assertEquals("last", message.getStringProperty("trace_id"));
        assertEquals(3L, message.getObjectProperty("count"));
        assertEquals(true, message.getObjectProperty("flag"));
        assertEquals("AP8=", message.getObjectProperty("raw"));
        assertEquals("1.50", message.getObjectProperty("price"));
        assertEquals("{\"a\":1}", message.getObjectProperty("map"));
        assertTrue(message.propertyExists("none"));
        assertNull(message.getObjectProperty("none"));
        assertFalse(message.propertyExists("_AMQ_DUPL_ID"));
        assertEquals("steering", message.getStringProperty("header__AMQ_DUPL_ID"));
        assertEquals("localhost.cdc.customers", message.getStringProperty("KAFKA_TOPIC"));
    }

    @ParameterizedTest
    @CsvSource({
        "trace-id, trace_id",
        "1st, _1st",
        "'', _",
        "a b.c, a_b_c",
        "größe, größe",
        "null, _null",
        "Between, _Between",
        "__op, __op",
        "JMSType, header_JMSType",
        "JMSXGroupID, header_JMSXGroupID",
        "JMS_AMQP_x, header_JMS_AMQP_x",
        "_AMQ_SCHED_DELIVERY, header__AMQ_SCHED_DELIVERY",
        "__AMQ_CID, header___AMQ_CID",
        "-AMQ_x, header__AMQ_x",
        "_HQ_x, header__HQ_x",
        "AMQ_SCHEDULED_DELAY, header_AMQ_SCHEDULED_DELAY",
        "KAFKA_OFFSET, header_KAFKA_OFFSET",
        "a\u0000b, a_b",
    })
    void namesOfPropertiesAreLegal(String header, String property) {
        assertEquals(property, PropertyNames.of(header));
    }

    @Test
    void deliveryOptions() throws Exception {
        Message plain = sent(null, "x");
        assertEquals(DeliveryMode.PERSISTENT, plain.getJMSDeliveryMode());
        assertEquals(4, plain.getJMSPriority());
        assertEquals(0, plain.getJMSExpiration());
        Message message = sent(null, "x",
                "jms.delivery.mode", "non_persistent", "jms.priority", "9", "jms.time.to.live.ms", "60000");
        assertEquals(DeliveryMode.NON_PERSISTENT, message.getJMSDeliveryMode());
        assertEquals(9, message.getJMSPriority());
        assertEquals(60_000, message.getJMSExpiration() - message.getJMSTimestamp());
    }
}
