package dev.connectcdc.transforms;

import dev.connectcdc.values.JsonText;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.connect.connector.ConnectRecord;

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

    private static final String NUMBER = "number";
    private static final String STRING = "string";

    public static final ConfigDef CONFIG_DEF = commonConfig()
            .define(
                    DECIMAL_FORMAT_CONFIG,
                    ConfigDef.Type.STRING,
                    NUMBER,
                    ConfigDef.ValidString.in(NUMBER, STRING),
                    ConfigDef.Importance.LOW,
                    "How a decimal is written: 'number' is a JSON number with all its digits; 'string' is the same"
                            + " digits as text, for readers that know only double numbers.");

    private JsonText json;

    @Override
    public ConfigDef config() {
        return CONFIG_DEF;
    }

    @Override
    void configure(AbstractConfig config) {
        json = new JsonText(STRING.equals(config.getString(DECIMAL_FORMAT_CONFIG)));
    }

    @Override
    String write(Object row) {
        return json.of(row);
    }
}
