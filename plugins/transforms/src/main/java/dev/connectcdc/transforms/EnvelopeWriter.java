package dev.connectcdc.transforms;

import dev.connectcdc.values.PlainValues;
import dev.connectcdc.values.PluginVersion;
import dev.connectcdc.values.RecordName;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.connect.components.Versioned;
import org.apache.kafka.connect.connector.ConnectRecord;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.errors.DataException;
import org.apache.kafka.connect.transforms.Transformation;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What {@link JsonWriter} and {@link XmlWriter} share: which records become text and which are dropped.
 *
 * <p>Created, read (snapshot) and updated rows (op c, r, u) become the text of {@code after}. Deletes (d) are dropped,
 * or become the text of the key's columns with the header {@code __op}. Truncations (t), messages (m), tombstones,
 * heartbeats, transaction notices, notifications and schema changes are dropped. Anything else is a
 * {@link DataException}.
 *
 * @param <R> the kind of record
 */
public abstract class EnvelopeWriter<R extends ConnectRecord<R>> implements Transformation<R>, Versioned {

    /** What becomes of deletes: {@code drop} (the default) or {@code emit}. */
    public static final String DELETE_HANDLING_CONFIG = "delete.handling";

    /** The header of an emitted delete; its value is {@code d}. The name is the one Debezium's own transforms use. */
    public static final String OP_HEADER = "__op";

    /** What becomes of unavailable values: {@code omit} (the default), {@code null}, {@code fail} or {@code keep}. */
    public static final String UNAVAILABLE_HANDLING_CONFIG = "unavailable.value.handling";

    /** What Debezium sends in place of an unavailable value; the source's setting of the same name. */
    public static final String UNAVAILABLE_PLACEHOLDER_CONFIG = "unavailable.value.placeholder";

    private static final String DROP = "drop";
    private static final String EMIT = "emit";
    private static final String OMIT = "omit";
    private static final String NULL = "null";
    private static final String FAIL = "fail";
    private static final String KEEP = "keep";

    private static final Logger LOG = LoggerFactory.getLogger(EnvelopeWriter.class);

    private boolean emitsDeletes;
    private String unavailableHandling;
    private UnavailableValue unavailable;

    /** @return a definition with the settings that both writers have */
    static ConfigDef commonConfig() {
        ConfigDef definition = new ConfigDef();
        Choice.of(DROP, EMIT)
                .define(
                        definition,
                        DELETE_HANDLING_CONFIG,
                        "Deletes",
                        "What becomes of a deleted row: 'drop' sends nothing; 'emit' sends the columns of its key, with"
                                + " the record header '__op' set to 'd'. The record's key must name its columns: a"
                                + " struct, a map, or the text of a JSON object.");
        Choice.of(OMIT, NULL, FAIL, KEEP)
                .define(
                        definition,
                        UNAVAILABLE_HANDLING_CONFIG,
                        "Unavailable values",
                        "What becomes of a column whose value the event does not contain: PostgreSQL leaves an unchanged"
                                + " value out of an UPDATE if it is stored outside of the row (TOAST) and the table does"
                                + " not have REPLICA IDENTITY FULL. 'omit' is no field; 'null' is NULL; 'fail' is an error;"
                                + " 'keep' is Debezium's placeholder.");
        return definition.define(
                UNAVAILABLE_PLACEHOLDER_CONFIG,
                ConfigDef.Type.STRING,
                "__debezium_unavailable_value",
                UnavailableValue.VALIDATOR,
                ConfigDef.Importance.LOW,
                "What Debezium sends in place of an unavailable value: the setting of the same name of the source. With the"
                        + " prefix 'hex:' it is in hexadecimal digits.");
    }

    @Override
    public void configure(Map<String, ?> props) {
        AbstractConfig config = new AbstractConfig(config(), props, false);
        emitsDeletes = EMIT.equals(config.getString(DELETE_HANDLING_CONFIG));
        unavailableHandling = config.getString(UNAVAILABLE_HANDLING_CONFIG);
        unavailable = new UnavailableValue(config.getString(UNAVAILABLE_PLACEHOLDER_CONFIG));
        configure(config);
    }

    @Override
    public R apply(R record) {
        if (record.value() == null) {
            return dropped(record, "tombstone");
        }
        try {
            Envelope envelope = Envelope.of(record);
            return envelope == null ? dropped(record, "notice") : apply(record, envelope);
        } catch (DataException e) {
            throw new DataException(RecordName.of(record) + ": " + e.getMessage(), e);
        }
    }

    private R apply(R record, Envelope envelope) {
        return switch (envelope.op()) {
            case "c", "r", "u" -> written(record, envelope, row(envelope, "after"));
            case "d" -> emitsDeletes ? delete(record, envelope) : dropped(record, "delete");
            case "t", "m" -> dropped(record, "truncation or message");
            default -> throw new DataException("the change event's 'op' is none of c, r, u, d, t, m");
        };
    }

    /** Only the key: without REPLICA IDENTITY FULL all other columns of {@code before} hold what Debezium made up. */
    private R delete(R record, Envelope envelope) {
        Envelope.Row row = row(envelope, "before").only(KeyColumns.of(record));
        return markedAsDelete(written(record, envelope, row));
    }

    private static Envelope.Row row(Envelope envelope, String field) {
        Envelope.Row row = envelope.row(field);
        if (row == null) {
            throw new DataException("the change event with op '" + envelope.op() + "' has no row in '" + field + "'");
        }
        return row;
    }

    private R written(R record, Envelope envelope, Envelope.Row row) {
        // Text is text: it has a string schema whether the event had a schema or not.
        return record.newRecord(
                record.topic(),
                record.kafkaPartition(),
                record.keySchema(),
                record.key(),
                textSchema(),
                write(available(plain(row)), envelope),
                record.timestamp());
    }

    /** The row with what stands for columns whose values the event does not contain. */
    private Object available(Object row) {
        if (KEEP.equals(unavailableHandling) || !(row instanceof Map<?, ?> columns)) {
            return row;
        }
        List<?> missing = columns.entrySet().stream()
                .filter(column -> unavailable.is(column.getValue()))
                .map(Map.Entry::getKey)
                .toList();
        if (FAIL.equals(unavailableHandling) && !missing.isEmpty()) {
            throw new DataException("the change event does not contain the values of " + missing
                    + ", which an UPDATE left unchanged (TOAST); run: ALTER TABLE ... REPLICA IDENTITY FULL");
        }
        if (NULL.equals(unavailableHandling)) {
            columns.entrySet().stream().filter(column -> unavailable.is(column.getValue())).forEach(column -> column.setValue(null));
        } else {
            columns.keySet().removeAll(missing);
        }
        return row;
    }

    private R markedAsDelete(R record) {
        record.headers().remove(OP_HEADER).addString(OP_HEADER, "d");
        return record;
    }

    private R dropped(R record, String what) {
        LOG.trace("Dropped a {}: {}", what, RecordName.of(record));
        return null;
    }

    @Override
    public String version() {
        return PluginVersion.of(EnvelopeWriter.class);
    }

    @Override
    public void close() {
        // Nothing is held open.
    }

    /** @param config the checked settings; called before the first record */
    abstract void configure(AbstractConfig config);

    /** @return the row as a plain value */
    Object plain(Envelope.Row row) {
        return PlainValues.of(row.schema(), row.value());
    }

    /** @return the schema of the text, whose name tells a sink that the text is JSON or XML already */
    abstract Schema textSchema();

    /**
     * @param row the row to write, a plain value
     * @param envelope where it stands
     * @return the row's text
     */
    abstract String write(Object row, Envelope envelope);
}
