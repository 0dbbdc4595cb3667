package dev.connectcdc.protobuf;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.connect.data.Date;
import org.apache.kafka.connect.data.Decimal;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.Schema.Type;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.apache.kafka.connect.data.Time;
import org.apache.kafka.connect.data.Timestamp;
import org.apache.kafka.connect.errors.DataException;

/** Makes the codec of a message: from its descriptor, and from what comments say of Connect's schema. */
final class Codecs {

    private final Map<String, Map<String, Object>> metas;

    private final Set<Descriptor> open = new HashSet<>();

    private Codecs(Map<String, Map<String, Object>> metas) {
        this.metas = metas;
    }

    /**
     * @param schema a schema of the registry
     * @param message the record's message in it
     * @throws DataException when Connect has no schema for it
     */
    static MessageCodec of(ProtoDescriptors.Parsed schema, Descriptor message) {
        Codecs codecs = new Codecs(schema.metas());
        Map<String, Object> meta = codecs.meta(message.getFullName());
        boolean optional = Boolean.TRUE.equals(meta.get(Meta.OPTIONAL));
        if (Wrapper.VALUE.text().equals(meta.get(Meta.WRAPPER))) {
            FieldDescriptor value = message.getFields().get(0);
            return new WrappedCodec(codecs.field(value, optional));
        }
        return codecs.struct(message, Map.of(), optional);
    }

    private Map<String, Object> meta(String fullName) {
        return metas.getOrDefault(fullName, Map.of());
    }

    private Codec field(FieldDescriptor field, boolean optional) {
        return codec(field, meta(field.getFullName()), optional);
    }

    private Codec codec(FieldDescriptor field, Map<String, Object> meta, boolean optional) {
        if (field.isMapField() || (field.isRepeated() && isWrapper(field, Wrapper.ENTRY))) {
            Descriptor entry = field.getMessageType();
            Codec key = singular(entry.findFieldByNumber(1), Meta.inner(meta, Meta.KEYS), false);
            Codec value = singular(entry.findFieldByNumber(2), Meta.inner(meta, Meta.VALUES), false);
            return new MapCodec(schema(SchemaBuilder.map(key.schema(), value.schema()), meta, optional), key, value);
        }
        if (field.isRepeated()) {
            Codec element = singular(field, Meta.inner(meta, Meta.ITEMS), false);
            return new ArrayCodec(schema(SchemaBuilder.array(element.schema()), meta, optional), element);
        }
        return singular(field, meta, optional);
    }

    private Codec singular(FieldDescriptor field, Map<String, Object> meta, boolean optional) {
        return switch (field.getType()) {
            case INT32, SINT32, SFIXED32 -> scalar(
                    Type.valueOf(((String) meta.getOrDefault(Meta.TYPE, "int32")).toUpperCase(Locale.ROOT)), meta, optional);
            case INT64, SINT64, SFIXED64, UINT32, FIXED32, UINT64, FIXED64 -> scalar(Type.INT64, meta, optional);
            case FLOAT -> scalar(Type.FLOAT32, meta, optional);
            case DOUBLE -> scalar(Type.FLOAT64, meta, optional);
            case BOOL -> scalar(Type.BOOLEAN, meta, optional);
            case STRING, ENUM -> scalar(Type.STRING, meta, optional);
            case BYTES -> scalar(Type.BYTES, meta, optional);
            case MESSAGE, GROUP -> message(field.getMessageType(), meta, optional);
        };
    }

    private ScalarCodec scalar(Type type, Map<String, Object> meta, boolean optional) {
        return new ScalarCodec(schema(new SchemaBuilder(type), meta, optional));
    }

    private Codec message(Descriptor message, Map<String, Object> meta, boolean optional) {
        switch (message.getFullName()) {
            case WellKnown.DATE:
                return new LogicalCodec(
                        schema(logical(Date.builder(), Type.INT32, meta), meta, optional), LogicalCodec.Kind.DATE);
            case WellKnown.TIME_OF_DAY:
                return new LogicalCodec(
                        schema(logical(Time.builder(), Type.INT32, meta), meta, optional), LogicalCodec.Kind.TIME_OF_DAY);
            case WellKnown.TIMESTAMP:
                return new LogicalCodec(
                        schema(logical(Timestamp.builder(), Type.INT64, meta), meta, optional), LogicalCodec.Kind.TIMESTAMP);
            case WellKnown.CONFLUENT_DECIMAL:
                return decimal(meta, optional);
            default:
        }
        Object wrapper = meta(message.getFullName()).get(Meta.WRAPPER);
        if (wrapper == null) {
            return struct(message, meta, optional);
        }
        return switch (Wrapper.valueOf(((String) wrapper).toUpperCase(Locale.ROOT))) {
            case DECIMAL -> decimal(meta, optional);
            case NULLABLE -> new NullableCodec(codec(message.findFieldByNumber(1), meta, true));
            case ARRAY, MAP, VALUE, ENTRY -> new WrappedCodec(codec(message.findFieldByNumber(1), meta, optional));
        };
    }

