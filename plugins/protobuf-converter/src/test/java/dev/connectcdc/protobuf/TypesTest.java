package dev.connectcdc.protobuf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.apache.kafka.connect.data.Date;
import org.apache.kafka.connect.data.Decimal;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaAndValue;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.data.Time;
import org.apache.kafka.connect.data.Timestamp;
import org.apache.kafka.connect.errors.DataException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every type, there and back: the same schema and the same value. */
class TypesTest {

    private final FakeRegistry registry = new FakeRegistry();

    private final ProtobufConverter converter = registry.converter(false);

    @AfterEach
    void close() {
        registry.close();
    }

    private static final Schema POINT = SchemaBuilder.struct()
            .name("geo.Point")
            .version(2)
            .doc("A point")
            .parameter("srid", "4326")
            .field("x", Schema.FLOAT64_SCHEMA)
            .field("y", Schema.OPTIONAL_FLOAT64_SCHEMA)
            .build();

    private static Struct point(double x, Double y) {
        return new Struct(POINT).put("x", x).put("y", y);
    }

    private static java.util.Date at(String instant) {
        return java.util.Date.from(Instant.parse(instant));
    }

    static Stream<Arguments> values() {
        Schema optionalPoint = copy(POINT).optional().build();
        Schema tiny = Schema.OPTIONAL_INT8_SCHEMA;
        Map<Object, Object> byStruct = new LinkedHashMap<>();
        byStruct.put(point(1, null), "a");
        byStruct.put(point(0, 0.0), null);
        Map<Object, Object> withNulls = new LinkedHashMap<>();
        withNulls.put("a", null);
        withNulls.put("", (byte) 0);
        return Stream.of(
                Arguments.of(Schema.INT8_SCHEMA, List.of(Byte.MIN_VALUE, (byte) 0, Byte.MAX_VALUE)),
                Arguments.of(Schema.INT16_SCHEMA, List.of(Short.MIN_VALUE, (short) 0, Short.MAX_VALUE)),
                Arguments.of(Schema.INT32_SCHEMA, List.of(Integer.MIN_VALUE, 0, 1, Integer.MAX_VALUE)),
                Arguments.of(Schema.INT64_SCHEMA, List.of(Long.MIN_VALUE, 0L, 300L, Long.MAX_VALUE)),
                Arguments.of(
                        Schema.FLOAT32_SCHEMA,
                        List.of(0f, -0f, Float.MIN_VALUE, Float.MAX_VALUE, Float.NaN, Float.NEGATIVE_INFINITY)),
                Arguments.of(
                        Schema.FLOAT64_SCHEMA,
                        List.of(0d, -0d, Double.MIN_VALUE, 1.1, Double.MAX_VALUE, Double.NaN, Double.POSITIVE_INFINITY)),
                Arguments.of(Schema.BOOLEAN_SCHEMA, List.of(true, false)),
                Arguments.of(Schema.STRING_SCHEMA, List.of("", "a", "Grüße \uD83D\uDE00\u0000", "x".repeat(100_000))),
                Arguments.of(Schema.BYTES_SCHEMA, List.of(new byte[0], new byte[] {0, -1, 127})),
                Arguments.of(
                        Decimal.schema(2),
                        List.of(new BigDecimal("0.00"), new BigDecimal("-0.01"), new BigDecimal("12345678901234567890.99"))),
                Arguments.of(
                        Decimal.builder(0).parameter("connect.decimal.precision", "38").build(),
                        List.of(new BigDecimal("1".repeat(38)))),
                Arguments.of(Decimal.schema(-2), List.of(new BigDecimal("1E+2"))),
                Arguments.of(
                        Date.SCHEMA,
                        List.of(at("1970-01-01T00:00:00Z"), at("0001-01-01T00:00:00Z"), at("9999-12-31T00:00:00Z"))),
                Arguments.of(Time.SCHEMA, List.of(new java.util.Date(0), new java.util.Date(86_399_999), new java.util.Date(86_400_000))),
                Arguments.of(
                        Timestamp.SCHEMA,
                        List.of(at("1970-01-01T00:00:00Z"), at("1969-12-31T23:59:59.999Z"), at("2026-11-26T11:22:33.456Z"))),
                Arguments.of(
                        SchemaBuilder.int64().name("io.debezium.time.MicroTimestamp").version(1).build(),
                        List.of(1L, 9223372036825200000L)),
                Arguments.of(
                        SchemaBuilder.string()
                                .name("io.debezium.data.Enum")
                                .version(1)
                                .parameter("allowed", "a,\"b\"\n")
                                .doc("line 1\nline 2 \u2028")
                                .build(),
                        List.of("a")),
                Arguments.of(POINT, List.of(point(0, null), point(1.5, 0.0))),
                Arguments.of(SchemaBuilder.struct().build(), List.of(new Struct(SchemaBuilder.struct().build()))),
                Arguments.of(
                        SchemaBuilder.array(Schema.STRING_SCHEMA).build(), List.of(List.of(), List.of("", "b"))),
                Arguments.of(
                        SchemaBuilder.array(Schema.OPTIONAL_INT16_SCHEMA).name("named").version(3).build(),
                        List.of(Arrays.asList(null, (short) 0, (short) 7))),
                Arguments.of(
                        SchemaBuilder.array(SchemaBuilder.array(Schema.INT32_SCHEMA).build()).build(),
                        List.of(List.of(List.of(), List.of(1, 2)))),
                Arguments.of(
                        SchemaBuilder.array(SchemaBuilder.array(tiny).optional().build()).build(),
                        List.of(Arrays.asList(null, List.of(), Arrays.asList((byte) 1, null)))),
                Arguments.of(
                        SchemaBuilder.array(optionalPoint).build(),
                        List.of(Arrays.asList(null, new Struct(optionalPoint).put("x", 1.0)))),
                Arguments.of(
                        SchemaBuilder.array(Decimal.builder(3).optional().build()).build(),
                        List.of(Arrays.asList(null, new BigDecimal("1.000")))),
                Arguments.of(
                        SchemaBuilder.array(Date.SCHEMA).build(), List.of(List.of(at("2026-11-26T00:00:00Z")))),
                Arguments.of(
                        SchemaBuilder.map(Schema.STRING_SCHEMA, Schema.INT32_SCHEMA).build(),
                        List.of(Map.of(), Map.of("", 0, "b", 2))),
                Arguments.of(SchemaBuilder.map(Schema.STRING_SCHEMA, tiny).build(), List.of(withNulls)),
                Arguments.of(
                        SchemaBuilder.map(Schema.OPTIONAL_STRING_SCHEMA, Schema.STRING_SCHEMA).build(),
                        List.of(Collections.singletonMap(null, "null"))),
                Arguments.of(
                        SchemaBuilder.map(Schema.INT8_SCHEMA, SchemaBuilder.map(Schema.BOOLEAN_SCHEMA, POINT).build())
                                .build(),
                        List.of(Map.of((byte) 1, Map.of(true, point(1, 2.0))))),
                Arguments.of(SchemaBuilder.map(POINT, Schema.OPTIONAL_STRING_SCHEMA).build(), List.of(byStruct)),
                Arguments.of(
                        SchemaBuilder.map(Schema.FLOAT64_SCHEMA, SchemaBuilder.array(POINT).optional().build()).build(),
                        List.of(Map.of(1.5, List.of(point(0, null))))));
    }

