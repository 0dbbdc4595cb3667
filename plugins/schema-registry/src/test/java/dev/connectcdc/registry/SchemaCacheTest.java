package dev.connectcdc.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.connect.data.ConnectSchema;
import org.apache.kafka.connect.data.Field;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.junit.jupiter.api.Test;

class SchemaCacheTest {

    private final SchemaCache<String> cache = new SchemaCache<>(10);
    private final List<String> made = new ArrayList<>();

    private String get(String topic, Schema schema) {
        return cache.get(topic, schema, (name, of) -> {
            made.add(name + " " + of.name());
            return name + " " + of.name();
        });
    }

    private static Schema row(String name) {
        return SchemaBuilder.struct().name(name).field("id", Schema.INT64_SCHEMA).build();
    }

    @Test
    void oneValueForEqualSchemasOfATopic() {
        assertEquals("a Row", get("a", row("Row")));
        assertEquals("a Row", get("a", row("Row")));
        assertEquals("b Row", get("b", row("Row")));
        assertEquals("a Other", get("a", row("Other")));
        assertEquals("a Row", get("a", row("Row")));
        assertEquals(List.of("a Row", "b Row", "a Other"), made);
    }

    @Test
    void anEqualSchemaIsComparedOnce() {
        int[] compared = {0};
        Schema first = row("Row");
        List<Field> fields = new ArrayList<>(first.fields()) {
            @Override
            public boolean equals(Object other) {
                compared[0]++;
                return super.equals(other);
            }

            @Override
            public int hashCode() {
                return super.hashCode();
            }
        };
        Schema second = new ConnectSchema(Schema.Type.STRUCT, false, null, "Row", null, null, null, fields, null, null);
        get("a", first);
        get("a", second);
        assertEquals(List.of("a Row"), made);
        int once = compared[0];
        assertTrue(once > 0);
        get("a", second);
        get("a", second);
        assertEquals(once, compared[0]);
    }

    @Test
    void nothingIsKeptOfASchemaThatFails() {
        assertThrows(IllegalStateException.class, () -> cache.get("a", row("Row"), (topic, schema) -> {
            throw new IllegalStateException("no registry");
        }));
        assertEquals("a Row", get("a", row("Row")));
    }
}