    private LogicalCodec decimal(Map<String, Object> meta, boolean optional) {
        Object scale = Meta.inner(meta, Meta.PARAMETERS).get(Decimal.SCALE_FIELD);
        SchemaBuilder builder = Decimal.builder(scale == null ? 0 : Integer.parseInt((String) scale));
        return new LogicalCodec(
                schema(logical(builder, Type.BYTES, meta), meta, optional), LogicalCodec.Kind.DECIMAL);
    }

    /** A schema that is not as Connect makes it says its own name and version. */
    private static SchemaBuilder logical(SchemaBuilder usual, Type type, Map<String, Object> meta) {
        return meta.containsKey(Meta.NAME) ? new SchemaBuilder(type) : usual;
    }

    private boolean isWrapper(FieldDescriptor field, Wrapper wrapper) {
        return field.getJavaType() == FieldDescriptor.JavaType.MESSAGE
                && wrapper.text().equals(meta(field.getMessageType().getFullName()).get(Meta.WRAPPER));
    }

    private StructCodec struct(Descriptor message, Map<String, Object> fieldMeta, boolean optional) {
        if (!open.add(message)) {
            throw new DataException("message " + message.getFullName()
                    + " contains itself. Connect has no schema for that. Read the topic without this converter.");
        }
        Map<String, Object> meta = metas.get(message.getFullName());
        boolean ours = meta != null;
        SchemaBuilder builder = SchemaBuilder.struct();
        List<StructCodec.FieldCodec> fields = new ArrayList<>();
        for (FieldDescriptor field : message.getFields()) {
            Map<String, Object> own = meta(field.getFullName());
            String name = ours ? connectName(field, own) : field.getName();
            boolean nullable = !field.isRepeated()
                    && (ours ? !Boolean.TRUE.equals(own.get(Meta.REQUIRED)) : field.hasPresence() && !field.isRequired());
            Codec codec = codec(field, own, nullable);
            builder.field(name, codec.schema());
            fields.add(new StructCodec.FieldCodec(name, field, codec));
        }
        open.remove(message);
        Schema schema = ours ? schema(builder, meta, optional) : optional(builder.name(message.getFullName()), optional).build();
        return new StructCodec(schema, fields);
    }

    private static String connectName(FieldDescriptor field, Map<String, Object> meta) {
        String jsonName = field.toProto().hasJsonName() ? field.getJsonName() : null;
        return ProtoField.connectName(field.getName(), jsonName, meta);
    }

    private static SchemaBuilder optional(SchemaBuilder builder, boolean optional) {
        return optional ? builder.optional() : builder.required();
    }

    private static Schema schema(SchemaBuilder builder, Map<String, Object> meta, boolean optional) {
        optional(builder, optional);
        if (meta.get(Meta.NAME) instanceof String name) {
            builder.name(name);
        }
        if (meta.get(Meta.VERSION) instanceof Number version) {
            builder.version(version.intValue());
        }
        if (meta.get(Meta.DOC) instanceof String doc) {
            builder.doc(doc);
        }
        Map<String, String> known = builder.parameters() == null ? Map.of() : Map.copyOf(builder.parameters());
        Meta.inner(meta, Meta.PARAMETERS).forEach((name, value) -> {
            if (!known.containsKey(name)) {
                builder.parameter(name, (String) value);
            }
        });
        if (meta.get(Meta.DEFAULT) != null) {
            builder.defaultValue(defaultOf(builder, meta.get(Meta.DEFAULT)));
        }
        return builder.build();
    }

    private static Object defaultOf(SchemaBuilder schema, Object json) {
        if (SchemaWriter.isDecimal(schema)) {
            return new BigDecimal((String) json);
        }
        if (SchemaWriter.isLogical(schema)) {
            return new java.util.Date((Long) json);
        }
        return switch (schema.type()) {
            case INT8 -> ((Number) json).byteValue();
            case INT16 -> ((Number) json).shortValue();
            case INT32 -> ((Number) json).intValue();
            case FLOAT32 -> Float.parseFloat(json.toString());
            case FLOAT64 -> Double.parseDouble(json.toString());
            case BYTES -> Base64.getDecoder().decode((String) json);
            default -> json;
        };
    }
}
