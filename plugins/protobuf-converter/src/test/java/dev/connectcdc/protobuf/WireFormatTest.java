package dev.connectcdc.protobuf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigDecimal;
import java.util.Arrays;
import java.util.Date;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.apache.kafka.connect.data.Decimal;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.data.Timestamp;
import org.apache.kafka.connect.errors.DataException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Bytes: the frame is that of Confluent's documentation ("Wire format", with its example of message indexes), the messages are
 * those of Protobuf's guide ("Encoding").
 */
class WireFormatTest {

    private final FakeRegistry registry = new FakeRegistry();

    private final ProtobufConverter converter = registry.converter(false);

    @AfterEach
    void close() {
        registry.close();
    }

    private static byte[] bytes(String hex) {
        return HexFormat.of().parseHex(hex.replace(" ", ""));
    }

    private String written(Schema schema, Object value) {
        return HexFormat.of().withDelimiter(" ").formatHex(converter.fromConnectData("topic", schema, value));
    }

    @Test
    void aRecordIsMagicByteIdPathAndMessage() {
        Schema schema = SchemaBuilder.struct()
                .field("a", Schema.INT32_SCHEMA)
                .field("b", Schema.STRING_SCHEMA)
                .field("c", SchemaBuilder.struct().field("a", Schema.INT64_SCHEMA).build())
                .field("d", SchemaBuilder.array(Schema.FLOAT32_SCHEMA).build())
                .field("e", Schema.OPTIONAL_BOOLEAN_SCHEMA)
                .build();
        Struct inner = new Struct(schema.field("c").schema()).put("a", -2L);
        Struct value = new Struct(schema).put("a", 150).put("b", "testing").put("c", inner).put("d", List.of(1f, -2f));
        assertEquals(
                "00 00 00 00 01 00 "
                        + "08 96 01 "
                        + "12 07 74 65 73 74 69 6e 67 "
                        + "1a 0b 08 fe ff ff ff ff ff ff ff ff 01 "
                        + "25 00 00 80 3f 25 00 00 00 c0",
                written(schema, value));
    }

    @Test
    void aLongMessageHasALongLength() {
        Schema inner = SchemaBuilder.struct().field("text", Schema.STRING_SCHEMA).build();
        Schema schema = SchemaBuilder.struct().field("inner", inner).build();
        for (int length : new int[] {124, 125, 126, 127, 128, 16_379, 16_380, 16_381, 16_382, 70_000}) {
            Struct value = new Struct(schema).put("inner", new Struct(inner).put("text", "x".repeat(length)));
            assertEquals(
                    value,
                    converter.toConnectData("topic", converter.fromConnectData("topic", schema, value)).value());
        }
    }

    @Test
    void decimalsAreLaidOutLikeConfluents() {
        assertEquals("00 00 00 00 01 00 0a 06 0a 02 ff 38 18 02", written(Decimal.schema(2), new BigDecimal("-2.00")));
    }

    @Test
    void aTimestampIsGooglesOwn() {
        assertEquals(
                "00 00 00 00 01 00 0a 08 08 01 10 80 ca b5 ee 01", written(Timestamp.SCHEMA, new Date(1500)));
    }

    @Test
    void aNullElementIsAnEmptyMessage() {
        Schema schema = SchemaBuilder.array(Schema.OPTIONAL_INT32_SCHEMA).build();
        assertEquals("00 00 00 00 01 00 0a 00 0a 02 08 00", written(schema, Arrays.asList(null, 0)));
    }

    @Test
    void thePathLeadsToNestedAndLaterMessages() {
        int id = registry.add(
                "topic-value",
                """
                syntax = "proto3";
                package test.package;
                message MessageA {
                    message Message_B {
                        message Message_C { string c = 1; }
                    }
                    message Message_D { string d = 1; }
                }
                message MessageE {
                    message Message_F { string f = 1; }
                    message Message_G { string g = 1; }
                }
                """);
        String frame = "00 0000000" + id;
        Struct g = read(frame + "04 02 02" + "0a 01 67");
        assertEquals("test.package.MessageE.Message_G", g.schema().name());
        assertEquals("g", g.get("g"));
        assertEquals("c", read(frame + "06 00 00 00" + "0a 01 63").get("c"));
        assertEquals("test.package.MessageA", read(frame + "00").schema().name());
        assertEquals("test.package.MessageE", read(frame + "02 02").schema().name());
        assertError("no message at [7]", frame + "02 0e");
    }

