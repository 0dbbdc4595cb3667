package dev.connectcdc.avro;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.apicurio.registry.serde.avro.NonRecordContainer;
import io.apicurio.registry.utils.converter.ConnectUnion;
import io.apicurio.registry.utils.converter.avro.AvroData;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.kafka.connect.data.Decimal;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.errors.DataException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The bytes are those that Avro writes of AvroData's copy of a value. */
class ValueWritersTest {

    private static final AvroData MAPPING = new AvroData(1000);

    private static byte[] written(Schema schema, Object value) {
        return bytes(ValueWriters.of(schema, MAPPING.fromConnectSchema(schema), "the record"), value);
    }

    private static byte[] writtenOfACopy(Schema schema, Object value) {
        Object copy = MAPPING.fromConnectData(schema, value);
        GenericDatumWriter<Object> datums = new GenericDatumWriter<>(MAPPING.fromConnectSchema(schema));
        return bytes(datums::write, copy instanceof NonRecordContainer<?> plain ? plain.getValue() : copy);
    }

    private static byte[] bytes(ValueWriter writer, Object value) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(bytes, null);
        try {
            writer.write(value, encoder);
            encoder.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static SchemaBuilder semantic(SchemaBuilder schema, String name) {
        return schema.name("io.debezium." + name).version(1);
    }

    private static final Schema POINT = semantic(SchemaBuilder.struct(), "data.geometry.Point")
            .field("x", Schema.FLOAT64_SCHEMA)
            .field("y", Schema.FLOAT64_SCHEMA)
            .field("wkb", Schema.OPTIONAL_BYTES_SCHEMA)
            .field("srid", Schema.OPTIONAL_INT32_SCHEMA)
            .optional()
            .build();

    private static final Schema ROW = SchemaBuilder.struct()
            .name("localhost.cdc.all_types.Value")
            .field("id", SchemaBuilder.int64().defaultValue(0L).build())
            .field("state", SchemaBuilder.string().optional().defaultValue("new").build())
            .field("price", Decimal.builder(2).optional().defaultValue(new BigDecimal("1.00")).build())
            .field("day", semantic(SchemaBuilder.int32(), "time.Date").optional().build())
            .field("time", semantic(SchemaBuilder.int64(), "time.MicroTime").optional().build())
            .field("at", semantic(SchemaBuilder.int64(), "time.MicroTimestamp").optional().defaultValue(0L).build())
            .field("zoned", semantic(SchemaBuilder.string(), "time.ZonedTimestamp").optional().build())
            .field("json", semantic(SchemaBuilder.string(), "data.Json").optional().build())
            .field("kind", semantic(SchemaBuilder.string(), "data.Enum").parameter("allowed", "a,b").optional().build())
            .field("bits", semantic(SchemaBuilder.bytes(), "data.Bits").parameter("length", "9").optional().build())
            .field("number", semantic(SchemaBuilder.struct(), "data.VariableScaleDecimal")
                    .field("scale", Schema.INT32_SCHEMA)
                    .field("value", Schema.BYTES_SCHEMA)
                    .optional()
                    .build())
            .field("point", POINT)
            .field("tags", SchemaBuilder.map(Schema.STRING_SCHEMA, Schema.OPTIONAL_STRING_SCHEMA).optional().build())
            .optional()
            .build();

    private static final Schema EVENT = SchemaBuilder.struct()
            .name("localhost.cdc.all_types.Envelope")
            .version(2)
            .field("before", ROW)
            .field("after", ROW)
            .field("op", Schema.STRING_SCHEMA)
            .field("rows", SchemaBuilder.array(ROW).optional().build())
            .build();

    private static Struct row() {
        return new Struct(ROW)
                .put("id", -5L)
                .put("state", "Grüße \uD83D\uDE00")
                .put("price", new BigDecimal("-12.50"))
                .put("day", 20_783)
                .put("time", 86_399_999_999L)
                .put("at", 1_795_399_512_846_509L)
                .put("zoned", "2026-11-23T02:05:12.846509Z")
                .put("json", "{\"a\": [1, null]}")
                .put("kind", "b")
                .put("bits", new byte[] {1, 1})
                .put("number", new Struct(ROW.field("number").schema()).put("scale", 3).put("value", new byte[] {-1}))
                .put("point", new Struct(POINT).put("x", 1.5).put("y", -0.0).put("wkb", ByteBuffer.wrap(new byte[] {1, 2})))
                // More than one bucket of a hash map
                .put("tags", IntStream.range(0, 40).boxed().collect(
                        LinkedHashMap::new, (map, i) -> map.put("tag" + (99 - i), i % 3 == 0 ? null : "x" + i), Map::putAll));
    }

    static Stream<Arguments> events() {
        Struct sparse = new Struct(ROW).put("id", 1L).put("state", "").put("price", BigDecimal.ZERO.setScale(2)).put("at", 1L);
        return Stream.of(
                Arguments.of(EVENT, new Struct(EVENT).put("op", "c").put("after", row())),
                Arguments.of(EVENT, new Struct(EVENT).put("op", "u").put("before", sparse).put("after", row())),
                Arguments.of(EVENT, new Struct(EVENT).put("op", "d").put("before", sparse)),
                Arguments.of(EVENT, new Struct(EVENT).put("op", "r").put("rows", Arrays.asList(row(), null, sparse))),
                Arguments.of(ROW, sparse));
    }

    static Stream<Arguments> unions() {
        Schema text = SchemaBuilder.struct().name("a.Text").field("text", Schema.OPTIONAL_STRING_SCHEMA).optional().build();
        Stream<SchemaBuilder> builders = Stream.of(
                SchemaBuilder.struct().name(AvroData.AVRO_TYPE_UNION),
                SchemaBuilder.struct().name(AvroData.AVRO_TYPE_UNION).optional(),
                ConnectUnion.builder("any").name("a.Any"));
        return builders.flatMap(builder -> {
            Schema union = builder.field("int", Schema.OPTIONAL_INT16_SCHEMA)
                    .field("decimal", Decimal.builder(1).optional().build())
                    .field("Text", text)
                    .field("array", SchemaBuilder.array(Schema.OPTIONAL_STRING_SCHEMA).optional().build())
                    .build();
            List<Struct> values = new ArrayList<>(List.of(
                    new Struct(union).put("int", (short) 7),
                    new Struct(union).put("decimal", new BigDecimal("0.1")),
                    new Struct(union).put("Text", new Struct(text).put("text", "a")),
                    new Struct(union).put("array", Arrays.asList("a", null))));
            if (union.isOptional()) values.addAll(Arrays.asList(new Struct(union), null));
            Schema list = SchemaBuilder.array(union).build();
            Schema event = SchemaBuilder.struct().name("a.Event").field("one", union).field("all", list).build();
            Struct value = new Struct(event).put("one", values.get(2)).put("all", values);
            return Stream.of(Arguments.of(list, values), Arguments.of(event, value));
        });
    }

    /** Two structs of one name: AvroData writes both as the record of the first one. */
    static Stream<Arguments> structsOfOneName() {
        Schema shorter = SchemaBuilder.struct().name("a.Row").optional().field("id", Schema.INT32_SCHEMA).build();
        Schema longer = SchemaBuilder.struct()
                .name("a.Row")
                .optional()
                .field("id", Schema.INT32_SCHEMA)
                .field("state", Schema.OPTIONAL_STRING_SCHEMA)
                .build();
        Schema event = SchemaBuilder.struct().name("a.Event").field("before", longer).field("after", shorter).build();
        Struct before = new Struct(longer).put("id", 1).put("state", "a");
        Struct after = new Struct(shorter).put("id", 2);
        return Stream.of(Arguments.of(event, new Struct(event).put("before", before).put("after", after)));
    }

    static Stream<Arguments> recursive() {
        org.apache.avro.Schema avro = new org.apache.avro.Schema.Parser().parse("""
                {"type":"record","name":"Node","namespace":"a","fields":[
                    {"name":"id","type":"int"},{"name":"next","type":["null","Node"],"default":null}]}""");
        Schema node = MAPPING.toConnectSchema(avro);
        Schema inner = node.field("next").schema();
        Struct last = new Struct(inner).put("id", 3);
        Struct middle = new Struct(inner).put("id", 2).put("next", last);
        return Stream.of(Arguments.of(node, new Struct(node).put("id", 1).put("next", middle)));
    }

    static Stream<Arguments> fixed() {
        Schema fixed = SchemaBuilder.bytes().name("a.Four").parameter("connect.fixed.size", "4").optional().build();
        Schema event = SchemaBuilder.struct().name("a.Event").field("bytes", fixed).build();
        Struct value = new Struct(event).put("bytes", new byte[] {1, 2, 3, 4});
        return Stream.of(Arguments.of(event, value), Arguments.of(event, new Struct(event)));
    }

    @ParameterizedTest
    @MethodSource({"events", "unions", "structsOfOneName", "recursive", "fixed"})
    void writesTheBytesOfTheCopy(Schema schema, Object value) {
        assertArrayEquals(writtenOfACopy(schema, value), written(schema, value));
    }

    @Test
    void writesTheBytesOfTheCopyOfAnyValue() {
        // A fixed seed: a failure comes again
        RandomData data = new RandomData(new Random(1));
        for (int i = 0; i < 1000; i++) {
            Schema schema = data.schema(4);
            Object value = data.value(schema, true);
            int number = i;
            assertArrayEquals(writtenOfACopy(schema, value), written(schema, value), () -> "value " + number + ": " + value);
        }
    }

    @Test
    void namesTheFieldThatIsNullAndMustNotBe() {
        Schema list = SchemaBuilder.array(Schema.INT32_SCHEMA).build();
        Schema event = SchemaBuilder.struct().name("a.Event").field("id", Schema.INT32_SCHEMA).field("list", list).build();
        var missing = assertThrows(DataException.class, () -> written(event, new Struct(event)));
        assertEquals(
                "field \"id\" of a.Event is null, but its schema is not optional. Make the schema optional.",
                missing.getMessage());
        List<Integer> changed = new ArrayList<>();
        Struct value = new Struct(event).put("id", 1).put("list", changed);
        changed.add(null);
        var element = assertThrows(DataException.class, () -> written(event, value));
        assertEquals(
                "an element of field \"list\" of a.Event is null, but its schema is not optional. Make the schema optional.",
                element.getMessage());
    }

    @Test
    void writesTheDefaultOfAFieldThatIsNotOptionalAndHasNoValue() {
        Schema event = SchemaBuilder.struct().field("id", SchemaBuilder.int32().defaultValue(7).build()).build();
        assertArrayEquals(new byte[] {14}, written(event, new Struct(event)));
    }

    @Test
    void refusesAStructOfAnotherSchema() {
        assertThrows(DataException.class, () -> written(ROW, new Struct(POINT)));
    }

    @Test
    void refusesBytesOfAnotherLengthThanTheSchemaHas() {
        Schema fixed = SchemaBuilder.bytes().name("a.Four").parameter("connect.fixed.size", "4").build();
        var error = assertThrows(DataException.class, () -> written(fixed, new byte[5]));
        assertEquals("the record has 5 bytes, but its schema has 4", error.getMessage());
    }

    @Test
    void refusesTwoStructsOfOneNameThatDoNotFitOneRecord() {
        Schema longer = SchemaBuilder.struct().name("a.Row").field("id", Schema.INT32_SCHEMA).optional().build();
        Schema shorter = SchemaBuilder.struct().name("a.Row").optional().build();
        for (List<Schema> pair : List.of(List.of(longer, shorter), List.of(shorter, longer))) {
            Schema event = SchemaBuilder.struct().name("a.Event").field("a", pair.get(0)).field("b", pair.get(1)).build();
            var error = assertThrows(DataException.class, () -> written(event, new Struct(event)));
            assertEquals(
                    "two structs have the name a.Row, and only one has field \"id\". Set another name for one of them.",
                    error.getMessage());
        }
    }
}
