package dev.connectcdc.protobuf;

import org.apache.kafka.connect.data.Schema;

/** Values of one Connect schema in a field of a message, both ways. */
interface Codec {

    /** @return the schema of the values */
    Schema schema();

    /**
     * Writes a field with its tag.
     *
     * @param number of the field
     * @param value as Connect has it, never null
     */
    void write(WireBuffer out, int number, Object value);

    /**
     * @param value what {@link com.google.protobuf.DynamicMessage#getField} gives
     * @return the value as Connect has it
     */
    Object read(Object value);
}