    private Struct read(String hex) {
        return (Struct) converter.toConnectData("topic", bytes(hex)).value();
    }

    @Test
    void whatIsNoRecordOfARegistryIsAnError() {
        registry.add("topic-value", "syntax = \"proto3\"; message A { string a = 1; }");
        assertError("does not begin with a zero byte", "7b 22 61 22 3a 31 7d");
        assertError("does not begin with a zero byte and an id", "00 00 00");
        assertError("ends too early", "00 00 00 00 01");
        assertError("ends too early", "00 00 00 00 01 08 00");
        assertError("ends too early", "00 00 00 00 01 00 0a 05 61");
        assertError("schema id 9, which the schema registry at ", "00 00 00 00 09 00");
    }

    private void assertError(String part, String hex) {
        DataException error =
                assertThrows(DataException.class, () -> converter.toConnectData("topic", bytes(hex)));
        assertTrue(error.getMessage().contains(part), error.getMessage());
    }

    @Test
    void theSchemaOfSomebodyElseIsRead() {
        int date = registry.add("date", "syntax = \"proto3\"; package own; message Day { int32 n = 1; }");
        assertEquals(1, date);
        int id = registry.add(
                "topic-value",
                """
                syntax = "proto3";
                package shop;
                import "google/protobuf/timestamp.proto";
                import "confluent/meta.proto";
                import "confluent/type/decimal.proto";
                import "own/day.proto";
                message Order {
                    int32 order_id = 1;
                    optional string note = 2 [json_name = "other"];
                    Status status = 3;
                    repeated sint32 numbers = 4;
                    map<string, fixed64> counts = 5;
                    oneof choice { string text = 6; uint32 number = 7; }
                    int32 tiny = 8 [(confluent.field_meta) = { params: [{ key: "connect.type", value: "int8" }] }];
                    confluent.type.Decimal price = 9 [(confluent.field_meta) = { params: [
                        { key: "precision", value: "8" }, { key: "scale", value: "2" }] }];
                    google.protobuf.Timestamp at = 10;
                    own.Day day = 11;
                    enum Status { NEW = 0; SENT = 1; }
                }
                """);
        registry.refer(id, "own/day.proto", "date", 1);
        Struct order = read("00 00000002 00"
                + "08 05"
                + "18 01"
                + "22 02 01 02"
                + "2a 0c 0a 01 61 11 07 00 00 00 00 00 00 00"
                + "38 ff ff ff ff 0f"
                + "40 fe ff ff ff ff ff ff ff ff 01"
                + "4a 05 0a 01 7b 18 02"
                + "52 02 08 01"
                + "5a 02 08 09");
        assertEquals(5, order.get("order_id"));
        assertEquals(null, order.get("note"));
        assertEquals("SENT", order.get("status"));
        assertEquals(List.of(-1, 1), order.get("numbers"));
        assertEquals(Map.of("a", 7L), order.get("counts"));
        assertEquals(null, order.get("text"));
        assertEquals(4294967295L, order.get("number"));
        assertEquals((byte) -2, order.get("tiny"));
        assertEquals(new BigDecimal("1.23"), order.get("price"));
        assertEquals(new Date(1000), order.get("at"));
        assertEquals(9, order.getStruct("day").get("n"));
        Struct empty = read("00 00000002 00");
        assertEquals(0, empty.get("order_id"));
        assertEquals("NEW", empty.get("status"));
        assertEquals(List.of(), empty.get("numbers"));
        assertEquals(null, empty.get("day"));
    }

    @Test
    void aSchemaThatConnectCannotHoldIsAnError() {
        registry.add("topic-value", "syntax = \"proto3\"; message Tree { Tree left = 1; }");
        registry.add("topic-value", "syntax = \"proto3\"; import \"a/b.proto\"; message A { int32 a = 1; }");
        registry.add("topic-value", "syntax = \"proto3\"; message A { Unknown a = 1; }");
        registry.add("topic-value", "{\"type\": \"string\"}");
        assertError("message Tree contains itself", "00 00000001 00");
        assertError("imports \"a/b.proto\", which is not among its references", "00 00000002 00");
        assertError("not valid", "00 00000003 00");
        assertError("not valid", "00 00000004 00");
    }
}
