package dev.connectcdc.transforms;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.debezium.time.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.errors.DataException;
import org.apache.kafka.connect.sink.SinkRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Values that PostgreSQL left out of an UPDATE, in the forms that test/stack/allTypes.test.ts gets from a real server. */
class UnavailableValueTest {

    private static final String PLACEHOLDER = "__debezium_unavailable_value";

    private static String json(Map<String, String> config, SinkRecord record) {
        try (JsonWriter<SinkRecord> writer = new JsonWriter<>()) {
            writer.configure(config);
            return (String) writer.apply(record).value();
        }
    }

    private static String xml(Map<String, String> config, SinkRecord record) {
        try (XmlWriter<SinkRecord> writer = new XmlWriter<>()) {
            writer.configure(config);
            return (String) writer.apply(record).value();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "'__debezium_unavailable_value'",
                "'X19kZWJleml1bV91bmF2YWlsYWJsZV92YWx1ZQ=='",
                "'5f5f646562657a69756d5f756e617661696c61626c655f76616c7565'",
                "'{\\'__debezium_unavailable_value\\':\\'__debezium_unavailable_value\\'}'",
                "{'__debezium_unavailable_value':'__debezium_unavailable_value'}",
                "['__debezium_unavailable_value']",
                "['X19kZWJleml1bV91bmF2YWlsYWJsZV92YWx1ZQ==']",
                "['b68a35a7-17ad-35b3-af2a-ae46edb4545a']",
                "[95,95,100,101,98,101,122,105,117,109,95,117,110,97,118,97,105,108,97,98,108,101,95,118,97,108,117,101]",
            })
    void hasNoFieldWithoutSchema(String value) {
        SinkRecord event = Events.json(("{'op':'u','source':{'table':'customer'},'after':{'id':1,'v':" + value + ",'n':2}}").replace('\'', '"'));
        assertEquals("{\"id\":1,\"n\":2}", json(Map.of(), event));
        assertEquals("<customer><id>1</id><n>2</n></customer>", xml(Map.of(), event));
    }

    @Test
    void hasNoFieldWithSchema() {
        Schema row = SchemaBuilder.struct()
                .optional()
                .field("id", Schema.INT32_SCHEMA)
                .field("t", Schema.OPTIONAL_STRING_SCHEMA)
                .field("b", Schema.OPTIONAL_BYTES_SCHEMA)
                .field("bs", SchemaBuilder.array(Schema.BYTES_SCHEMA).optional().build())
                .field("ints", SchemaBuilder.array(Schema.INT32_SCHEMA).optional().build())
                .field("dates", SchemaBuilder.array(Date.schema()).optional().build())
                .field("hstore", SchemaBuilder.map(Schema.STRING_SCHEMA, Schema.STRING_SCHEMA).optional().build())
                .field("z", Schema.OPTIONAL_STRING_SCHEMA)
                .build();
        List<Integer> numbers = PLACEHOLDER.chars().boxed().toList();
        Struct after = new Struct(row)
                .put("id", 1)
                .put("t", PLACEHOLDER)
                .put("b", PLACEHOLDER.getBytes())
                .put("bs", List.of(PLACEHOLDER.getBytes()))
                .put("ints", numbers)
                .put("dates", numbers)
                .put("hstore", Map.of(PLACEHOLDER, PLACEHOLDER));
        SinkRecord event = Events.event(row, "u", null, after);
        assertEquals("{\"id\":1,\"z\":null}", json(Map.of(), event));
        assertEquals("{\"id\":1,\"z\":null}", json(Map.of(), new IsoTimes<SinkRecord>().apply(event)), "dates as text");
    }

    @Test
    void isNeitherPartOfAValueNorLikeAnother() {
        String row = "{\"id\":1,\"a\":[\"" + PLACEHOLDER + "\",\"x\"],\"b\":\"" + PLACEHOLDER + " \",\"c\":[95,95],\"d\":{\""
                + PLACEHOLDER + "\":\"x\"},\"e\":[]}";
        SinkRecord event = Events.json("{\"op\":\"u\",\"source\":{},\"after\":" + row + "}");
        assertEquals(
                "{\"a\":[\"" + PLACEHOLDER + "\",\"x\"],\"b\":\"" + PLACEHOLDER + " \",\"c\":[95,95],\"d\":{\"" + PLACEHOLDER
                        + "\":\"x\"},\"e\":[],\"id\":1}",
                json(Map.of(), event));
    }

    @Test
    void canBeAnErrorThatNamesTheColumns() {
        Map<String, String> fail = Map.of("unavailable.value.handling", "fail");
        SinkRecord event = Events.event("u", null, Map.of("id", 4711, "body", PLACEHOLDER, "n", 2));
        DataException e = assertThrows(DataException.class, () -> json(fail, event));
        assertEquals(
                "topic localhost.cdc.customers, partition 3, offset 17: the change event does not contain the values of"
                        + " [body], which an UPDATE left unchanged (TOAST); run: ALTER TABLE ... REPLICA IDENTITY FULL",
                e.getMessage());
        assertEquals("{\"id\":1}", json(fail, Events.event("u", null, Map.of("id", 1))));
    }

    @Test
    void canBeKept() {
        SinkRecord event = Events.event("u", null, Map.of("body", PLACEHOLDER));
        assertEquals(
                "{\"body\":\"" + PLACEHOLDER + "\"}", json(Map.of("unavailable.value.handling", "keep"), event));
    }

    @Test
    void canBeNull() {
        Map<String, String> config = Map.of("unavailable.value.handling", "null");
        SinkRecord event = Events.event("u", null, Map.of("body", PLACEHOLDER, "id", 1));
        assertEquals("{\"body\":null,\"id\":1}", json(config, event));
        assertEquals("{\"id\":1}", json(Map.of("unavailable.value.handling", "null", "null.handling", "omit"), event));
    }

    @Test
    void isKnownByTheSourcesPlaceholder() {
        Map<String, Object> row = new HashMap<>(Map.of("a", "n/a", "b", PLACEHOLDER));
        row.put("c", List.of(UUID.nameUUIDFromBytes("n/a".getBytes()).toString()));
        SinkRecord event = Events.event("u", null, row);
        String written = "{\"b\":\"" + PLACEHOLDER + "\"}";
        assertEquals(written, json(Map.of("unavailable.value.placeholder", "n/a"), event));
        assertEquals(written, json(Map.of("unavailable.value.placeholder", "hex:6e2f61"), event));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "hex:", "hex:6", "hex:xy"})
    void hasALegalPlaceholder(String placeholder) {
        Map<String, String> config = Map.of("unavailable.value.placeholder", placeholder);
        SinkRecord event = Events.event("u", null, Map.of("id", 1));
        ConfigException e = assertThrows(ConfigException.class, () -> json(config, event));
        assertEquals(
                "Invalid value " + placeholder + " for configuration unavailable.value.placeholder: must be text, or 'hex:'"
                        + " and hexadecimal digits",
                e.getMessage());
    }
}
