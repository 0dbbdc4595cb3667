package dev.connectcdc.protobuf;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;

/** Values that stand in a message of their own. */
interface MessageCodec extends Codec {

    /** Writes the message's fields. */
    void writeFields(WireBuffer out, Object value);

    /** @return the value of the message */
    Object readMessage(Message message);

    @Override
    default void write(WireBuffer out, int number, Object value) {
        int start = out.open(number);
        writeFields(out, value);
        out.close(start);
    }

    @Override
    default Object read(Object value) {
        return readMessage((Message) value);
    }

    /** @return the field's value; its type's zero when it is missing */
    static Object field(Message message, int number) {
        return message.getField(message.getDescriptorForType().findFieldByNumber(number));
    }

    /** @return the field's value; null when it is missing and that can be seen */
    static Object fieldOrNull(Message message, FieldDescriptor field) {
        return field.hasPresence() && !message.hasField(field) ? null : message.getField(field);
    }
}
