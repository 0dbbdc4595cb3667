package dev.connectcdc.avro;

import dev.connectcdc.values.PlainValues;
import io.apicurio.registry.utils.converter.ConnectUnion;
import io.apicurio.registry.utils.converter.avro.AvroData;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.kafka.connect.data.Date;
import org.apache.kafka.connect.data.Decimal;
import org.apache.kafka.connect.data.Field;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.data.Time;
import org.apache.kafka.connect.data.Timestamp;
import org.apache.kafka.connect.errors.DataException;

/**
 * Makes writers from a Connect schema and the Avro schema that {@link AvroData} makes of it. They write the bytes that Avro
 * writes of {@link AvroData}'s copy of a value, without the copy.
 *
 * <p>The writers are for one thread.
 */
final class ValueWriters {

    /** Of structs by their schema: a schema that is read from Avro can contain itself. */
    private final Map<Schema, ValueWriter> structs = new IdentityHashMap<>();

    private ValueWriters() {}

    /**
     * @param where the values stand, for errors: {@code the value of a record in topic t}
     * @throws DataException if two structs of the schema have one name and do not fit one Avro record
     */
    static ValueWriter of(Schema schema, org.apache.avro.Schema avro, String where) {
        return new ValueWriters().writer(schema, avro, where);
    }

    private ValueWriter writer(Schema schema, org.apache.avro.Schema avro, String where) {
        if (isUnion(schema)) return union(schema, avro, where);
        if (avro.getType() != org.apache.avro.Schema.Type.UNION) {
            ValueWriter values = values(schema, avro, where);
            return (value, out) -> values.write(required(value, where), out);
        }

        int absent = avro.getIndexNamed("null");
        int present = 1 - absent;
        ValueWriter values = values(schema, avro.getTypes().get(present), where);
        return (value, out) -> {
            out.writeIndex(value == null ? absent : present);
            if (value != null) values.write(value, out);
        };
    }

    private static Object required(Object value, String where) {
        if (value != null) return value;
        throw new DataException(where + " is null, but its schema is not optional. Make the schema optional.");
    }

    /** Of values that are not null. */
    private ValueWriter values(Schema schema, org.apache.avro.Schema avro, String where) {
        ValueWriter encoded = encoded(schema, avro, where);
        return switch (schema.name() == null ? "" : schema.name()) {
            case Decimal.LOGICAL_NAME ->
                (value, out) -> encoded.write(Decimal.fromLogical(schema, (BigDecimal) value), out);
            case Date.LOGICAL_NAME ->
                (value, out) -> encoded.write(Date.fromLogical(schema, (java.util.Date) value), out);
            case Time.LOGICAL_NAME ->
                (value, out) -> encoded.write(Time.fromLogical(schema, (java.util.Date) value), out);
            case Timestamp.LOGICAL_NAME ->
                (value, out) -> encoded.write(Timestamp.fromLogical(schema, (java.util.Date) value), out);
            default -> encoded;
        };
    }

    private ValueWriter encoded(Schema schema, org.apache.avro.Schema avro, String where) {
        return switch (avro.getType()) {
            case INT -> switch (schema.type()) {
                case INT8 -> (value, out) -> out.writeInt((Byte) value);
                case INT16 -> (value, out) -> out.writeInt((Short) value);
                default -> (value, out) -> out.writeInt((Integer) value);
            };
            case LONG -> (value, out) -> out.writeLong((Long) value);
            case FLOAT -> (value, out) -> out.writeFloat((Float) value);
            case DOUBLE -> (value, out) -> out.writeDouble((Double) value);
            case BOOLEAN -> (value, out) -> out.writeBoolean((Boolean) value);
            case STRING -> (value, out) -> out.writeString((String) value);
            case BYTES -> (value, out) -> out.writeBytes(PlainValues.bytes(value));
            case FIXED -> fixed(avro.getFixedSize(), where);
            case ARRAY -> schema.type() == Schema.Type.MAP ? entries(schema, avro, where) : array(schema, avro, where);
            case MAP -> map(schema, avro, where);
            case RECORD -> struct(schema, avro);
            default -> throw new DataException(where + " has a schema that is not supported: " + avro);
        };
    }

    private static ValueWriter fixed(int size, String where) {
        return (value, out) -> {
            byte[] bytes = PlainValues.bytes(value);
            if (bytes.length != size) {
                throw new DataException(where + " has " + bytes.length + " bytes, but its schema has " + size);
            }
            out.writeFixed(bytes);
        };
    }

    private ValueWriter array(Schema schema, org.apache.avro.Schema avro, String where) {
        ValueWriter elements = writer(schema.valueSchema(), avro.getElementType(), "an element of " + where);
        return (value, out) -> {
            Collection<?> items = (Collection<?>) value;
            out.writeArrayStart();
            out.setItemCount(items.size());
            for (Object item : items) {
                out.startItem();
                elements.write(item, out);
            }
            out.writeArrayEnd();
        };
    }

