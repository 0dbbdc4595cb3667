package dev.connectcdc.protobuf;

import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.kafka.connect.data.Date;
import org.apache.kafka.connect.data.Decimal;
import org.apache.kafka.connect.data.Field;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.Schema.Type;
import org.apache.kafka.connect.data.Time;
import org.apache.kafka.connect.data.Timestamp;

/** Makes the Protobuf schema of a Connect schema, with the numbers and names that the subject has given before. */
final class SchemaWriter {

    /** Connect's logical types that Protobuf has messages for. */
    private static final Map<String, String> LOGICAL = Map.of(
            Date.LOGICAL_NAME, WellKnown.DATE,
            Time.LOGICAL_NAME, WellKnown.TIME_OF_DAY,
            Timestamp.LOGICAL_NAME, WellKnown.TIMESTAMP);

    private static final Set<String> MAP_KEYS = Set.of("int32", "int64", "bool", "string");

    private final History history;

    private final Map<String, ProtoMessage> nested = new LinkedHashMap<>();

    private final Map<String, Schema> structs = new HashMap<>();

    private final Map<String, String> names = new HashMap<>();

    private final Set<String> takenTypeNames = new HashSet<>();

    private final Set<String> rootFieldNames = new HashSet<>();

    private SchemaWriter(History history) {
        this.history = history;
    }

    /**
     * @param topic of the record
     * @param isKey whether the schema is that of the record's key
     * @param schema of the key or the value
     * @param history of the subject
     * @return the schema to use; it equals the newest one when nothing has changed since
     */
    static ProtoSchema write(String topic, boolean isKey, Schema schema, History history) {
        ProtoSchema written = new SchemaWriter(history).root(topic, isKey, schema);
        // Through the text, or numbers in comments would be equal to those of the registry only by luck
        return ProtoSchema.parse(written.text());
    }

    private ProtoSchema root(String topic, boolean isKey, Schema schema) {
        String schemaName = schema.name() == null || schema.type() != Type.STRUCT ? null : schema.name();
        String rootName = history.newestRoot() != null
                ? history.newestRoot().name()
                : Names.message(schemaName == null ? (isKey ? "Key" : "Value") : schemaName);
        String packageName = Objects.requireNonNullElseGet(history.packageName(), () -> {
            int end = schemaName == null ? -1 : schemaName.lastIndexOf('.');
            return Names.packageOf(end < 0 ? topic : schemaName.substring(0, end));
        });
        takenTypeNames.add(rootName);
        history.newestNested().forEach(message -> takenTypeNames.add(message.name()));

        Map<String, Object> meta = Meta.empty();
        List<ProtoField> fields;
        if (schema.type() == Type.STRUCT) {
            putNames(meta, schema);
            fields = fields(schema.fields(), history.root(), "", true);
        } else {
            meta.put(Meta.WRAPPER, Wrapper.VALUE.text());
            fields = fields(List.of(new Field("value", 0, schema)), history.root(), "", true);
        }
        if (schema.isOptional()) {
            meta.put(Meta.OPTIONAL, true);
        }
        ProtoMessage root = new ProtoMessage(
                rootName, meta, fields, history.root().reservedNumbers(fields), history.root().reservedNames(fields));
        List<ProtoMessage> all = new ArrayList<>(nested.values());
        // Registries refuse the removal of a message, and its numbers are needed should it come back
        history.newestNested().stream().filter(message -> !nested.containsKey(message.name())).forEach(all::add);
        return new ProtoSchema(packageName, root, all);
    }

    /** @param isRoot whether they stand in the message that has the other messages inside: all these names must differ */
    private List<ProtoField> fields(List<Field> fields, History.Message known, String path, boolean isRoot) {
        Set<String> taken = known.names().stream().map(Names::distinct).collect(Collectors.toCollection(HashSet::new));
        Map<String, History.Claim> claims = new HashMap<>();
        int last = 0;
        for (Field field : fields) {
            History.Claim claim = known.claim(field.name());
            if (claim == null) {
                String name = Names.free(
                        Names.identifier(field.name()),
                        candidate -> taken.contains(Names.distinct(candidate)) || (isRoot && takenTypeNames.contains(candidate)));
                last = known.numberAfter(last);
                claim = new History.Claim(name, last);
                taken.add(Names.distinct(name));
            }
            claims.put(field.name(), claim);
        }
        if (isRoot) {
            claims.values().forEach(claim -> rootFieldNames.add(claim.name()));
        }
        return fields.stream()
                .map(field -> field(
                        field, claims.get(field.name()), path.isEmpty() ? field.name() : path + "." + field.name()))
                .toList();
    }

