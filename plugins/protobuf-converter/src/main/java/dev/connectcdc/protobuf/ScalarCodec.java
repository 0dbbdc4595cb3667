package dev.connectcdc.protobuf;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import dev.connectcdc.values.PlainValues;
import org.apache.kafka.connect.data.Schema;

/** Numbers, booleans, text and bytes. */
record ScalarCodec(Schema schema) implements Codec {

    @Override
    public void write(WireBuffer out, int number, Object value) {
        switch (schema.type()) {
            case INT8, INT16, INT32, INT64 -> out.varint(number, ((Number) value).longValue());
            case BOOLEAN -> out.varint(number, (Boolean) value ? 1 : 0);
            case FLOAT32 -> {
                out.tag(number, WireBuffer.FIXED32);
                out.fixed32(Float.floatToRawIntBits((Float) value));
            }
            case FLOAT64 -> {
                out.tag(number, WireBuffer.FIXED64);
                out.fixed64(Double.doubleToRawLongBits((Double) value));
            }
            case STRING -> out.text(number, (String) value);
            default -> out.bytes(number, PlainValues.bytes(value));
        }
    }

    @Override
    public Object read(Object value) {
        return switch (schema.type()) {
            case INT8 -> ((Number) value).byteValue();
            case INT16 -> ((Number) value).shortValue();
            // Only the unsigned types of other writers come as int and become a long
            case INT64 -> value instanceof Integer number ? Integer.toUnsignedLong(number) : value;
            case STRING -> value instanceof EnumValueDescriptor constant ? constant.getName() : value;
            case BYTES -> ((ByteString) value).toByteArray();
            default -> value;
        };
    }
}
