package dev.connectcdc.transforms;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.apache.kafka.connect.connector.ConnectRecord;
import org.apache.kafka.connect.data.Field;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.errors.DataException;

/**
 * A change event as Debezium writes it: {@code op}, {@code before}, {@code after} and more, as a struct or, where the
 * converter has no schemas, as a map.
 */
final class Envelope {

    /** What Debezium writes beside change events, by the name of the schema. */
    private static final Set<String> NOTICE_SCHEMAS = Set.of(
            "io.debezium.connector.common.Heartbeat",
            "io.debezium.connector.common.Notification",
            "io.debezium.connector.common.TransactionMetadataValue",
            "io.debezium.connector.common.TransactionMetadataKey");

    /** Of changes of a table's definition, which some of its connectors write beside the changes of rows. */
    private static final Pattern SCHEMA_CHANGE = Pattern.compile("io\\.debezium\\.connector\\..*\\.SchemaChangeValue");

    /** The same without schema, by all its fields: transactions, notifications and schema changes. */
    private static final List<Set<String>> NOTICE_FIELDS = List.of(
            Set.of("status", "id", "event_count", "data_collections", "ts_ms"),
            Set.of("id", "aggregate_type", "type", "additional_data", "timestamp"),
            Set.of("source", "ts_ms", "databaseName", "schemaName", "ddl", "tableChanges"));

    private static final Set<String> HEARTBEAT_FIELDS = Set.of("ts_ms");

    /** The one field of a heartbeat's key, whatever converter wrote it. */
    private static final String HEARTBEAT_KEY = "serverName";

    private final Schema schema;
    private final Object value;

    private Envelope(Schema schema, Object value) {
        this.schema = schema;
        this.value = value;
    }

    /**
     * @param record a record with a value
     * @return its envelope; null when the record is a notice of Debezium's: a heartbeat, begin or end of a transaction, a
     *     notification, a schema change
     * @throws DataException when it is neither
     */
    static Envelope of(ConnectRecord<?> record) {
        Envelope envelope = new Envelope(record.valueSchema(), record.value());
        if (envelope.isChangeEvent()) {
            return envelope;
        }
        if (envelope.isNotice(record.key())) {
            return null;
        }
        throw new DataException("the value is no change event of Debezium: " + envelope.whatItIs());
    }

    /** @return the operation's letter, such as {@code c} */
    String op() {
        return get("op") instanceof String op ? op : "";
    }

    /** @return the row in this field, or null when there is none */
    Row row(String field) {
        if (!has(field)) {
            return null;
        }
        Object row = get(field);
        if (row == null) {
            return null;
        }
        if (!(row instanceof Struct) && !(row instanceof Map)) {
            throw new DataException("the change event's '" + field + "' is no row but of class "
                    + row.getClass().getName());
        }
        Field definition = schema == null ? null : schema.field(field);
        return new Row(definition == null ? null : definition.schema(), row);
    }

    /** A row of the table: its schema, null when there is none, and its value, a struct or a map. */
    record Row(Schema schema, Object value) {

        /**
         * @param columns names of columns
         * @return the row with these columns alone, in its own order
         * @throws DataException when it lacks one of them
         */
        Row only(Set<String> columns) {
            Row row = value instanceof Struct struct ? only(struct, columns) : only((Map<?, ?>) value, columns);
            if (row.size() != columns.size()) {
                throw new DataException("the record's key has a field that is no column of the row");
            }
            return row;
        }

        private static Row only(Struct row, Set<String> columns) {
            SchemaBuilder builder = SchemaBuilder.struct();
            row.schema().fields().stream()
                    .filter(field -> columns.contains(field.name()))
                    .forEach(field -> builder.field(field.name(), field.schema()));
            Schema schema = builder.build();
            Struct part = new Struct(schema);
            schema.fields().forEach(field -> part.put(field, row.getWithoutDefault(field.name())));
            return new Row(schema, part);
        }

        private static Row only(Map<?, ?> row, Set<String> columns) {
            Map<Object, Object> part = new LinkedHashMap<>(row);
            part.keySet().removeIf(name -> !columns.contains(name));
            return new Row(null, part);
        }

        private int size() {
            return value instanceof Map<?, ?> map ? map.size() : schema.fields().size();
        }
    }

    /**
     * @return the name of the row's table
     * @throws DataException when the event does not contain it
     */
    String table() {
        Envelope source = new Envelope(null, has("source") ? get("source") : null);
        if (source.has("table") && source.get("table") instanceof String table) {
            return table;
        }
        throw new DataException("the change event has no 'source.table'");
    }

    /** A row may have a column "op" and one "source", too; but its source has no fields of its own. */
    private boolean isChangeEvent() {
        boolean isNamed = schema != null && schema.name() != null && schema.name().endsWith(".Envelope");
        return has("op") && (isNamed || hasSource() && (has("before") || has("after") || has("message")));
    }

    private boolean hasSource() {
        return has("source") && (get("source") instanceof Struct || get("source") instanceof Map);
    }

    private boolean isNotice(Object key) {
        if (schema != null) {
            String name = String.valueOf(schema.name());
            return NOTICE_SCHEMAS.contains(name) || SCHEMA_CHANGE.matcher(name).matches();
        }
        return value instanceof Map<?, ?> map
                && (NOTICE_FIELDS.contains(map.keySet())
                        || map.keySet().equals(HEARTBEAT_FIELDS) && String.valueOf(key).contains(HEARTBEAT_KEY));
    }

    private boolean has(String field) {
        if (value instanceof Struct struct) {
            return struct.schema().field(field) != null;
        }
        return value instanceof Map<?, ?> map && map.containsKey(field);
    }

    private Object get(String field) {
        return value instanceof Struct struct ? struct.getWithoutDefault(field) : ((Map<?, ?>) value).get(field);
    }

    private String whatItIs() {
        if (!(value instanceof Struct) && !(value instanceof Map)) {
            return "it is of class " + value.getClass().getName()
                    + "; value.converter must be the converter that the source writes with";
        }
        if (schema == null && has("schema") && has("payload")) {
            return "it has the fields 'schema' and 'payload', as the JSON converter writes them;"
                    + " value.converter.schemas.enable must be here what it is for the source";
        }
        String what = schema == null || schema.name() == null ? "it lacks 'op' or 'source'" : "its schema is " + schema.name();
        return what + "; a transform that takes the row out of the event, such as ExtractNewRecordState, must not come before";
    }
}