    private ProtoField field(Field field, History.Claim claim, String path) {
        Schema schema = field.schema();
        Map<String, Object> meta = Meta.empty();
        if (!ProtoField.fitsJsonName(field.name())) {
            meta.put(Meta.FIELD, field.name());
        }
        if (!schema.isOptional()) {
            meta.put(Meta.REQUIRED, true);
        }
        putMeta(meta, schema);
        String label = "optional";
        String type;
        if (schema.type() == Type.ARRAY && !schema.isOptional()) {
            label = "repeated";
            type = element(schema.valueSchema(), path);
        } else if (schema.type() == Type.MAP && !schema.isOptional()) {
            type = entries(schema, path);
            label = type.startsWith("map<") ? "" : "repeated";
        } else {
            type = singular(schema, path);
        }
        return new ProtoField(claim.name(), field.name(), claim.number(), label, type, meta);
    }

    /** The type of a field that holds one value. */
    private String singular(Schema schema, String path) {
        if (isLogical(schema)) {
            return LOGICAL.get(schema.name());
        }
        if (isDecimal(schema)) {
            return wrapper(
                    Wrapper.DECIMAL,
                    "Decimal",
                    List.of(plain("value", 1, "", "bytes"), plain("precision", 2, "", "uint32"), plain("scale", 3, "", "int32")));
        }
        return switch (schema.type()) {
            case INT8, INT16, INT32 -> "int32";
            case INT64 -> "int64";
            case FLOAT32 -> "float";
            case FLOAT64 -> "double";
            case BOOLEAN -> "bool";
            case STRING -> "string";
            case BYTES -> "bytes";
            case STRUCT -> struct(schema, path);
            case ARRAY -> {
                String element = element(schema.valueSchema(), path);
                yield wrapper(Wrapper.ARRAY, "ArrayOf" + capital(element), List.of(plain("items", 1, "repeated", element)));
            }
            case MAP -> {
                String entries = entries(schema, path);
                String label = entries.startsWith("map<") ? "" : "repeated";
                yield wrapper(
                        Wrapper.MAP,
                        "MapOf" + capital(element(schema.keySchema(), path)) + capital(element(schema.valueSchema(), path)),
                        List.of(plain("entries", 1, label, entries)));
            }
        };
    }

    /** The type of one of many values: null needs a message there. */
    private String element(Schema schema, String path) {
        String type = singular(schema, path);
        return schema.isOptional()
                ? wrapper(Wrapper.NULLABLE, "Nullable" + capital(type), List.of(plain("value", 1, "optional", type)))
                : type;
    }

    private String entries(Schema map, String path) {
        String key = element(map.keySchema(), path);
        String value = element(map.valueSchema(), path);
        return MAP_KEYS.contains(key)
                ? "map<" + key + ", " + value + ">"
                : wrapper(
                        Wrapper.ENTRY,
                        "EntryOf" + capital(key) + capital(value),
                        List.of(plain("key", 1, "optional", key), plain("value", 2, "optional", value)));
    }

    private String struct(Schema schema, String path) {
        String key = ProtoMessage.structKey(schema.name(), schema.name() == null ? path : null);
        String ownPath = schema.name() == null ? path : null;
        if (structs.containsKey(key) && !same(structs.get(key), schema)) {
            key = ProtoMessage.structKey(schema.name(), path);
            ownPath = path;
        }
        String name = typeName(key, Names.message(schema.name() == null ? path : schema.name()));
        if (structs.put(key, schema) == null) {
            Map<String, Object> meta = Meta.empty();
            putNames(meta, schema);
            Meta.putIfPresent(meta, Meta.PATH, ownPath);
            History.Message known = history.nested(name);
            List<ProtoField> fields = fields(schema.fields(), known, path, false);
            nested.put(
                    name,
                    new ProtoMessage(name, meta, fields, known.reservedNumbers(fields), known.reservedNames(fields)));
        }
        return name;
    }

    private static boolean same(Schema one, Schema other) {
        return one.fields().equals(other.fields())
                && Objects.equals(one.version(), other.version())
                && Objects.equals(one.doc(), other.doc())
                && Objects.equals(one.parameters(), other.parameters());
    }

