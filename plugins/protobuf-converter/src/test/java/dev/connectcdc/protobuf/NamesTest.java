package dev.connectcdc.protobuf;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.protobuf.Descriptors.FieldDescriptor;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.apache.kafka.connect.data.Struct;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Names that Protobuf does not allow, or not beside each other. */
class NamesTest {

    private final FakeRegistry registry = new FakeRegistry();

    private final ProtobufConverter converter = registry.converter(false);

    @AfterEach
    void close() {
        registry.close();
    }

    static Stream<Arguments> columns() {
        return Stream.of(
                Arguments.of("id", "id"),
                Arguments.of("customer_id", "customer_id"),
                Arguments.of("customerId", "customerId"),
                Arguments.of("with blank", "with_blank"),
                Arguments.of("Größe", "Grosse,Gro_e"),
                Arguments.of("1st", "_1st"),
                Arguments.of("__deleted", "__deleted"),
                Arguments.of("message", "message"),
                Arguments.of("optional", "optional"),
                Arguments.of("reserved", "reserved"),
                Arguments.of("repeated", "repeated"),
                Arguments.of("string", "string"),
                Arguments.of("map", "map"),
                Arguments.of("oneof", "oneof"),
                Arguments.of("option", "option"),
                Arguments.of("extensions", "extensions"),
                Arguments.of("group", "group"),
                Arguments.of("rpc", "rpc"),
                Arguments.of("a\"b\\c", "a_b_c"),
                Arguments.of("line\nbreak", "line_break"),
                Arguments.of("[bracket]", "_bracket_"),
                Arguments.of("цена", "____"));
    }

    @ParameterizedTest
    @MethodSource("columns")
    void theRealNameComesBack(String column, String names) {
        Schema row = SchemaBuilder.struct().field(column, Schema.STRING_SCHEMA).build();
        Schema schema = SchemaBuilder.struct().name("a.b.Envelope").field("after", row).field(column, row).build();
        Struct value = new Struct(schema)
                .put("after", new Struct(row).put(column, "v"))
                .put(column, new Struct(row).put(column, "w"));
        Struct back = (Struct) converter
                .toConnectData("topic", converter.fromConnectData("topic", schema, value))
                .value();
        assertEquals(value, back);
        assertEquals(schema, back.schema());
        String name = ProtoSchema.parse(registry.versions("topic-value").get(0)).root().fields().get(1).name();
        assertEquals(true, Arrays.asList(names.split(",")).contains(name), name);
    }

    @Test
    void jsonHasTheRealName() {
        Schema schema = SchemaBuilder.struct().field("Größe in m", Schema.INT32_SCHEMA).field("a_b", Schema.INT32_SCHEMA).build();
        converter.fromConnectData("topic", schema, new Struct(schema).put("Größe in m", 1).put("a_b", 1));
        List<String> names = ProtoDescriptors.parse(registry.versions("topic-value").get(0), path -> null)
                .file()
                .getMessageTypes()
                .get(0)
                .getFields()
                .stream()
                .map(FieldDescriptor::getJsonName)
                .toList();
        assertEquals(List.of("Größe in m", "a_b"), names);
    }

    @Test
    void namesThatBecomeTheSameAreNumbered() {
        List<String> columns = List.of("a b", "a_b", "a-b", "aB", "ab", "AB", "Value", "value", "Decimal", "Envelope");
        SchemaBuilder builder = SchemaBuilder.struct().name("x.Envelope");
        Schema value = SchemaBuilder.struct().name("x.Value").field("Value", Schema.INT32_SCHEMA).build();
        columns.forEach(column -> builder.field(column, value));
        Schema schema = builder.build();
        Struct struct = new Struct(schema);
        for (int i = 0; i < columns.size(); i++) {
            struct.put(columns.get(i), new Struct(value).put("Value", i));
        }
        Struct back = (Struct) converter
                .toConnectData("topic", converter.fromConnectData("topic", schema, struct))
                .value();
        assertEquals(struct, back);
        assertEquals(schema, back.schema());
    }

    @Test
    void structsOfOneNameWithOtherFieldsAreTold() {
        Schema one = SchemaBuilder.struct().name("x.Address").field("a", Schema.INT32_SCHEMA).build();
        Schema other = SchemaBuilder.struct().name("x.Address").field("a", Schema.STRING_SCHEMA).build();
        Schema unnamed = SchemaBuilder.struct().field("a", Schema.BOOLEAN_SCHEMA).build();
        Schema schema = SchemaBuilder.struct().field("one", one).field("other", other).field("address", unnamed).build();
        Struct value = new Struct(schema)
                .put("one", new Struct(one).put("a", 1))
                .put("other", new Struct(other).put("a", "b"))
                .put("address", new Struct(unnamed).put("a", true));
        Struct back = (Struct) converter
                .toConnectData("topic", converter.fromConnectData("topic", schema, value))
                .value();
        assertEquals(value, back);
        assertEquals(schema, back.schema());
    }
}
