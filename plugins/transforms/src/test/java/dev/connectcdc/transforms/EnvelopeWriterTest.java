package dev.connectcdc.transforms;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.config.ConfigValue;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.errors.DataException;
import org.apache.kafka.connect.sink.SinkRecord;
import org.apache.kafka.connect.source.SourceRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What both writers do: which records become text, which are dropped, which are refused. */
class EnvelopeWriterTest {

    private final JsonWriter<SinkRecord> writer = new JsonWriter<>();

    @AfterEach
    void close() {
        writer.close();
    }

    private SinkRecord apply(SinkRecord record) {
        writer.configure(Map.of());
        return writer.apply(record);
    }

    @ParameterizedTest
    @ValueSource(strings = {"c", "r", "u"})
    void rowsBecomeText(String op) {
        SinkRecord written = apply(Events.event(op, Map.of("id", 0), Map.of("id", 1)));
        assertEquals("{\"id\":1}", written.value());
        SinkRecord writtenWithSchema = apply(Events.event(Events.ROW, op, null, Events.ada()));
        assertTrue(((String) writtenWithSchema.value()).startsWith("{\"id\":1,"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"d", "t", "m", "x"})
    void aColumnCalledOpIsAColumn(String value) {
        SinkRecord written = apply(Events.event("c", null, Map.of("op", value, "source", "x")));
        assertEquals("{\"op\":\"" + value + "\",\"source\":\"x\"}", written.value());
    }

    @Test
    void textHasTheStringSchemaAndAllElseIsKept() {
        SinkRecord record = Events.event("c", null, Map.of("id", 1));
        record.headers().addString("trace", "abc");
        SinkRecord written = apply(record);
        assertEquals(Schema.Type.STRING, written.valueSchema().type());
        assertEquals("dev.connectcdc.data.Json", written.valueSchema().name());
        assertEquals("the-key", written.key());
        assertEquals(Schema.STRING_SCHEMA, written.keySchema());
        assertEquals(Events.TOPIC, written.topic());
        assertEquals(3, written.kafkaPartition());
        assertEquals(17, written.kafkaOffset());
        assertEquals(1795399512846L, written.timestamp());
        assertEquals("abc", written.headers().lastWithName("trace").value());
    }

    static Stream<SinkRecord> dropped() {
        Schema heartbeat = SchemaBuilder.struct()
                .name("io.debezium.connector.common.Heartbeat")
                .field("ts_ms", Schema.INT64_SCHEMA)
                .build();
        Schema notification = SchemaBuilder.struct()
                .name("io.debezium.connector.common.Notification")
                .field("aggregate_type", Schema.STRING_SCHEMA)
                .build();
        Schema schemaChange = SchemaBuilder.struct()
                .name("io.debezium.connector.mysql.SchemaChangeValue")
                .field("ddl", Schema.STRING_SCHEMA)
                .build();
        Schema transaction = SchemaBuilder.struct()
                .name("io.debezium.connector.common.TransactionMetadataValue")
                .field("status", Schema.STRING_SCHEMA)
                .build();
        return Stream.of(
                Events.record(null, null),
                Events.record(Events.ROW, null),
                Events.event("d", Map.of("id", 1), null),
                Events.event("t", null, null),
                Events.event("m", null, null),
                Events.event(Events.ROW, "d", Events.ada(), null),
                Events.event(Events.ROW, "t", null, null),
                keyed(Map.of("serverName", "localhost"), Events.json("{\"ts_ms\": 1587303655424}")),
                keyed("{\"serverName\":\"localhost\"}", Events.json("{\"ts_ms\": 1587303655424}")),
                Events.json("{\"id\":\"x\",\"aggregate_type\":\"Initial Snapshot\",\"type\":\"STARTED\","
                        + "\"additional_data\":null,\"timestamp\":1}"),
                Events.json("{\"source\":{},\"ts_ms\":1,\"databaseName\":\"d\",\"schemaName\":null,\"ddl\":\"x\","
                        + "\"tableChanges\":[]}"),
                Events.record(notification, new Struct(notification).put("aggregate_type", "Initial Snapshot")),
                Events.record(schemaChange, new Struct(schemaChange).put("ddl", "CREATE TABLE t ()")),
                Events.json("{\"status\":\"BEGIN\",\"id\":\"1:2\",\"ts_ms\":1,\"event_count\":null,\"data_collections\":null}"),
                Events.record(heartbeat, new Struct(heartbeat).put("ts_ms", 1L)),
                Events.record(transaction, new Struct(transaction).put("status", "END")));
    }

    private static SinkRecord keyed(Object key, SinkRecord record) {
        return record.newRecord(record.topic(), record.kafkaPartition(), null, key, record.valueSchema(), record.value(),
                record.timestamp());
    }

    @ParameterizedTest
    @MethodSource
    void dropped(SinkRecord record) {
        assertNull(apply(record));
    }

    @Test
    void deletesCanBeEmittedAndAreMarked() {
        writer.configure(Map.of("delete.handling", "emit"));
        SinkRecord event = Events.event("d", Map.of("id", 9, "name", ""), null);
        SinkRecord written = writer.apply(event.newRecord(
                event.topic(), 3, null, Map.of("id", 9), null, event.value(), event.timestamp()));
        assertEquals("{\"id\":9}", written.value());
        assertEquals("d", written.headers().lastWithName("__op").value());
        assertNull(writer.apply(Events.event("c", null, Map.of("id", 9))).headers().lastWithName("__op"));
        assertNull(writer.apply(Events.record(null, null)), "the tombstone behind it is still dropped");
    }

    static Stream<SinkRecord> refused() {
        Schema other = SchemaBuilder.struct().name("other").field("secret", Schema.STRING_SCHEMA).build();
        Schema ledger = SchemaBuilder.struct()
                .name("ledger")
                .field("op", Schema.STRING_SCHEMA)
                .field("source", Schema.STRING_SCHEMA)
                .build();
        Map<String, Object> opOfNumber = new HashMap<>(Map.of("op", 4711, "after", Map.of("secret", "4711")));
        return Stream.of(
                Events.record(Schema.STRING_SCHEMA, "4711"),
                Events.record(null, "4711"),
                Events.record(null, List.of("4711")),
                Events.record(null, Map.of("secret", "4711")),
                Events.record(null, Map.of("id", 1, "op", "d", "secret", "4711")),
                Events.record(null, Map.of("id", 1, "op", "t", "source", "4711")),
                Events.record(null, Map.of("status", "BEGIN", "id", "4711", "event_count", 1)),
                Events.record(null, Map.of("ts_ms", 4711L)),
                Events.record(ledger, new Struct(ledger).put("op", "d").put("source", "4711")),
                Events.record(other, new Struct(other).put("secret", "4711")),
                Events.record(null, opOfNumber),
                Events.event("4711", null, Map.of()),
                Events.event("c", null, null),
                Events.event("u", Map.of(), "4711"),
                Events.event("c", null, Map.of("a", new StringBuilder("4711"))),
                Events.event(SchemaBuilder.struct().optional().build(), "c", null, null));
    }

    @ParameterizedTest
    @MethodSource
    void refused(SinkRecord record) {
        DataException e = assertThrows(DataException.class, () -> apply(record));
        assertTrue(e.getMessage().startsWith("topic localhost.cdc.customers, partition 3, offset 17: "), e.getMessage());
        StringWriter trace = new StringWriter();
        e.printStackTrace(new PrintWriter(trace));
        assertFalse(trace.toString().contains("4711"), "the value stays out of the error and its causes");
    }

    @Test
    void anEventInTheWrappingOfAConverterWithSchemas() {
        SinkRecord record = Events.json("{\"schema\":{\"type\":\"struct\"},\"payload\":{\"op\":\"c\",\"after\":{\"a\":4711}}}");
        DataException e = assertThrows(DataException.class, () -> apply(record));
        assertTrue(e.getMessage().contains("value.converter.schemas.enable"), e.getMessage());
        assertFalse(e.getMessage().contains("4711"));
    }

    @Test
    void aRowThatAnotherTransformHasTakenOutOfItsEvent() {
        for (SinkRecord record : List.of(Events.record(Events.ROW, Events.ada()), Events.json("{\"id\":1,\"name\":\"Ada\"}"))) {
            DataException e = assertThrows(DataException.class, () -> apply(record));
            assertTrue(e.getMessage().contains("ExtractNewRecordState"), e.getMessage());
            assertFalse(e.getMessage().contains("Ada"));
        }
    }

    @Test
    void whatAnotherConverterMade() {
        String event = "{\"op\":\"c\",\"after\":{\"a\":4711}}";
        for (Object value : List.of(event, event.getBytes(StandardCharsets.UTF_8), ByteBuffer.allocate(1))) {
            DataException e = assertThrows(DataException.class, () -> apply(Events.record(null, value)));
            assertTrue(e.getMessage().contains("value.converter must be"), e.getMessage());
            assertFalse(e.getMessage().contains("4711"));
        }
    }

    @Test
    void aRecordOfASourceIsNamedByItsTopic() {
        JsonWriter<SourceRecord> forSource = new JsonWriter<>();
        forSource.configure(Map.of());
        SourceRecord record = new SourceRecord(Map.of(), Map.of(), "t", null, "text");
        DataException e = assertThrows(DataException.class, () -> forSource.apply(record));
        assertTrue(e.getMessage().startsWith("topic t: "), e.getMessage());
        forSource.close();
    }

    @Test
    void badConfigIsRefusedWhenConfigured() {
        assertThrows(ConfigException.class, () -> writer.configure(Map.of("delete.handling", "maybe")));
    }

    @Test
    void settingsOfAFewWordsRecommendThem() {
        ConfigDef definition = XmlWriter.CONFIG_DEF;
        Map<String, ConfigValue> values = definition.validate(Map.of()).stream()
                .collect(Collectors.toMap(ConfigValue::name, value -> value));
        assertEquals(List.of("drop", "emit"), values.get("delete.handling").recommendedValues());
        assertEquals(List.of("nil", "empty", "omit"), values.get("null.handling").recommendedValues());
        assertEquals("nil", values.get("null.handling").value());
    }
}
