package dev.connectcdc.protobuf;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.apache.kafka.connect.data.Schema;

/** An array as a repeated field. */
record ArrayCodec(Schema schema, Codec element) implements Codec {

    @Override
    public void write(WireBuffer out, int number, Object value) {
        for (Object item : (Collection<?>) value) {
            element.write(out, number, NullableCodec.checked(item, element, "null element"));
        }
    }

    @Override
    public Object read(Object value) {
        List<Object> items = new ArrayList<>();
        for (Object item : (List<?>) value) {
            items.add(element.read(item));
        }
        return items;
    }
}
