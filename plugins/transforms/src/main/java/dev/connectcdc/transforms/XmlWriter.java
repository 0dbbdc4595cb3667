package dev.connectcdc.transforms;

import dev.connectcdc.values.WrittenText;
import java.util.Locale;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.connect.connector.ConnectRecord;
import org.apache.kafka.connect.data.Schema;

/**
 * Replaces a change event of Debezium by its row as XML text, one element per column; see {@link XmlText} for the form.
 *
 * @param <R> the kind of record
 */
public class XmlWriter<R extends ConnectRecord<R>> extends EnvelopeWriter<R> {

    public static final String OVERVIEW_DOC =
            "Replaces a change event of Debezium by its row as XML text; drops what is no created, read or updated row.";

    /**
     * Name of the element around the row; {@code ${table}} unless set, which stands for the name of the row's table.
     */
    public static final String ROOT_ELEMENT_CONFIG = "root.element";

    /** Name of the element around each item of an array; {@code item} unless set. */
    public static final String ITEM_ELEMENT_CONFIG = "item.element";

    /** How NULL is written: {@code nil} (the default), {@code empty} or {@code omit}. */
    public static final String NULL_HANDLING_CONFIG = "null.handling";

    private static final String TABLE = "${table}";

    public static final ConfigDef CONFIG_DEF = config(commonConfig());

    private String rootElement;
    private XmlText xml;

    private static ConfigDef config(ConfigDef definition) {
        definition
                .define(
                        ROOT_ELEMENT_CONFIG,
                        ConfigDef.Type.STRING,
                        TABLE,
                        ConfigDef.LambdaValidator.with(
                                XmlWriter::requireRoot, () -> "an XML name without colon, or " + TABLE),
                        ConfigDef.Importance.MEDIUM,
                        "Name of the element around the row. " + TABLE
                                + " is the name of the row's table, made a legal name as columns' names are.")
                .define(
                        ITEM_ELEMENT_CONFIG,
                        ConfigDef.Type.STRING,
                        "item",
                        ConfigDef.LambdaValidator.with(XmlWriter::requireName, () -> "an XML name without colon"),
                        ConfigDef.Importance.LOW,
                        "Name of the element around each item of an array.");
        return Choice.of("nil", "empty", "omit")
                .define(
                        definition,
                        NULL_HANDLING_CONFIG,
                        "NULL",
                        "How NULL is written: 'nil' is an empty element with xsi:nil=\"true\"; 'empty' is an empty"
                                + " element, as of an empty text; 'omit' is no element at all (nulls in arrays are as"
                                + " with 'nil').");
    }

    @Override
    public ConfigDef config() {
        return CONFIG_DEF;
    }

    @Override
    void configure(AbstractConfig config) {
        rootElement = config.getString(ROOT_ELEMENT_CONFIG);
        xml = new XmlText(
                config.getString(ITEM_ELEMENT_CONFIG),
                XmlText.Nulls.valueOf(config.getString(NULL_HANDLING_CONFIG).toUpperCase(Locale.ROOT)));
    }

    @Override
    Schema textSchema() {
        return WrittenText.XML;
    }

    @Override
    String write(Object row, Envelope envelope) {
        String root = rootElement.equals(TABLE) ? xml.nameOf(envelope.table()) : rootElement;
        return xml.of(root, row);
    }

    private static void requireRoot(String setting, Object value) {
        if (!TABLE.equals(value)) {
            requireName(setting, value);
        }
    }

    private static void requireName(String setting, Object value) {
        if (!(value instanceof String name) || !XmlNames.isName(name)) {
            throw new ConfigException(setting, value, "must be an XML name without colon, such as 'customer'");
        }
    }
}
