package dev.connectcdc.protobuf;

import com.google.protobuf.Message;
import org.apache.kafka.connect.data.Schema;

/** A value in a message of its own, as that message's field 1. */
record WrappedCodec(Codec inner) implements MessageCodec {

    @Override
    public Schema schema() {
        return inner.schema();
    }

    @Override
    public void writeFields(WireBuffer out, Object value) {
        inner.write(out, 1, value);
    }

    @Override
    public Object readMessage(Message message) {
        return inner.read(MessageCodec.field(message, 1));
    }
}