    /** A map whose keys are strings. */
    private ValueWriter map(Schema schema, org.apache.avro.Schema avro, String where) {
        ValueWriter values = writer(schema.valueSchema(), avro.getValueType(), "a value of " + where);
        String keyOf = "a key of " + where;
        return (value, out) -> {
            // As AvroData does: the bytes of a record's key must not change, and they depend on the order
            Map<Object, Object> map = new HashMap<>();
            ((Map<?, ?>) value).forEach(map::put);
            out.writeMapStart();
            out.setItemCount(map.size());
            for (Map.Entry<Object, Object> entry : map.entrySet()) {
                out.startItem();
                out.writeString((String) required(entry.getKey(), keyOf));
                values.write(entry.getValue(), out);
            }
            out.writeMapEnd();
        };
    }

    /** A map with other keys: an array of records. */
    private ValueWriter entries(Schema schema, org.apache.avro.Schema avro, String where) {
        List<org.apache.avro.Schema.Field> fields = avro.getElementType().getFields();
        ValueWriter keys = writer(schema.keySchema(), fields.get(0).schema(), "a key of " + where);
        ValueWriter values = writer(schema.valueSchema(), fields.get(1).schema(), "a value of " + where);
        return (value, out) -> {
            Map<?, ?> map = (Map<?, ?>) value;
            out.writeArrayStart();
            out.setItemCount(map.size());
            for (Map.Entry<?, ?> entry : map.entrySet()) {
                out.startItem();
                keys.write(entry.getKey(), out);
                values.write(entry.getValue(), out);
            }
            out.writeArrayEnd();
        };
    }

    private ValueWriter struct(Schema schema, org.apache.avro.Schema avro) {
        ValueWriter known = structs.get(schema);
        if (known != null) return known;

        List<ValueWriter> fields = new ArrayList<>();
        StructCheck check = new StructCheck(schema);
        ValueWriter writer = (value, out) -> {
            Struct struct = check.of(value);
            for (ValueWriter field : fields) field.write(struct, out);
        };
        structs.put(schema, writer);
        for (Field field : schema.fields()) {
            if (avro.getField(field.name()) == null) throw onlyOneHas(field.name(), schema);
        }
        for (org.apache.avro.Schema.Field field : avro.getFields()) fields.add(field(schema, field));
        return writer;
    }

    /** Whether structs have a schema. Another object that is equal to it is compared once, not for each struct. */
    private static final class StructCheck {

        private final Schema schema;
        private Schema equal;

        private StructCheck(Schema schema) {
            this.schema = schema;
            equal = schema;
        }

        private Struct of(Object value) {
            Struct struct = (Struct) value;
            if (struct.schema() == equal) return struct;
            if (!schema.equals(struct.schema())) {
                throw new DataException("a struct of schema " + struct.schema() + " stands where " + schema + " is expected");
            }
            equal = struct.schema();
            return struct;
        }
    }

    /** Of a field of a struct, which it takes from the struct. */
    private ValueWriter field(Schema struct, org.apache.avro.Schema.Field avro) {
        Field field = struct.field(avro.name());
        if (field == null) return missing(struct, avro);

        ValueWriter values = writer(field.schema(), avro.schema(), where(struct, avro));
        // A null stays null, whatever the default
        return field.schema().isOptional() && field.schema().defaultValue() != null
                ? (value, out) -> values.write(((Struct) value).getWithoutDefault(field.name()), out)
                : (value, out) -> values.write(((Struct) value).get(field), out);
    }

    /** Of a field that another struct of the same name has: the record of both is that of the first one. */
    private static ValueWriter missing(Schema struct, org.apache.avro.Schema.Field avro) {
        if (!avro.hasDefaultValue()) throw onlyOneHas(avro.name(), struct);
        GenericDatumWriter<Object> datums = new GenericDatumWriter<>(avro.schema());
        Object defaultValue = GenericData.get().getDefaultValue(avro);
        return (value, out) -> datums.write(defaultValue, out);
    }

    private static DataException onlyOneHas(String field, Schema struct) {
        return new DataException("two structs have the name " + struct.name() + ", and only one has field \"" + field
                + "\". Set another name for one of them.");
    }

    private static String where(Schema struct, org.apache.avro.Schema.Field field) {
        return "field \"" + field.name() + "\"" + (struct.name() == null ? "" : " of " + struct.name());
    }

    private static boolean isUnion(Schema schema) {
        return AvroData.AVRO_TYPE_UNION.equals(schema.name()) || ConnectUnion.isUnion(schema);
    }

    /** A struct that stands for the only one of its fields that is not null. */
    private ValueWriter union(Schema schema, org.apache.avro.Schema avro, String where) {
        // Null comes first if the schema is optional, then the fields
        int first = schema.isOptional() ? 1 : 0;
        List<ValueWriter> branches = new ArrayList<>();
        for (Field field : schema.fields()) {
            branches.add(values(field.schema(), avro.getTypes().get(first + field.index()), where));
        }
        StructCheck check = new StructCheck(schema);
        return (value, out) -> {
            Field present = value == null ? null : present(check.of(value));
            if (present == null && schema.isOptional()) {
                out.writeIndex(0);
            } else {
                required(present, where);
                out.writeIndex(first + present.index());
                branches.get(present.index()).write(((Struct) value).get(present), out);
            }
        };
    }

    private static Field present(Struct union) {
        for (Field field : union.schema().fields()) {
            if (union.getWithoutDefault(field.name()) != null) return field;
        }
        return null;
    }
}
