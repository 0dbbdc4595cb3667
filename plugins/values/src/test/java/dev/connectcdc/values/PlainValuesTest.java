package dev.connectcdc.values;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.connect.data.Decimal;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.data.Time;
import org.apache.kafka.connect.data.Timestamp;
import org.apache.kafka.connect.errors.DataException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PlainValuesTest {

    private static Schema named(Schema.Type type, String name) {
        return SchemaBuilder.type(type).name(name).optional().build();
    }

    private static final Schema POINT = SchemaBuilder.struct()
            .name("io.debezium.data.geometry.Point")
            .field("x", Schema.FLOAT64_SCHEMA)
            .field("y", Schema.FLOAT64_SCHEMA)
            .field("wkb", Schema.OPTIONAL_BYTES_SCHEMA)
            .field("srid", Schema.OPTIONAL_INT32_SCHEMA)
            .build();

    private static final Schema VARIABLE_SCALE_DECIMAL = SchemaBuilder.struct()
            .name("io.debezium.data.VariableScaleDecimal")
            .field("scale", Schema.INT32_SCHEMA)
            .field("value", Schema.BYTES_SCHEMA)
            .build();

    @ParameterizedTest
    @CsvSource({
        "io.debezium.time.Date, 20780, 2026-11-23",
        "io.debezium.time.Date, -1, 1969-12-31",
        "io.debezium.time.Time, 7512846, 02:05:12.846",
        "io.debezium.time.Time, 0, 00:00:00",
        "io.debezium.time.MicroTime, 7512846509, 02:05:12.846509",
        "io.debezium.time.MicroTime, 86400000000, 24:00:00",
        "io.debezium.time.MicroTime, -3020399000000, -838:59:59",
        "io.debezium.time.NanoTime, 7512846509001, 02:05:12.846509001",
        "io.debezium.time.NanoTime, 1, 00:00:00.000000001",
        "io.debezium.time.Timestamp, 1795399512846, 2026-11-23T02:05:12.846",
        "io.debezium.time.Timestamp, -1, 1969-12-31T23:59:59.999",
        "io.debezium.time.MicroTimestamp, 1795399512846509, 2026-11-23T02:05:12.846509",
        "io.debezium.time.MicroTimestamp, 1795399512000000, 2026-11-23T02:05:12",
        "io.debezium.time.MicroTimestamp, 9223371331200000000, +294247-01-02T00:00:00",
        "io.debezium.time.MicroTimestamp, 9223372036854775807, infinity",
        "io.debezium.time.MicroTimestamp, -9223372036854775808, -infinity",
        "io.debezium.time.Timestamp, 9223372036825200000, infinity",
        "io.debezium.time.Timestamp, -9223372036832400000, -infinity",
        "io.debezium.time.Date, -622191234, infinity",
        "io.debezium.time.Date, 2146033979, infinity",
        "io.debezium.time.Date, -625821272, -infinity",
        "io.debezium.time.Date, -2147472691, -infinity",
        "io.debezium.time.NanoTimestamp, 1795399512846509001, 2026-11-23T02:05:12.846509001",
        "io.debezium.time.MicroDuration, 130500000001, PT36H15M0.000001S",
        "io.debezium.time.NanoDuration, -1000000000, PT-1S",
        "io.debezium.time.Year, 2026, 2026",
    })
    void numbersOfDebeziumsTimeTypesBecomeText(String type, long value, String expected) {
        assertEquals(expected, String.valueOf(PlainValues.of(named(Schema.Type.INT64, type), value)));
    }

    /** Debezium's {@code time.precision.mode=connect}. */
    @ParameterizedTest
    @CsvSource({
        "org.apache.kafka.connect.data.Timestamp, 9223372036825200, infinity",
        "org.apache.kafka.connect.data.Timestamp, 9223372036825200000, infinity",
        "org.apache.kafka.connect.data.Timestamp, -9223372036832400, -infinity",
        "org.apache.kafka.connect.data.Timestamp, -9223372036832400000, -infinity",
        "org.apache.kafka.connect.data.Timestamp, 1795399512846, 2026-11-23T02:05:12.846Z",
        "org.apache.kafka.connect.data.Date, 185417335785600000, infinity",
        "org.apache.kafka.connect.data.Date, 9223372036825200000, infinity",
        "org.apache.kafka.connect.data.Date, -9223372036832400000, -infinity",
        "org.apache.kafka.connect.data.Date, 1795392000000, 2026-11-23",
    })
    void datesOfConnectBecomeText(String type, long millis, String expected) {
        assertEquals(expected, PlainValues.of(named(Schema.Type.INT64, type), new Date(millis)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "io.debezium.time.ZonedTimestamp",
                "io.debezium.time.ZonedTime",
                "io.debezium.time.IsoTimestamp",
                "io.debezium.time.Interval",
                "io.debezium.data.Json",
                "io.debezium.data.Xml",
                "io.debezium.data.Uuid",
                "io.debezium.data.Enum",
                "io.debezium.data.Ltree",
                "io.debezium.data.TsVector",
                "some.type.of.tomorrow"
            })
    void typesThatAreTextStayAsTheyAre(String type) {
        assertEquals("{\"a\": 1}", PlainValues.of(named(Schema.Type.STRING, type), "{\"a\": 1}"));
    }

    @Test
    void connectsOwnTypes() {
        assertEquals("2026-11-23", PlainValues.of(org.apache.kafka.connect.data.Date.SCHEMA, new Date(20780 * 86_400_000L)));
        assertEquals("02:05:12.846", PlainValues.of(Time.SCHEMA, new Date(7512846)));
        assertEquals("2026-11-23T02:05:12.846Z", PlainValues.of(Timestamp.SCHEMA, new Date(1795399512846L)));
        assertEquals(new BigDecimal("12.50"), PlainValues.of(Decimal.schema(2), new BigDecimal("12.50")));
    }

    @Test
    void decimalOfVariableScale() {
        Struct value = new Struct(VARIABLE_SCALE_DECIMAL).put("scale", 3).put("value", new byte[] {-1, 0});
        assertEquals(new BigDecimal("-0.256"), PlainValues.of(VARIABLE_SCALE_DECIMAL, value));
        Struct buffer = new Struct(VARIABLE_SCALE_DECIMAL).put("scale", 0).put("value", ByteBuffer.wrap(new byte[] {7}));
        assertEquals(new BigDecimal("7"), PlainValues.of(VARIABLE_SCALE_DECIMAL, buffer));
    }

    @ParameterizedTest
    @CsvSource({"5, 10110", "11, 00000010110", "4097, 00010110", "2147483647, 00010110", ", 00010110"})
    void bitsAreWrittenLeftmostFirst(String length, String expected) {
        SchemaBuilder bits = SchemaBuilder.bytes().name("io.debezium.data.Bits");
        if (length != null) {
            bits.parameter("length", length);
        }
        assertEquals(expected, PlainValues.of(bits.build(), new byte[] {0b10110}));
        assertEquals(expected, PlainValues.of(bits.build(), ByteBuffer.wrap(new byte[] {0b10110})));
    }

    @Test
    void bitsThatAreAllZeroComeWithoutBytes() {
        Schema bits = SchemaBuilder.bytes().name("io.debezium.data.Bits").parameter("length", "3").build();
        assertEquals("000", PlainValues.of(bits, new byte[0]));
    }

    @Test
    void bitsOfSeveralBytesAreLittleEndian() {
        Schema bits = SchemaBuilder.bytes().name("io.debezium.data.Bits").parameter("length", "9").build();
        assertEquals("100000001", PlainValues.of(bits, new byte[] {1, 1}));
    }

    @Test
    void geometryIsPassedOn() {
        Struct point = new Struct(POINT).put("x", 1.5).put("y", -2.0).put("wkb", new byte[] {1, 2});
        Map<?, ?> plain = (Map<?, ?>) PlainValues.of(POINT, point);
        assertEquals(List.of("x", "y", "wkb", "srid"), new ArrayList<>(plain.keySet()));
        assertEquals(1.5, plain.get("x"));
        assertArrayEquals(new byte[] {1, 2}, (byte[]) plain.get("wkb"));
        assertNull(plain.get("srid"));
    }

    @Test
    void structKeepsTheOrderOfTheTable() {
        Schema schema = SchemaBuilder.struct()
                .field("zeta", Schema.INT32_SCHEMA)
                .field("alpha", Schema.INT32_SCHEMA)
                .build();
        Map<?, ?> plain = (Map<?, ?>) PlainValues.of(schema, new Struct(schema).put("zeta", 1).put("alpha", 2));
        assertEquals(List.of("zeta", "alpha"), new ArrayList<>(plain.keySet()));
    }

    @Test
    void nullStaysNullWhereTheColumnHasADefault() {
        Schema schema = SchemaBuilder.struct()
                .field("city", SchemaBuilder.string().optional().defaultValue("Bern").build())
                .build();
        Map<?, ?> plain = (Map<?, ?>) PlainValues.of(schema, new Struct(schema).put("city", null));
        assertTrue(plain.containsKey("city"));
        assertNull(plain.get("city"));
    }

    @Test
    void logicalTypesInsideArraysAndMaps() {
        Schema date = named(Schema.Type.INT32, "io.debezium.time.Date");
        assertEquals(
                Arrays.asList("1970-01-02", null),
                PlainValues.of(SchemaBuilder.array(date).build(), Arrays.asList(1, null)));
        assertEquals(
                Map.of("2", "1970-01-03"),
                PlainValues.of(SchemaBuilder.map(Schema.INT32_SCHEMA, date).build(), Map.of(2, 2)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"a\": [1, 2.50, \"x\"]}", "[]", "\"x\"", "null", " 12345678901234567890.10 ", "{\"a\":1,\"a\":2}"})
    void jsonColumnsAreFragmentsWhereWanted(String json) {
        Schema column = named(Schema.Type.STRING, "io.debezium.data.Json");
        assertEquals(new JsonFragment(json), PlainValues.withJson(column, json));
        assertEquals(
                Arrays.asList(new JsonFragment(json), null),
                PlainValues.withJson(SchemaBuilder.array(column).build(), Arrays.asList(json, null)));
        assertEquals(json, PlainValues.of(column, json));
        assertEquals(json, PlainValues.withJson(Schema.STRING_SCHEMA, json));
        assertEquals(json, PlainValues.withJson(null, json));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "{", "{\"a\":1}x", "1 2", "NaN", "'x'", "[1,]", "{a:1}", "\"\\x\"", "\"\n\"", "01"})
    void whatIsNoJsonStaysText(String text) {
        assertEquals(text, PlainValues.withJson(named(Schema.Type.STRING, "io.debezium.data.Json"), text));
    }

    @Test
    void keysOfAMapAreSortedAtEachLevel() {
        Map<String, Object> inner = new HashMap<>();
        Map<String, Object> outer = new HashMap<>();
        for (String name : List.of("q", "b", "zz", "a", "m")) {
            inner.put(name, 1L);
            outer.put(name, inner);
        }
        Map<?, ?> plain = (Map<?, ?>) PlainValues.of(null, outer);
        assertEquals(List.of("a", "b", "m", "q", "zz"), new ArrayList<>(plain.keySet()));
        assertEquals(List.of("a", "b", "m", "q", "zz"), new ArrayList<>(((Map<?, ?>) plain.get("q")).keySet()));
    }

    @Test
    void aMapWithStructsAsKeysBecomesPairs() {
        Schema key = SchemaBuilder.struct().field("k", Schema.INT32_SCHEMA).build();
        Object plain = PlainValues.of(
                SchemaBuilder.map(key, Schema.STRING_SCHEMA).build(), Map.of(new Struct(key).put("k", 1), "one"));
        assertEquals(List.of(Map.of("key", Map.of("k", 1), "value", "one")), plain);
    }

    @Test
    void bytesOfABufferAreReadWithoutMovingIt() {
        ByteBuffer buffer = ByteBuffer.wrap(new byte[] {9, 1, 2, 9}, 1, 2).slice();
        assertArrayEquals(new byte[] {1, 2}, (byte[]) PlainValues.of(Schema.BYTES_SCHEMA, buffer));
        assertArrayEquals(new byte[] {1, 2}, (byte[]) PlainValues.of(Schema.BYTES_SCHEMA, buffer));
    }

    @Test
    void unpairedSurrogatesAreReplaced() {
        assertEquals("a\uFFFDb", PlainValues.of(null, "a\uD800b"));
        assertEquals("\uFFFD\uD83D\uDE00\uFFFD", PlainValues.of(null, "\uDC00\uD83D\uDE00\uD83D"));
    }

    @Test
    void aValueThatDoesNotFitItsTypeIsNamedByTypeOnly() {
        DataException e = assertThrows(
                DataException.class,
                () -> PlainValues.of(named(Schema.Type.STRING, "io.debezium.time.Date"), "secret-value"));
        assertEquals("a value of class java.lang.String does not fit its type io.debezium.time.Date", e.getMessage());
        assertNull(e.getCause());
    }

    @Test
    void anUnknownClassIsNamedWithoutItsValue() {
        DataException e = assertThrows(DataException.class, () -> PlainValues.of(null, new StringBuilder("secret-value")));
        assertFalse(e.getMessage().contains("secret-value"));
        assertTrue(e.getMessage().contains("java.lang.StringBuilder"));
    }

    @Test
    void aBottomlessValueIsRefused() {
        Object value = List.of();
        for (int i = 0; i < 20_000; i++) {
            value = List.of(value);
        }
        Object bottomless = value;
        assertThrows(DataException.class, () -> PlainValues.of(null, bottomless));
    }
}
