package dev.connectcdc.registry;

import dev.connectcdc.registry.RegistryClient.Registered;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.apache.kafka.connect.data.Field;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.Schema.Type;

/**
 * Refuses a new schema that lacks a column of the newest one, or gives it another type, unless the level of its subject is NONE.
 *
 * <p>Registries do not refuse all of these changes. Avro's BACKWARD lets a column go, and takes the days of a DATE for the
 * microseconds of a TIMESTAMP; Protobuf's takes a column whose number is reserved for removed. BACKWARD asks that readers change
 * first. The readers of a source cannot: it writes the new schema at once when its table has changed.
 */
public final class Columns {

    /** Fields of Debezium's envelope; those of the first two are columns. */
    private static final List<String> ENVELOPE = List.of("after", "before", "op");

    /** Levels that refuse nothing here; of an unknown one the registry decides. */
    private static final List<String> ALLOWING = List.of("NONE", "unknown");

    private Columns() {}

    /**
     * @param subject that does not have the schema yet
     * @param read makes Connect's schema of one in the registry
     * @throws RegistryError that names the columns
     */
    public static void requireCompatible(
            RegistryClient registry, String subject, Schema schema, Function<Registered, Schema> read) {
        Registered newest = registry.newest(subject);
        if (newest == null) {
            return;
        }
        List<String> changes = changes(read.apply(newest), schema);
        if (changes.isEmpty()) {
            return;
        }
        String level = registry.level(subject);
        if (!ALLOWING.contains(level)) {
            throw RegistryError.incompatible(subject, level, changes);
        }
    }

    /** What became of the columns, such as {@code column "paid" was removed}. */
    static List<String> changes(Schema before, Schema after) {
        if (before.type() != Type.STRUCT || after.type() != Type.STRUCT) {
            return List.of();
        }
        List<String> changes = new ArrayList<>();
        Schema row = row(after);
        for (Field field : row(before).fields()) {
            String column = "column \"" + field.name() + "\"";
            Field now = row.field(field.name());
            if (now == null) {
                changes.add(column + " was removed");
            } else if (!typeOf(now.schema()).equals(typeOf(field.schema()))) {
                changes.add(column + " has changed its type from " + typeOf(field.schema()) + " to " + typeOf(now.schema()));
            }
        }
        return changes;
    }

    private static Schema row(Schema schema) {
        boolean isEnvelope = ENVELOPE.stream().allMatch(name -> schema.field(name) != null);
        return isEnvelope && schema.field("after").schema().type() == Type.STRUCT ? schema.field("after").schema() : schema;
    }

    private static String typeOf(Schema schema) {
        return switch (schema.type()) {
            case ARRAY -> "ARRAY of " + typeOf(schema.valueSchema());
            case MAP -> "MAP of " + typeOf(schema.valueSchema());
            case STRUCT -> "STRUCT";
            default -> schema.name() == null ? schema.type().toString() : schema.type() + " (" + schema.name() + ")";
        };
    }
}
