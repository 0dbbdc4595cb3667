package dev.connectcdc.protobuf;

import com.google.protobuf.Message;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.connect.data.Schema;

/** A map as a repeated field of entries, which is what a map of Protobuf is on the wire. */
record MapCodec(Schema schema, Codec key, Codec value) implements Codec {

    private static final int KEY = 1;

    private static final int VALUE = 2;

    @Override
    public void write(WireBuffer out, int number, Object map) {
        for (Map.Entry<?, ?> entry : ((Map<?, ?>) map).entrySet()) {
            int start = out.open(number);
            key.write(out, KEY, NullableCodec.checked(entry.getKey(), key, "key of a map"));
            value.write(out, VALUE, NullableCodec.checked(entry.getValue(), value, "value of a map"));
            out.close(start);
        }
    }

    @Override
    public Object read(Object entries) {
        Map<Object, Object> map = new LinkedHashMap<>();
        for (Object item : (List<?>) entries) {
            Message entry = (Message) item;
            map.put(key.read(MessageCodec.field(entry, KEY)), value.read(MessageCodec.field(entry, VALUE)));
        }
        return map;
    }
}
