package dev.connectcdc.transforms;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.debezium.time.Date;
import java.util.Map;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaAndValue;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.errors.DataException;
import org.apache.kafka.connect.json.JsonConverter;
import org.apache.kafka.connect.sink.SinkRecord;
import org.apache.kafka.connect.storage.Converter;
import org.apache.kafka.connect.storage.StringConverter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Deleted rows of a table with the default replica identity: PostgreSQL gives Debezium the key's columns only. */
class EmittedDeleteTest {

    private static final Schema ROW = SchemaBuilder.struct()
            .optional()
            .field("note", Schema.STRING_SCHEMA)
            .field("line", Schema.INT32_SCHEMA)
            .field("id", Schema.INT64_SCHEMA)
            .field("paid", Schema.BOOLEAN_SCHEMA)
            .field("due", Date.schema())
            .field("remark", Schema.OPTIONAL_STRING_SCHEMA)
            .build();

    private static final Schema KEY = SchemaBuilder.struct()
            .field("id", Schema.INT64_SCHEMA)
            .field("line", Schema.INT32_SCHEMA)
            .build();

    /** As Debezium makes it: where a column cannot be NULL, a value stands that the row never had. */
    private static final Struct BEFORE = new Struct(ROW)
            .put("note", "")
            .put("line", 7)
            .put("id", 42L)
            .put("paid", false)
            .put("due", 0);

    private static final Struct KEY_OF_ROW = new Struct(KEY).put("id", 42L).put("line", 7);

    private static final Map<String, String> EMIT = Map.of("delete.handling", "emit");

    /** Converters of source and sink: keys and values alike, or keys that the sink's StringConverter reads. */
    private enum Converters {
        STRUCTS(true, "{\"line\":7,\"id\":42}", "<customer><line>7</line><id>42</id></customer>"),
        MAPS(false, "{\"id\":42,\"line\":7}", "<customer><id>42</id><line>7</line></customer>"),
        TEXT_KEYS(MAPS.schemas, MAPS.json, MAPS.xml) {
            @Override
            SchemaAndValue key() {
                byte[] inTopic = jsonConverter(false).fromConnectData(Events.TOPIC, KEY, KEY_OF_ROW);
                return converter(new StringConverter(), Map.of()).toConnectData(Events.TOPIC, inTopic);
            }
        };

        private final boolean schemas;
        private final String json;
        private final String xml;

        Converters(boolean schemas, String json, String xml) {
            this.schemas = schemas;
            this.json = json;
            this.xml = xml;
        }

        SchemaAndValue key() {
            return through(jsonConverter(schemas), KEY, KEY_OF_ROW);
        }

        SchemaAndValue value() {
            SinkRecord delete = Events.event(ROW, "d", BEFORE, null);
            return through(jsonConverter(schemas), delete.valueSchema(), delete.value());
        }
    }

    @ParameterizedTest
    @EnumSource
    void holdsTheKeyAndNothingElse(Converters converters) {
        SinkRecord event = event(converters.key(), converters.value());
        try (JsonWriter<SinkRecord> json = new JsonWriter<>();
                XmlWriter<SinkRecord> xml = new XmlWriter<>()) {
            json.configure(EMIT);
            xml.configure(EMIT);
            assertEquals(converters.json, json.apply(event).value());
            SinkRecord written = xml.apply(event);
            assertEquals(converters.xml, written.value());
            assertEquals("d", written.headers().lastWithName("__op").value());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"Struct{id=4711}", "4711", "[4711]", "{\"id\":4711", "{\"id\":4711} {}", "{}", ""})
    void isRefusedWhenTheKeyDoesNotNameItsColumns(String key) {
        DataException e = refused(new SchemaAndValue(Schema.STRING_SCHEMA, key));
        assertTrue(e.getMessage().contains("set the source's key.converter"), e.getMessage());
    }

    @Test
    void isRefusedWithoutKey() {
        assertTrue(refused(SchemaAndValue.NULL).getMessage().contains("no primary key"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"id\":4711,\"other\":1}", "{\"schema\":null,\"payload\":{\"id\":4711}}"})
    void isRefusedWhenTheRowLacksAPartOfTheKey(String key) {
        for (Converters converters : Converters.values()) {
            DataException e = refused(new SchemaAndValue(Schema.STRING_SCHEMA, key), converters);
            assertTrue(e.getMessage().contains("a field that is no column of the row"), e.getMessage());
        }
    }

    private static DataException refused(SchemaAndValue key) {
        return refused(key, Converters.MAPS);
    }

    private static DataException refused(SchemaAndValue key, Converters converters) {
        try (JsonWriter<SinkRecord> writer = new JsonWriter<>()) {
            writer.configure(EMIT);
            SinkRecord event = event(key, converters.value());
            DataException e = assertThrows(DataException.class, () -> writer.apply(event));
            assertTrue(e.getMessage().startsWith("topic localhost.cdc.customers, partition 3, offset 17: "));
            assertFalse(e.getMessage().contains("4711"), e.getMessage());
            return e;
        }
    }

    private static SinkRecord event(SchemaAndValue key, SchemaAndValue value) {
        return new SinkRecord(Events.TOPIC, 3, key.schema(), key.value(), value.schema(), value.value(), 17, 1L,
                TimestampType.CREATE_TIME);
    }

    private static SchemaAndValue through(Converter converter, Schema schema, Object value) {
        return converter.toConnectData(Events.TOPIC, converter.fromConnectData(Events.TOPIC, schema, value));
    }

    private static Converter jsonConverter(boolean schemas) {
        return converter(new JsonConverter(), Map.of("schemas.enable", schemas));
    }

    private static Converter converter(Converter converter, Map<String, ?> settings) {
        converter.configure(settings, true);
        return converter;
    }
}