    private String wrapper(Wrapper wrapper, String base, List<ProtoField> fields) {
        String name = typeName(ProtoMessage.wrapperKey(wrapper.text(), fields), base);
        nested.computeIfAbsent(
                name,
                newName -> new ProtoMessage(
                        newName, Map.of(Meta.WRAPPER, wrapper.text()), fields, new TreeSet<>(), new TreeSet<>()));
        return name;
    }

    private String typeName(String key, String base) {
        return names.computeIfAbsent(key, newKey -> {
            String known = history.nameOf(newKey);
            if (known != null) {
                return known;
            }
            boolean foreign = history.newestNested().stream()
                    .anyMatch(message -> message.name().equals(base) && message.key() == null);
            // A message of somebody else's schema with this name is meant to be this one
            String name = foreign && !names.containsValue(base)
                    ? base
                    : Names.free(
                            base,
                            candidate -> rootFieldNames.contains(candidate)
                                    || takenTypeNames.stream().anyMatch(candidate::equalsIgnoreCase));
            takenTypeNames.add(name);
            return name;
        });
    }

    private static ProtoField plain(String name, int number, String label, String type) {
        return new ProtoField(name, name, number, label, type, Map.of());
    }

    private static String capital(String type) {
        return Names.message(type);
    }

    static boolean isDecimal(Schema schema) {
        return Decimal.LOGICAL_NAME.equals(schema.name()) && schema.type() == Type.BYTES;
    }

    static boolean isLogical(Schema schema) {
        return schema.name() != null
                && LOGICAL.containsKey(schema.name())
                && schema.type() == (schema.name().equals(Timestamp.LOGICAL_NAME) ? Type.INT64 : Type.INT32);
    }

    /** Of a value: all that its Protobuf type does not say. */
    private static void putMeta(Map<String, Object> meta, Schema schema) {
        if (schema.type() == Type.INT8 || schema.type() == Type.INT16) {
            meta.put(Meta.TYPE, schema.type().getName());
        }
        if (schema.type() != Type.STRUCT) {
            boolean implied = (isLogical(schema) || isDecimal(schema)) && Objects.equals(schema.version(), 1);
            if (!implied) {
                Meta.putIfPresent(meta, Meta.NAME, schema.name());
                Meta.putIfPresent(meta, Meta.VERSION, schema.version());
            }
            Meta.putIfPresent(meta, Meta.DOC, schema.doc());
            Meta.putIfPresent(meta, Meta.PARAMETERS, schema.parameters());
        }
        Meta.putIfPresent(meta, Meta.DEFAULT, defaultOf(schema));
        if (schema.type() == Type.ARRAY) {
            Meta.putIfPresent(meta, Meta.ITEMS, elementMeta(schema.valueSchema()));
        } else if (schema.type() == Type.MAP) {
            Meta.putIfPresent(meta, Meta.KEYS, elementMeta(schema.keySchema()));
            Meta.putIfPresent(meta, Meta.VALUES, elementMeta(schema.valueSchema()));
        }
    }

    private static Map<String, Object> elementMeta(Schema schema) {
        Map<String, Object> meta = Meta.empty();
        putMeta(meta, schema);
        return meta;
    }

    /** Of a struct: what stands at its message. */
    private static void putNames(Map<String, Object> meta, Schema schema) {
        Meta.putIfPresent(meta, Meta.NAME, schema.name());
        Meta.putIfPresent(meta, Meta.VERSION, schema.version());
        Meta.putIfPresent(meta, Meta.DOC, schema.doc());
        Meta.putIfPresent(meta, Meta.PARAMETERS, schema.parameters());
    }

    /** A default as JSON; those of structs, arrays and maps are left out. */
    private static Object defaultOf(Schema schema) {
        Object value = schema.defaultValue();
        if (value instanceof BigDecimal decimal) {
            return decimal.toString();
        } else if (value instanceof java.util.Date date) {
            return date.getTime();
        } else if (value instanceof byte[] bytes) {
            return Base64.getEncoder().encodeToString(bytes);
        } else if (value instanceof ByteBuffer buffer) {
            byte[] bytes = new byte[buffer.remaining()];
            buffer.duplicate().get(bytes);
            return Base64.getEncoder().encodeToString(bytes);
        }
        return switch (schema.type()) {
            case STRUCT, ARRAY, MAP -> null;
            default -> value;
        };
    }
}