    private static SchemaBuilder copy(Schema struct) {
        SchemaBuilder copy = SchemaBuilder.struct()
                .name(struct.name())
                .version(struct.version())
                .doc(struct.doc())
                .parameters(struct.parameters());
        struct.fields().forEach(field -> copy.field(field.name(), field.schema()));
        return copy;
    }

    private static Schema optional(Schema schema) {
        SchemaBuilder copy = switch (schema.type()) {
            case STRUCT -> SchemaBuilder.struct();
            case ARRAY -> SchemaBuilder.array(schema.valueSchema());
            case MAP -> SchemaBuilder.map(schema.keySchema(), schema.valueSchema());
            default -> new SchemaBuilder(schema.type());
        };
        copy.name(schema.name()).version(schema.version()).doc(schema.doc());
        if (schema.parameters() != null) {
            copy.parameters(schema.parameters());
        }
        if (schema.type() == Schema.Type.STRUCT) {
            schema.fields().forEach(field -> copy.field(field.name(), field.schema()));
        }
        return copy.optional().build();
    }

    @ParameterizedTest
    @MethodSource("values")
    void asRecord(Schema schema, List<Object> values) {
        for (Object value : values) {
            assertBack(schema, value);
        }
    }

    @ParameterizedTest
    @MethodSource("values")
    void asFieldRequiredAndOptional(Schema schema, List<Object> values) {
        Schema optional = optional(schema);
        Schema row = SchemaBuilder.struct().field("required", schema).field("optional", optional).build();
        for (Object value : values) {
            assertBack(row, new Struct(row).put("required", value));
            Object other = value instanceof Struct struct ? moved(struct, optional) : value;
            assertBack(row, new Struct(row).put("required", value).put("optional", other));
        }
    }

    private static Struct moved(Struct struct, Schema schema) {
        Struct moved = new Struct(schema);
        schema.fields().forEach(field -> moved.put(field, struct.get(field.name())));
        return moved;
    }

    @ParameterizedTest
    @MethodSource("values")
    void asElement(Schema schema, List<Object> values) {
        assertBack(SchemaBuilder.array(schema).build(), values);
        Schema map = SchemaBuilder.map(Schema.INT32_SCHEMA, schema).optional().build();
        assertBack(map, Map.of(1, values.get(0)));
    }

