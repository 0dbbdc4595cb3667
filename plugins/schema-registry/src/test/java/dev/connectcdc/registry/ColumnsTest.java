package dev.connectcdc.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.junit.jupiter.api.Test;

class ColumnsTest {

    private static final Schema DATE = SchemaBuilder.int32().name("io.debezium.time.Date").build();
    private static final Schema TIMESTAMP = SchemaBuilder.int64().name("io.debezium.time.MicroTimestamp").build();

    private static SchemaBuilder row() {
        return SchemaBuilder.struct().name("a.Value").field("id", Schema.INT32_SCHEMA);
    }

    private static Schema event(Schema row) {
        return SchemaBuilder.struct()
                .field("before", row)
                .field("after", row)
                .field("op", Schema.STRING_SCHEMA)
                .build();
    }

    @Test
    void namesRemovedAndRetypedColumnsOfARow() {
        Schema before = row().field("paid", Schema.OPTIONAL_STRING_SCHEMA)
                .field("day", DATE)
                .field("tags", SchemaBuilder.array(Schema.STRING_SCHEMA).build())
                .build();
        Schema after = row().field("day", TIMESTAMP)
                .field("tags", SchemaBuilder.array(Schema.INT32_SCHEMA).build())
                .build();
        List<String> changes = List.of(
                "column \"paid\" was removed",
                "column \"day\" has changed its type from INT32 (io.debezium.time.Date) to INT64 (io.debezium.time.MicroTimestamp)",
                "column \"tags\" has changed its type from ARRAY of STRING to ARRAY of INT32");
        assertEquals(changes, Columns.changes(before, after));
        assertEquals(changes, Columns.changes(event(before), event(after)));
    }

    @Test
    void takesNewColumnsAndOthersThatMayBeNull() {
        Schema after = row().field("mail", Schema.OPTIONAL_STRING_SCHEMA).build();
        assertEquals(List.of(), Columns.changes(event(row().build()), event(after)));
        Schema optional = SchemaBuilder.struct().field("id", Schema.OPTIONAL_INT32_SCHEMA).build();
        assertEquals(List.of(), Columns.changes(row().build(), optional));
        assertEquals(List.of(), Columns.changes(optional, row().build()));
    }

    @Test
    void looksOnlyAtColumnsOfAnEvent() {
        Schema row = row().build();
        Schema more = SchemaBuilder.struct()
                .field("before", row)
                .field("after", row)
                .field("op", Schema.STRING_SCHEMA)
                .field("source", SchemaBuilder.struct().field("lsn", Schema.INT64_SCHEMA).build())
                .build();
        assertEquals(List.of(), Columns.changes(more, event(row)));
    }

    @Test
    void takesSchemasThatAreNoRows() {
        assertEquals(List.of(), Columns.changes(Schema.STRING_SCHEMA, Schema.INT32_SCHEMA));
        assertEquals(List.of(), Columns.changes(row().build(), Schema.STRING_SCHEMA));
    }
}
