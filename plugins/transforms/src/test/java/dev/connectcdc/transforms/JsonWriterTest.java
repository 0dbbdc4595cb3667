package dev.connectcdc.transforms;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import io.debezium.data.Json;
import java.io.IOException;
import java.io.StringReader;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.connect.data.Decimal;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.sink.SinkRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class JsonWriterTest {

    private final JsonWriter<SinkRecord> writer = new JsonWriter<>();

    @AfterEach
    void close() {
        writer.close();
    }

    private Object write(Map<String, String> config, SinkRecord record) {
        writer.configure(config);
        return writer.apply(record).value();
    }

    @Test
    void schemaless() {
        assertEquals(
                "{\"email\":null,\"first_name\":\"Ünï\\\"<x>\",\"id\":1,\"tags\":[1.5,{\"a\":true}]}",
                write(Map.of(), Events.json("{\"op\":\"c\",\"before\":null,\"after\":{\"id\":1,\"first_name\":\"Ünï\\\"<x>\","
                        + "\"tags\":[1.5,{\"a\":true}],\"email\":null},\"source\":{\"db\":\"cdcdb\"}}")));
    }

    @Test
    void withSchema() {
        assertEquals(
                "{\"id\":1,\"first_name\":\"Ada\",\"born\":\"1815-12-10\",\"email\":null}",
                write(Map.of(), Events.event(Events.ROW, "c", null, Events.ada())));
    }

    @Test
    void withSchemaOutOfTheConverter() {
        String row = "{\"type\":\"struct\",\"optional\":true,\"fields\":[{\"field\":\"z\",\"type\":\"int64\",\"optional\":true,"
                + "\"name\":\"io.debezium.time.MicroTimestamp\"},{\"field\":\"a\",\"type\":\"bytes\",\"optional\":true}]";
        String json = "{\"schema\":{\"type\":\"struct\",\"name\":\"t.Envelope\",\"fields\":[" + row + ",\"field\":\"after\"},{\"field\":\"op\","
                + "\"type\":\"string\"}]},\"payload\":{\"after\":{\"z\":1795399512846509,\"a\":\"AP8=\"},\"op\":\"r\"}}";
        assertEquals(
                "{\"z\":\"2026-11-23T02:05:12.846509\",\"a\":\"AP8=\"}", write(Map.of(), Events.jsonWithSchema(json)));
    }

    @Test
    void decimalsAsNumbersOrText() {
        Schema row = SchemaBuilder.struct().optional().field("amount", Decimal.schema(2)).build();
        SinkRecord record = Events.event(row, "c", null, new Struct(row).put("amount", new BigDecimal("12.50")));
        assertEquals("{\"amount\":12.50}", write(Map.of(), record));
        assertEquals("{\"amount\":\"12.50\"}", write(Map.of("decimal.format", "string"), record));
    }

    @Test
    void badConfig() {
        assertThrows(ConfigException.class, () -> writer.configure(Map.of("decimal.format", "roman")));
        assertThrows(ConfigException.class, () -> writer.configure(Map.of("null.handling", "nil")));
        assertThrows(ConfigException.class, () -> writer.configure(Map.of("json.columns", "object")));
    }

    @Test
    void nullsCanBeLeftOut() {
        Map<String, String> config = Map.of("null.handling", "omit");
        assertEquals(
                "{\"id\":1,\"first_name\":\"Ada\",\"born\":\"1815-12-10\"}",
                write(config, Events.event(Events.ROW, "c", null, Events.ada())));
        assertEquals("{\"a\":[null]}", write(config, Events.json("{\"op\":\"c\",\"source\":{},\"after\":{\"a\":[null],\"b\":null}}")));
    }

    @Test
    void jsonColumnsAsTextOrEmbedded() {
        Schema row = SchemaBuilder.struct().optional().field("good", Json.schema()).field("bad", Json.schema()).build();
        SinkRecord record = Events.event(row, "c", null, new Struct(row).put("good", "{\"a\": 1.50}").put("bad", "{"));
        assertEquals("{\"good\":\"{\\\"a\\\": 1.50}\",\"bad\":\"{\"}", write(Map.of(), record));
        assertEquals("{\"good\":{\"a\": 1.50},\"bad\":\"{\"}", write(Map.of("json.columns", "embedded"), record));
    }

    /** Limits of the JSON library: digits of a number, characters of a name. */
    @Test
    void anEmbeddedJsonColumnIsEmbeddedWhateverItsSize() {
        Schema row = SchemaBuilder.struct().optional().field("j", Json.schema()).build();
        for (String value : List.of("[" + "7".repeat(5_000) + "]", "{\"" + "k".repeat(100_000) + "\":1}", "\"" + "x".repeat(25_000_000) + "\"")) {
            SinkRecord record = Events.event(row, "c", null, new Struct(row).put("j", value));
            String written = (String) write(Map.of("json.columns", "embedded"), record);
            assertTrue(("{\"j\":" + value + "}").equals(written), value.substring(0, 3));
        }
    }

    @Test
    void whateverTheRowAnotherReaderGetsItBack() throws IOException {
        RandomRows rows = new RandomRows();
        writer.configure(Map.of());
        for (int i = 0; i < RandomRows.CASES; i++) {
            Map<String, Object> row = rows.next();
            requireSame(row, writer.apply(Events.event("c", null, row)), i);
            Struct struct = rows.nextStruct();
            requireSame(struct, writer.apply(Events.event(struct.schema(), "c", null, struct)), i);
        }
    }

    private static void requireSame(Object row, SinkRecord written, int number) throws IOException {
        String json = (String) written.value();
        JsonReader reader = new JsonReader(new StringReader(json));
        reader.setStrictness(Strictness.STRICT);
        Object read = read(reader);
        assertEquals(JsonToken.END_DOCUMENT, reader.peek());
        Object expected = RandomRows.expected(row, text -> text);
        assertEquals(expected, read, () -> RandomRows.caseOf(number, json));
        // Maps are equal in whatever order; lists are not.
        assertEquals(expected.toString(), read.toString(), () -> RandomRows.caseOf(number, json));
    }

    /** Reads with Google's parser; none of it is shared with what writes. */
    private static Object read(JsonReader reader) throws IOException {
        switch (reader.peek()) {
            case BEGIN_OBJECT -> {
                Map<String, Object> map = new LinkedHashMap<>();
                reader.beginObject();
                while (reader.hasNext()) {
                    String name = reader.nextName();
                    assertFalse(map.containsKey(name), "two fields of one name");
                    map.put(name, read(reader));
                }
                reader.endObject();
                return map;
            }
            case BEGIN_ARRAY -> {
                List<Object> list = new ArrayList<>();
                reader.beginArray();
                while (reader.hasNext()) {
                    list.add(read(reader));
                }
                reader.endArray();
                return list;
            }
            case NULL -> {
                reader.nextNull();
                return null;
            }
            case BOOLEAN -> {
                return reader.nextBoolean();
            }
            case NUMBER -> {
                String number = reader.nextString();
                return number.matches("-?\\d+") ? (Object) Long.valueOf(number) : (Object) Double.valueOf(number);
            }
            default -> {
                return reader.nextString();
            }
        }
    }
}
