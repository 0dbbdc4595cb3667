package dev.connectcdc.transforms;

import java.util.Locale;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.connect.connector.ConnectRecord;

/**
 * Replaces a change event of Debezium by its row as XML text, one element per column; see {@link XmlText} for the form.
 *
 * @param <R> the kind of record
 */
public class XmlWriter<R extends ConnectRecord<R>> extends EnvelopeWriter<R> {

    public static final String OVERVIEW_DOC =
            "Replaces a change event of Debezium by its row as XML text; drops what is no created, read or updated row.";

    /** Name of the element around the row; {@code customer} unless set. */
    public static final String ROOT_ELEMENT_CONFIG = "root.element";

    /** Name of the element around each item of an array; {@code item} unless set. */
    public static final String ITEM_ELEMENT_CONFIG = "item.element";

    /** How NULL is written: {@code nil} (the default), {@code empty} or {@code omit}. */
    public static final String NULL_HANDLING_CONFIG = "null.handling";

    public static final ConfigDef CONFIG_DEF = commonConfig()
            .define(
                    ROOT_ELEMENT_CONFIG,
                    ConfigDef.Type.STRING,
                    "customer",
                    ConfigDef.LambdaValidator.with(XmlWriter::requireName, () -> "an XML name without colon"),
                    ConfigDef.Importance.MEDIUM,
                    "Name of the element around the row.")
            .define(
                    ITEM_ELEMENT_CONFIG,
                    ConfigDef.Type.STRING,
                    "item",
                    ConfigDef.LambdaValidator.with(XmlWriter::requireName, () -> "an XML name without colon"),
                    ConfigDef.Importance.LOW,
                    "Name of the element around each item of an array.")
            .define(
                    NULL_HANDLING_CONFIG,
                    ConfigDef.Type.STRING,
                    "nil",
                    ConfigDef.ValidString.in("nil", "empty", "omit"),
                    ConfigDef.Importance.LOW,
                    "How NULL is written: 'nil' is an empty element with xsi:nil=\"true\"; 'empty' is an empty element,"
                            + " as of an empty text; 'omit' is no element at all.");

    private XmlText xml;

    @Override
    public ConfigDef config() {
        return CONFIG_DEF;
    }

    @Override
    void configure(AbstractConfig config) {
        xml = new XmlText(
                config.getString(ROOT_ELEMENT_CONFIG),
                config.getString(ITEM_ELEMENT_CONFIG),
                XmlText.Nulls.valueOf(config.getString(NULL_HANDLING_CONFIG).toUpperCase(Locale.ROOT)));
    }

    @Override
    String write(Object row) {
        return xml.of(row);
    }

    private static void requireName(String setting, Object value) {
        if (!XmlNames.isName((String) value)) {
            throw new ConfigException(setting, value, "must be an XML name without colon, such as 'customer'");
        }
    }
}
