package dev.connectcdc.protobuf;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import java.util.List;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.errors.DataException;

/**
 * A struct as a message.
 *
 * @param fields in the order of the schema's fields
 */
record StructCodec(Schema schema, List<FieldCodec> fields) implements MessageCodec {

    /** A field of the struct, and where it stands in the message. */
    record FieldCodec(String name, FieldDescriptor descriptor, Codec codec) {}

    @Override
    public void writeFields(WireBuffer out, Object value) {
        Struct struct = (Struct) value;
        for (FieldCodec field : fields) {
            // An optional field that is null stays so, whatever its default
            Object of = field.codec.schema().isOptional()
                    ? struct.getWithoutDefault(field.name)
                    : struct.get(field.name);
            if (of != null) {
                write(out, field, of);
            } else if (!field.codec.schema().isOptional()) {
                throw new DataException(where(field) + " is null, but its schema is not optional. Make the schema optional.");
            }
        }
    }

    private void write(WireBuffer out, FieldCodec field, Object value) {
        try {
            field.codec.write(out, field.descriptor.getNumber(), value);
        } catch (ClassCastException e) {
            throw new DataException(
                    where(field) + " has a value of " + value.getClass().getName() + ", which does not fit its schema "
                            + field.codec.schema(),
                    e);
        }
    }

    private String where(FieldCodec field) {
        return "field \"" + field.name + "\"" + (schema.name() == null ? "" : " of " + schema.name());
    }

    @Override
    public Struct readMessage(Message message) {
        Struct struct = new Struct(schema);
        for (int i = 0; i < fields.size(); i++) {
            FieldCodec field = fields.get(i);
            Object value = field.codec.schema().isOptional()
                    ? MessageCodec.fieldOrNull(message, field.descriptor)
                    : message.getField(field.descriptor);
            if (value != null) {
                struct.put(schema.fields().get(i), field.codec.read(value));
            }
        }
        return struct;
    }
}
