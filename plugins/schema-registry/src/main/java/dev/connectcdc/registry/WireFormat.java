package dev.connectcdc.registry;

import java.nio.ByteBuffer;
import org.apache.kafka.connect.errors.DataException;

/** The beginning of a record in Confluent's wire format: a zero byte, and the schema's id in four bytes, big-endian. */
public final class WireFormat {

    private static final byte MAGIC = 0;
    /** Length of the beginning, bytes. */
    public static final int PREFIX = 5;

    private WireFormat() {}

    public static byte[] prefix(int id) {
        return ByteBuffer.allocate(PREFIX).put(MAGIC).putInt(id).array();
    }

    /** The id of a record's schema. */
    public static int idOf(byte[] bytes, String topic, boolean isKey) {
        if (bytes.length < PREFIX || bytes[0] != MAGIC) {
            throw new DataException("the " + (isKey ? "key" : "value") + " of a record in topic " + topic
                    + " is not in the wire format of a schema registry: it does not begin with a zero byte and an id. "
                    + "Another converter wrote it: set that converter, or read the topic from a later offset");
        }
        return ByteBuffer.wrap(bytes, 1, Integer.BYTES).getInt();
    }
}