    private void assertBack(Schema schema, Object value) {
        SchemaAndValue back = converter.toConnectData("topic", converter.fromConnectData("topic", schema, value));
        assertEquals(schema, back.schema(), () -> registry.versions("topic-value").toString());
        assertTrue(
                Objects.deepEquals(comparable(value), comparable(back.value())),
                () -> value + " came back as " + back.value());
    }

    private static Object comparable(Object value) {
        if (value instanceof byte[] bytes) {
            return ByteBuffer.wrap(bytes);
        }
        if (value instanceof Map<?, ?> map) {
            Map<Object, Object> copy = new HashMap<>();
            map.forEach((key, item) -> copy.put(comparable(key), comparable(item)));
            return copy;
        }
        return value instanceof List<?> list ? list.stream().map(TypesTest::comparable).toList() : value;
    }

    @Test
    void bytesMayBeABuffer() {
        byte[] written = converter.fromConnectData("topic", Schema.BYTES_SCHEMA, ByteBuffer.wrap(new byte[] {1, 2, 3}, 1, 2));
        assertEquals(
                ByteBuffer.wrap(new byte[] {2, 3}),
                ByteBuffer.wrap((byte[]) converter.toConnectData("topic", written).value()));
    }

    @Test
    void nullsStayNullBesideDefaults() {
        Schema withDefaults = SchemaBuilder.struct()
                .field("text", SchemaBuilder.string().optional().defaultValue("d").build())
                .field("tiny", SchemaBuilder.int8().optional().defaultValue((byte) 7).build())
                .field("big", SchemaBuilder.int64().optional().defaultValue(7L).build())
                .field("real", SchemaBuilder.float64().optional().defaultValue(Double.NaN).build())
                .field("small", SchemaBuilder.float32().optional().defaultValue(0.1f).build())
                .field("truth", SchemaBuilder.bool().optional().defaultValue(true).build())
                .field("number", Decimal.builder(1).optional().defaultValue(new BigDecimal("1.5")).build())
                .field("day", Date.builder().optional().defaultValue(new java.util.Date(0)).build())
                .build();
        Struct back = (Struct) back(withDefaults, new Struct(withDefaults)).value();
        withDefaults.fields().forEach(field -> assertNull(back.getWithoutDefault(field.name()), field.name()));
        assertEquals(withDefaults, back.schema());
    }

    @Test
    void aRequiredFieldWithoutValueTakesItsDefault() {
        Schema schema = SchemaBuilder.struct()
                .field("n", SchemaBuilder.int32().defaultValue(5).build())
                .field("bytes", SchemaBuilder.bytes().defaultValue(new byte[] {1}).build())
                .build();
        Struct back = (Struct) back(schema, new Struct(schema)).value();
        assertEquals(5, back.getWithoutDefault("n"));
    }

    @Test
    void aRequiredFieldThatIsNullIsAnError() {
        Schema schema = SchemaBuilder.struct().name("a.Row").field("n", Schema.INT32_SCHEMA).build();
        DataException error =
                assertThrows(DataException.class, () -> converter.fromConnectData("topic", schema, new Struct(schema)));
        assertTrue(error.getMessage().startsWith("field \"n\" of a.Row is null"), error.getMessage());
        Schema list = SchemaBuilder.array(Schema.INT32_SCHEMA).build();
        error = assertThrows(
                DataException.class, () -> converter.fromConnectData("t2", list, Collections.singletonList(null)));
        assertTrue(error.getMessage().contains("null element"), error.getMessage());
    }

    @Test
    void nullIsATombstone() {
        assertNull(converter.fromConnectData("topic", POINT, null));
        assertNull(converter.fromConnectData("topic", null, null));
        assertEquals(SchemaAndValue.NULL, converter.toConnectData("topic", null));
        assertEquals(List.of(), registry.requests);
    }

    @Test
    void aValueWithoutSchemaIsRefusedWithARemedy() {
        DataException error =
                assertThrows(DataException.class, () -> converter.fromConnectData("topic", null, Map.of("a", 1)));
        assertTrue(error.getMessage().contains("has no schema") && error.getMessage().contains("schemas.enable=true"));
    }

    @Test
    void aValueThatDoesNotFitItsSchemaIsAnErrorThatNamesTheSchema() {
        DataException error =
                assertThrows(DataException.class, () -> converter.fromConnectData("topic", Schema.INT32_SCHEMA, "text"));
        assertTrue(error.getMessage().contains("java.lang.String"), error.getMessage());
    }

    private SchemaAndValue back(Schema schema, Object value) {
        return converter.toConnectData("topic", converter.fromConnectData("topic", schema, value));
    }
}
