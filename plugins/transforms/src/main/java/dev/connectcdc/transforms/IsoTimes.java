package dev.connectcdc.transforms;

import dev.connectcdc.values.PlainValues;
import dev.connectcdc.values.PluginVersion;
import dev.connectcdc.values.RecordName;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.cache.Cache;
import org.apache.kafka.common.cache.LRUCache;
import org.apache.kafka.common.cache.SynchronizedCache;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.connect.components.Versioned;
import org.apache.kafka.connect.connector.ConnectRecord;
import org.apache.kafka.connect.data.Field;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.errors.DataException;
import org.apache.kafka.connect.transforms.Transformation;

/**
 * Writes the dates, times and durations of a record as ISO 8601 text, in key and value and at every level: {@code
 * 2026-11-23}, {@code 02:05:12.846509}, {@code 2026-11-23T02:05:12.846509}. For a source whose converter writes no
 * schemas: without the schema nobody can tell a day or a microsecond from any other number.
 *
 * <p>Debezium's own {@code time.precision.mode=isostring} loses infinity and 24:00:00, and ends each date with a Z. A
 * record without schema stays as it is.
 *
 * @param <R> the kind of record
 */
public class IsoTimes<R extends ConnectRecord<R>> implements Transformation<R>, Versioned {

    public static final String OVERVIEW_DOC = "Writes dates, times and durations as ISO 8601 text, where a schema marks them.";

    public static final ConfigDef CONFIG_DEF = new ConfigDef();

    /** More than a source has tables at the same time; each has a key and a value. */
    private static final int SCHEMAS = 10_000;

    private final Cache<Schema, Schema> schemas = new SynchronizedCache<>(new LRUCache<>(SCHEMAS));

    @Override
    public void configure(Map<String, ?> props) {
        // There are no settings.
    }

    @Override
    public ConfigDef config() {
        return CONFIG_DEF;
    }

    @Override
    public R apply(R record) {
        Schema keySchema = withText(record.keySchema());
        Schema valueSchema = withText(record.valueSchema());
        if (keySchema == record.keySchema() && valueSchema == record.valueSchema()) {
            return record;
        }
        try {
            return record.newRecord(
                    record.topic(),
                    record.kafkaPartition(),
                    keySchema,
                    withText(record.keySchema(), keySchema, record.key()),
                    valueSchema,
                    withText(record.valueSchema(), valueSchema, record.value()),
                    record.timestamp());
        } catch (DataException e) {
            throw new DataException(RecordName.of(record) + ": " + e.getMessage(), e);
        }
    }

    /** @return the schema with text for each time; the same object if it has none */
    private Schema withText(Schema schema) {
        if (schema == null) {
            return null;
        }
        return switch (schema.type()) {
            case STRUCT, ARRAY -> {
                Schema known = schemas.get(schema);
                if (known == null) {
                    known = schema.type() == Schema.Type.STRUCT ? struct(schema) : array(schema);
                    schemas.put(schema, known);
                }
                yield known;
            }
            default -> PlainValues.isTime(schema) ? text(schema) : schema;
        };
    }

    private Schema struct(Schema schema) {
        SchemaBuilder builder = like(schema, SchemaBuilder.struct()).name(schema.name()).version(schema.version());
        boolean changed = false;
        for (Field field : schema.fields()) {
            Schema converted = withText(field.schema());
            changed |= converted != field.schema();
            builder.field(field.name(), converted);
        }
        return changed ? builder.build() : schema;
    }

    private Schema array(Schema schema) {
        Schema items = withText(schema.valueSchema());
        return items == schema.valueSchema() ? schema : withDefault(schema, like(schema, SchemaBuilder.array(items)));
    }

    private Schema text(Schema schema) {
        return withDefault(schema, like(schema, SchemaBuilder.string()));
    }

    private static SchemaBuilder like(Schema schema, SchemaBuilder builder) {
        if (schema.isOptional()) {
            builder.optional();
        }
        if (schema.parameters() != null) {
            builder.parameters(schema.parameters());
        }
        return builder.doc(schema.doc());
    }

    private static Schema withDefault(Schema schema, SchemaBuilder builder) {
        Object value = schema.defaultValue();
        return (value == null ? builder : builder.defaultValue(PlainValues.of(schema, value))).build();
    }

    private static Object withText(Schema schema, Schema converted, Object value) {
        if (schema == converted || value == null) {
            return value;
        }
        if (value instanceof Struct struct) {
            Struct copy = new Struct(converted);
            for (Field field : schema.fields()) {
                Field to = converted.field(field.name());
                copy.put(to, withText(field.schema(), to.schema(), struct.getWithoutDefault(field.name())));
            }
            return copy;
        }
        if (value instanceof List<?> list) {
            List<Object> copy = new ArrayList<>(list.size());
            list.forEach(item -> copy.add(withText(schema.valueSchema(), converted.valueSchema(), item)));
            return copy;
        }
        return PlainValues.of(schema, value);
    }

    @Override
    public String version() {
        return PluginVersion.of(IsoTimes.class);
    }

    @Override
    public void close() {
        // Nothing is held open.
    }
}
