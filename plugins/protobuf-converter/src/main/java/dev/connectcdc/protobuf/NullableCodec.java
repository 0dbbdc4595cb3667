package dev.connectcdc.protobuf;

import com.google.protobuf.Message;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.errors.DataException;

/** An element that can be null: a message whose only field is missing then. */
record NullableCodec(Codec inner) implements MessageCodec {

    /** Stands for null on the way to {@link #writeFields}, where null itself means a mistake. */
    private static final Object NULL = new Object();

    /**
     * @param what the element is, for the message
     * @return what to give to the codec's {@code write}
     * @throws DataException when the element is null and must not be
     */
    static Object checked(Object element, Codec codec, String what) {
        if (element != null) {
            return element;
        }
        if (codec instanceof NullableCodec) {
            return NULL;
        }
        throw new DataException("a " + what + " is null, but its schema is not optional. Make the schema optional.");
    }

    @Override
    public Schema schema() {
        return inner.schema();
    }

    @Override
    public void writeFields(WireBuffer out, Object value) {
        if (value != NULL) {
            inner.write(out, 1, value);
        }
    }

    @Override
    public Object readMessage(Message message) {
        Object value = MessageCodec.fieldOrNull(
                message, message.getDescriptorForType().findFieldByNumber(1));
        return value == null ? null : inner.read(value);
    }
}
