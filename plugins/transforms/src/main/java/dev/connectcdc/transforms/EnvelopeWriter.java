package dev.connectcdc.transforms;

import dev.connectcdc.values.RecordName;
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
 * heartbeats and transaction notices are dropped. Anything else is a {@link DataException}.
 *
 * @param <R> the kind of record
 */
public abstract class EnvelopeWriter<R extends ConnectRecord<R>> implements Transformation<R>, Versioned {

    /** What becomes of deletes: {@code drop} (the default) or {@code emit}. */
    public static final String DELETE_HANDLING_CONFIG = "delete.handling";

    /** The header of an emitted delete; its value is {@code d}. The name is the one Debezium's own transforms use. */
    public static final String OP_HEADER = "__op";

    private static final String DROP = "drop";
    private static final String EMIT = "emit";

    private static final Logger LOG = LoggerFactory.getLogger(EnvelopeWriter.class);

    private boolean emitsDeletes;

    /** @return a definition with the settings that both writers have */
    static ConfigDef commonConfig() {
        return Choice.of(DROP, EMIT)
                .define(
                        new ConfigDef(),
                        DELETE_HANDLING_CONFIG,
                        "Deletes",
                        "What becomes of a deleted row: 'drop' sends nothing; 'emit' sends the columns of its key, with"
                                + " the record header '__op' set to 'd'. The record's key must name its columns: a"
                                + " struct, a map, or the text of a JSON object.");
    }

    @Override
    public void configure(Map<String, ?> props) {
        AbstractConfig config = new AbstractConfig(config(), props, false);
        emitsDeletes = EMIT.equals(config.getString(DELETE_HANDLING_CONFIG));
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
        // Text is text: it has the string schema whether the event had a schema or not.
        return record.newRecord(
                record.topic(),
                record.kafkaPartition(),
                record.keySchema(),
                record.key(),
                Schema.STRING_SCHEMA,
                write(row, envelope),
                record.timestamp());
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
        return PluginVersion.get();
    }

    @Override
    public void close() {
        // Nothing is held open.
    }

    /** @param config the checked settings; called before the first record */
    abstract void configure(AbstractConfig config);

    /**
     * @param row the row to write
     * @param envelope where it stands
     * @return the row's text
     */
    abstract String write(Envelope.Row row, Envelope envelope);
}
