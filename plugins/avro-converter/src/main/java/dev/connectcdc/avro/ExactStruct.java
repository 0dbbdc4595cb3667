package dev.connectcdc.avro;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.kafka.connect.data.Field;
import org.apache.kafka.connect.data.Struct;

/**
 * A struct whose null fields are null. {@link Struct#get(Field)} gives the default of a field that is null, and so does the
 * mapping to Avro, which calls it: a NULL in a column with a default would be written as that default.
 */
final class ExactStruct extends Struct {

    private final Struct struct;

    private ExactStruct(Struct struct) {
        super(struct.schema());
        this.struct = struct;
    }

    /** The same value, with all structs in it exact. */
    static Object of(Object value) {
        if (value instanceof Struct struct) return new ExactStruct(struct);
        if (value instanceof List<?> list && list.stream().anyMatch(Struct.class::isInstance)) {
            return list.stream().map(ExactStruct::of).collect(Collectors.toList());
        }
        if (value instanceof Map<?, ?> map && map.values().stream().anyMatch(Struct.class::isInstance)) {
            return map.entrySet().stream().collect(Collectors.toMap(Map.Entry::getKey, entry -> of(entry.getValue())));
        }
        return value;
    }

    @Override
    public Object get(Field field) {
        return of(struct.getWithoutDefault(field.name()));
    }
}
