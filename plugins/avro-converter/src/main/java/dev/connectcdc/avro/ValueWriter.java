package dev.connectcdc.avro;

import java.io.IOException;
import org.apache.avro.io.Encoder;

/** Writes values of one Connect schema. */
@FunctionalInterface
interface ValueWriter {

    /**
     * Writes a value in Avro's encoding.
     *
     * @param value as Connect has it
     * @throws org.apache.kafka.connect.errors.DataException if the value is null and its schema is not optional
     * @throws ClassCastException if the value has not the class that its schema has
     */
    void write(Object value, Encoder out) throws IOException;
}
