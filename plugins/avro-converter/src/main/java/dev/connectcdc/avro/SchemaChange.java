package dev.connectcdc.avro;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.apache.avro.Schema;
import org.apache.avro.SchemaCompatibility;
import org.apache.avro.SchemaCompatibility.SchemaCompatibilityType;

/** Tells by which fields a schema breaks a level of compatibility: Avro's own comparison ends at the first union. */
final class SchemaChange {

    private final boolean readerIsNew;
    private final Set<String> found = new LinkedHashSet<>();

    private SchemaChange(boolean readerIsNew) {
        this.readerIsNew = readerIsNew;
    }

    /**
     * @param level such as {@code BACKWARD_TRANSITIVE}
     * @return what changed, one text for each field: {@code column "paid" has changed its type from STRING to INT}
     */
    static List<String> breaking(Schema before, Schema after, String level) {
        Set<String> all = new LinkedHashSet<>();
        if (!level.startsWith("FORWARD")) all.addAll(compare(after, before, true));
        if (!level.startsWith("BACKWARD")) all.addAll(compare(before, after, false));
        return List.copyOf(all);
    }

    private static Set<String> compare(Schema reader, Schema writer, boolean readerIsNew) {
        SchemaChange change = new SchemaChange(readerIsNew);
        change.types(reader, writer, "");
        return change.found;
    }

    private void types(Schema reader, Schema writer, String path) {
        if (SchemaCompatibility.checkReaderWriterCompatibility(reader, writer).getType()
                == SchemaCompatibilityType.COMPATIBLE) return;

        Schema readerType = withoutNull(reader);
        Schema writerType = withoutNull(writer);
        if (writer.isNullable() && !reader.isNullable()) {
            note(path, readerIsNew ? "does not take NULL any more" : "takes NULL now");
        }
        if (readerType.getType() == Schema.Type.RECORD && writerType.getType() == Schema.Type.RECORD) {
            records(readerType, writerType, path);
        } else if (readerType.getType() != writerType.getType()) {
            Schema before = readerIsNew ? writerType : readerType;
            Schema after = readerIsNew ? readerType : writerType;
            note(path, "has changed its type from " + before.getType() + " to " + after.getType());
        } else if (found.isEmpty()) {
            note(path, "has changed");
        }
    }

    private void records(Schema reader, Schema writer, String path) {
        for (Schema.Field field : reader.getFields()) {
            String below = path.isEmpty() ? field.name() : path + "." + field.name();
            Schema.Field written = writer.getField(field.name());
            if (written != null) types(field.schema(), written.schema(), below);
            else if (!field.hasDefaultValue()) {
                note(below, readerIsNew ? "is new and has no default" : "was removed, and had no default");
            }
        }
    }

    /** The other branch of a union of null and one type. */
    private static Schema withoutNull(Schema schema) {
        if (schema.getType() != Schema.Type.UNION) return schema;
        List<Schema> types = schema.getTypes().stream().filter(type -> type.getType() != Schema.Type.NULL).toList();
        return types.size() == 1 ? types.get(0) : schema;
    }

    /** Columns are the fields of {@code before} and {@code after} in Debezium's envelope. */
    private void note(String path, String change) {
        String column = path.replaceFirst("^(before|after)\\.", "");
        found.add((column.equals(path) ? "field" : "column") + " \"" + column + "\" " + change);
    }
}
