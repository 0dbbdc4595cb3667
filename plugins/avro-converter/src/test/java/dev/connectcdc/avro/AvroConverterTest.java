package dev.connectcdc.avro;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.connectcdc.registry.RegistryError;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.connect.data.Decimal;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaAndValue;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.data.Timestamp;
import org.apache.kafka.connect.errors.DataException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class AvroConverterTest {

    private static final Schema ROW = SchemaBuilder.struct()
            .name("localhost.cdc.customers.Value")
            .field("id", Schema.INT64_SCHEMA)
            .field("state", SchemaBuilder.string().optional().defaultValue("new").build())
            .field("amount", Decimal.builder(2).optional().build())
            .field("at", Timestamp.builder().optional().build())
            .field("bytes", Schema.OPTIONAL_BYTES_SCHEMA)
            .field("small", Schema.OPTIONAL_INT16_SCHEMA)
            .field("tags", SchemaBuilder.array(Schema.OPTIONAL_STRING_SCHEMA).optional().build())
            .build();
    private FakeRegistry registry;

    @BeforeEach
    void start() throws IOException {
        registry = new FakeRegistry();
    }

    @AfterEach
    void stop() {
        registry.close();
    }

    private AvroConverter converter(Map<String, String> settings) {
        AvroConverter converter = new AvroConverter();
        Map<String, String> all = new HashMap<>(Map.of("schema.registry.url", registry.url()));
        all.putAll(settings);
        converter.configure(all, false);
        return converter;
    }

    private static Struct row() {
        return new Struct(ROW)
                .put("id", 1L)
                .put("amount", new BigDecimal("12.50"))
                .put("at", new Date(1_587_303_655_424L))
                .put("bytes", ByteBuffer.wrap(new byte[] {0, 1}))
                .put("small", (short) 7)
                .put("tags", Arrays.asList("a", null));
    }

    @Test
    void readsWhatItWrote() {
        AvroConverter converter = converter(Map.of());
        byte[] bytes = converter.fromConnectData("customers", ROW, row());
        SchemaAndValue read = converter.toConnectData("customers", bytes);
        assertEquals(ROW.fields(), read.schema().fields());
        Struct value = (Struct) read.value();
        for (var field : ROW.fields()) {
            assertEquals(row().getWithoutDefault(field.name()), value.getWithoutDefault(field.name()), field.name());
        }
    }

    @Test
    void writesNullAndNotTheDefaultOfAColumn() {
        AvroConverter converter = converter(Map.of());
        Struct read = (Struct) converter.toConnectData("t", converter.fromConnectData("t", ROW, row())).value();
        assertNull(read.getWithoutDefault("state"));
    }

    @Test
    void writesNullsInStructsOfAList() {
        Schema event = SchemaBuilder.struct().name("e").field("rows", SchemaBuilder.array(ROW).build()).build();
        AvroConverter converter = converter(Map.of());
        Struct value = new Struct(event).put("rows", List.of(row()));
        Struct read = (Struct) converter.toConnectData("t", converter.fromConnectData("t", event, value)).value();
        assertNull(((Struct) read.getArray("rows").get(0)).getWithoutDefault("state"));
    }

    @Test
    void aRecordThatFailsLeavesNothingInTheNextOne() {
        AvroConverter converter = converter(Map.of());
        Schema event = SchemaBuilder.struct()
                .name("e")
                .field("first", Schema.STRING_SCHEMA)
                .field("second", Schema.STRING_SCHEMA)
                .build();
        byte[] bytes = converter.fromConnectData("t", event, new Struct(event).put("first", "a").put("second", "b"));
        assertThrows(DataException.class, () -> converter.fromConnectData("t", event, new Struct(event).put("first", "c")));
        assertArrayEquals(
                bytes, converter.fromConnectData("t", event, new Struct(event).put("first", "a").put("second", "b")));
    }

    @Test
    void refusesAValueOfAnotherClassThanItsSchema() {
        var error = assertThrows(
                DataException.class, () -> converter(Map.of()).fromConnectData("t", Schema.STRING_SCHEMA, 1));
        assertEquals("the value of a record in topic t does not fit its schema Schema{STRING}", error.getMessage());
    }

    @Test
    void refusesAValueWithoutASchema() {
        var error = assertThrows(DataException.class, () -> converter(Map.of()).fromConnectData("t", null, Map.of("a", 1)));
        assertTrue(error.getMessage().contains("has no schema, and Avro needs one"), error.getMessage());
        assertEquals(List.of(), registry.requests);
    }

    @Test
    void beginsWithAZeroByteAndTheIdOfTheSchemaInItsSubject() {
        byte[] bytes = converter(Map.of()).fromConnectData("a b", Schema.STRING_SCHEMA, "x");
        assertArrayEquals(new byte[] {0, 0, 0, 0, 1, 2, 'x'}, bytes);
        assertEquals(
                List.of(
                        "POST /subjects/a%20b-value",
                        "GET /subjects/a%20b-value/versions/latest",
                        "POST /subjects/a%20b-value/versions"),
                registry.requests);
    }

    @Test
    void asksOnceForEachSchemaOfATopic() {
        AvroConverter writing = converter(Map.of());
        AvroConverter reading = converter(Map.of());
        for (int i = 0; i < 3; i++) {
            reading.toConnectData("t", writing.fromConnectData("t", ROW, row()));
        }
        writing.fromConnectData("u", ROW, row());
        assertEquals(
                List.of(
                        "POST /subjects/t-value",
                        "GET /subjects/t-value/versions/latest",
                        "POST /subjects/t-value/versions",
                        "GET /schemas/ids/1",
                        "POST /subjects/u-value"),
                registry.requests);
    }

    @Test
    void writesATombstoneAsNull() {
        AvroConverter converter = converter(Map.of());
        assertNull(converter.fromConnectData("t", ROW, null));
        assertEquals(SchemaAndValue.NULL, converter.toConnectData("t", null));
    }

    @Test
    void registersNothingWhereThatIsOff() {
        AvroConverter converter = converter(Map.of("auto.register.schemas", "false"));
        var error = assertThrows(RegistryError.class, () -> converter.fromConnectData("t", ROW, row()));
        assertTrue(error.getMessage().contains("for subject t-value, and auto.register.schemas is false"), error.getMessage());
        assertEquals(List.of("POST /subjects/t-value"), registry.requests);
    }

    @Test
    void theWaitHasALimitAndTheErrorEndsTheTask() {
        AvroConverter converter = converter(Map.of("schema.registry.wait.ms", "300"));
        registry.close();
        assertThrows(RegistryError.class, () -> converter.fromConnectData("t", ROW, row()));
    }

    @Test
    void namesColumnSubjectAndLevelOfAChangeThatTheRegistryRefuses() {
        AvroConverter converter = converter(Map.of());
        write(converter, envelope(columns("id", "state")));
        registry.refusals.add(Map.entry(409, "Incompatible artifact"));
        refuses(converter, envelope(columns("id", "state", "added")), "column \"added\" is new and has no default");
    }

    @Test
    void refusesChangesOfColumnsThatTheRegistryAllows() {
        write(converter(Map.of()), envelope(columns("id", "state")));
        refuses(converter(Map.of()), envelope(columns("id")), "column \"state\" was removed");
        assertEquals(1, registry.schemas.size());
        registry.level = "NONE";
        assertEquals(2, write(converter(Map.of()), envelope(columns("id"))));
        registry.level = "BACKWARD";
        // A record from before the change, which a restarted task reads again
        assertEquals(1, write(converter(Map.of()), envelope(columns("id", "state"))));
    }

    private static Schema columns(String... names) {
        SchemaBuilder row = SchemaBuilder.struct().name(ROW.name());
        for (String name : names) row.field(name, Schema.INT32_SCHEMA);
        return row.build();
    }

    /** Writes an event. @return the id of its schema */
    private static int write(AvroConverter converter, Schema schema) {
        return converter.fromConnectData("t", schema, new Struct(schema).put("op", "c"))[4];
    }

    private void refuses(AvroConverter converter, Schema changed, String change) {
        var error = assertThrows(RegistryError.class, () -> write(converter, changed));
        assertEquals(
                "the schema of subject t-value is not compatible (compatibility BACKWARD): " + change + ". Set the compatibility of the subject to NONE",
                error.getMessage().split(",")[0]);
    }

    private static Schema envelope(Schema row) {
        SchemaBuilder value = SchemaBuilder.struct().name(row.name()).optional();
        row.fields().forEach(field -> value.field(field.name(), field.schema()));
        return SchemaBuilder.struct()
                .name("localhost.cdc.customers.Envelope")
                .field("before", value.build())
                .field("after", value.build())
                .field("op", Schema.STRING_SCHEMA)
                .build();
    }

    @Test
    void givesTheRegistrysReasonWhereNoFieldOfTheNewestSchemaTellsIt() {
        AvroConverter converter = converter(Map.of());
        write(converter, envelope(columns("id")));
        registry.refusals.add(Map.entry(409, "incompatible with version 1"));
        Schema more = SchemaBuilder.struct()
                .name(ROW.name())
                .field("id", Schema.INT32_SCHEMA)
                .field("mail", Schema.OPTIONAL_STRING_SCHEMA)
                .build();
        var error = assertThrows(RegistryError.class, () -> write(converter, envelope(more)));
        assertTrue(
                error.getMessage().contains("(compatibility BACKWARD): incompatible with version 1. Set"),
                error.getMessage());
    }

    @Test
    void refusesARecordOfAnotherConverter() {
        var error = assertThrows(
                DataException.class, () -> converter(Map.of()).toConnectData("t", "{\"id\":1}".getBytes()));
        assertTrue(error.getMessage().startsWith("the value of a record in topic t is not in the wire format"));
    }
}
