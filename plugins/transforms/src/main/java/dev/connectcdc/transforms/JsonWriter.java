package dev.connectcdc.transforms;

import dev.connectcdc.values.JsonText;
import dev.connectcdc.values.PlainValues;
import dev.connectcdc.values.WrittenText;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.connect.connector.ConnectRecord;
import org.apache.kafka.connect.data.Schema;

/**
 * Replaces a change event of Debezium by its row as JSON text.
 *
 * @param <R> the kind of record
 */
public class JsonWriter<R extends ConnectRecord<R>> extends EnvelopeWriter<R> {

    public static final String OVERVIEW_DOC =
            "Replaces a change event of Debezium by its row as JSON text; drops what is no created, read or updated row.";

    /** How decimals are written: {@code number} (the default) or {@code string}. */
    public static final String DECIMAL_FORMAT_CONFIG = "decimal.format";

    /** How NULL is written: {@code write} (the default) or {@code omit}. */
    public static final String NULL_HANDLING_CONFIG = "null.handling";

    /** How json and jsonb columns are written: {@code text} (the default) or {@code embedded}. */
    public static final String JSON_COLUMNS_CONFIG = "json.columns";

    private static final String STRING = "string";
    private static final String OMIT = "omit";
    private static final String EMBEDDED = "embedded";

    public static final ConfigDef CONFIG_DEF = config(commonConfig());

    private JsonText json;
    private boolean embedsJson;

    private static ConfigDef config(ConfigDef definition) {
        Choice.of("number", STRING)
                .define(
                        definition,
                        DECIMAL_FORMAT_CONFIG,
                        "Decimals",
                        "How a decimal is written: 'number' is a JSON number with all its digits; 'string' is the same"
                                + " digits as text, for readers that know only double numbers.");
        Choice.of("write", OMIT)
                .define(
                        definition,
                        NULL_HANDLING_CONFIG,
                        "NULL",
                        "How NULL is written: 'write' is null; 'omit' leaves the field out, at every level (nulls in"
                                + " arrays stay).");
        Choice.of("text", EMBEDDED)
                .define(
                        definition,
                        JSON_COLUMNS_CONFIG,
                        "JSON columns",
                        "How a json or jsonb column is written: 'text' is a string that holds the JSON; 'embedded' is the"
                                + " JSON itself. Only a schema tells which columns these are.");
        return definition;
    }

    @Override
    public ConfigDef config() {
        return CONFIG_DEF;
    }

    @Override
    void configure(AbstractConfig config) {
        embedsJson = EMBEDDED.equals(config.getString(JSON_COLUMNS_CONFIG));
        json = new JsonText(
                STRING.equals(config.getString(DECIMAL_FORMAT_CONFIG)),
                OMIT.equals(config.getString(NULL_HANDLING_CONFIG)));
    }

    @Override
    Object plain(Envelope.Row row) {
        return embedsJson ? PlainValues.withJson(row.schema(), row.value()) : super.plain(row);
    }

    @Override
    Schema textSchema() {
        return WrittenText.JSON;
    }

    @Override
    String write(Object row, Envelope envelope) {
        return json.of(row);
    }
}
