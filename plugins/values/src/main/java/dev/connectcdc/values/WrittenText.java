package dev.connectcdc.values;

import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaBuilder;

/** Schemas of text that is a whole JSON or XML document already, so that nothing after its writer quotes it again. */
public final class WrittenText {

    /** A string that is a JSON value. */
    public static final Schema JSON = SchemaBuilder.string().name("dev.connectcdc.data.Json").build();

    /** A string that is an XML 1.0 element without declaration; element and attribute values have no raw {@code <}. */
    public static final Schema XML = SchemaBuilder.string().name("dev.connectcdc.data.Xml").build();

    private WrittenText() {}

    /**
     * @param schema the schema of a value, or null
     * @return true for JSON or XML of a writer
     */
    public static boolean is(Schema schema) {
        return schema != null && (JSON.name().equals(schema.name()) || isXml(schema));
    }

    /**
     * @param schema the schema of a value, or null
     * @return true for XML of a writer
     */
    public static boolean isXml(Schema schema) {
        return schema != null && XML.name().equals(schema.name());
    }
}
