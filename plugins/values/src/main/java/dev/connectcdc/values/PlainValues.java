package dev.connectcdc.values;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.connect.data.Field;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.errors.DataException;

/**
 * Turns a Connect value, with or without schema, into a plain one: null, Boolean, String, a Number of the JDK, byte[],
 * {@code List<Object>} or {@code Map<String, Object>}.
 *
 * <p>A struct keeps the order of its schema's fields, which is the table's; a map without schema has no order of its
 * own (the JSON converter makes a hash map), so its keys are sorted. Logical types become readable text, see
 * {@link LogicalTypes}. A map whose keys are no simple values becomes a list of maps with {@code key} and
 * {@code value}.
 */
public final class PlainValues {

    /** As deep as Kafka's own JSON converter reads; a deeper value would risk the thread's stack. */
    private static final int DEEPEST = 1000;

    private static final String JSON = "io.debezium.data.Json";

    private final boolean readsJson;

    private PlainValues(boolean readsJson) {
        this.readsJson = readsJson;
    }

    /** @return the bytes of a value of type BYTES: an array as it is, or a copy of those that are left in a buffer */
    public static byte[] bytes(Object value) {
        if (value instanceof ByteBuffer buffer) {
            byte[] bytes = new byte[buffer.remaining()];
            buffer.duplicate().get(bytes);
            return bytes;
        }
        return (byte[]) value;
    }

    /**
     * @param schema the value's schema; null when it has none
     * @param value the value; null gives null, whatever default the schema has: the default is the database's, and a
     *     column that has one may still hold NULL
     * @return the plain value
     * @throws DataException when the value is of a class that Connect does not know, or does not fit its schema; the
     *     message never has the value
     */
    public static Object of(Schema schema, Object value) {
        return new PlainValues(false).of(schema, value, 0);
    }

    /** The same, but the text of a json column, known by its schema, is a {@link JsonFragment} if it is JSON. */
    public static Object withJson(Schema schema, Object value) {
        return new PlainValues(true).of(schema, value, 0);
    }

    /**
     * @param schema the schema of a value
     * @return true if the value is a date, a time or a duration whose plain value is text in ISO 8601
     */
    public static boolean isTime(Schema schema) {
        return LogicalTypes.isTime(schema);
    }

    private Object of(Schema schema, Object value, int depth) {
        if (value == null) {
            return null;
        }
        if (depth > DEEPEST) {
            throw new DataException("the value is nested more than " + DEEPEST + " levels deep");
        }
        LogicalTypes.Form form = schema == null ? null : LogicalTypes.formOf(schema);
        if (form != null) {
            return logical(form, schema, value);
        }
        if (value instanceof Struct struct) {
            return ofStruct(struct, depth);
        }
        if (value instanceof Map<?, ?> map) {
            return ofMap(schema, map, depth);
        }
        if (value instanceof Collection<?> list) {
            Schema itemSchema = schema == null ? null : schema.valueSchema();
            List<Object> plain = new ArrayList<>(list.size());
            list.forEach(item -> plain.add(of(itemSchema, item, depth + 1)));
            return plain;
        }
        if (readsJson && value instanceof String text && schema != null && JSON.equals(schema.name())) {
            return JsonFragment.orText(wellFormed(text));
        }
        return ofSimple(value);
    }

    private static Object logical(LogicalTypes.Form form, Schema schema, Object value) {
        try {
            return form.plain(schema, value);
        } catch (RuntimeException e) {
            // No cause: messages of the JDK and of Connect quote the value.
            throw new DataException(
                    "a value of class " + value.getClass().getName() + " does not fit its type " + schema.name());
        }
    }

    private Map<String, Object> ofStruct(Struct struct, int depth) {
        Map<String, Object> plain = new LinkedHashMap<>();
        for (Field field : struct.schema().fields()) {
            plain.put(field.name(), of(field.schema(), struct.getWithoutDefault(field.name()), depth + 1));
        }
        return plain;
    }

    private Object ofMap(Schema schema, Map<?, ?> map, int depth) {
        Schema keySchema = schema == null ? null : schema.keySchema();
        Schema valueSchema = schema == null ? null : schema.valueSchema();
        Map<String, Object> sorted = new TreeMap<>();
        for (Map.Entry<?, ?> entry : map.entrySet()) {
            Object key = of(keySchema, entry.getKey(), depth + 1);
            if (!isSimpleKey(key)) {
                return pairs(keySchema, valueSchema, map, depth);
            }
            sorted.put(key.toString(), of(valueSchema, entry.getValue(), depth + 1));
        }
        return sorted;
    }

    private static boolean isSimpleKey(Object key) {
        return key instanceof String || key instanceof Number || key instanceof Boolean;
    }

    private List<Object> pairs(Schema keySchema, Schema valueSchema, Map<?, ?> map, int depth) {
        List<Object> pairs = new ArrayList<>(map.size());
        for (Map.Entry<?, ?> entry : map.entrySet()) {
            Map<String, Object> pair = new LinkedHashMap<>();
            pair.put("key", of(keySchema, entry.getKey(), depth + 1));
            pair.put("value", of(valueSchema, entry.getValue(), depth + 1));
            pairs.add(pair);
        }
        return pairs;
    }

    private static Object ofSimple(Object value) {
        if (value instanceof String text) {
            return wellFormed(text);
        }
        if (value instanceof Boolean || isNumber(value)) {
            return value;
        }
        if (value instanceof byte[] || value instanceof ByteBuffer) {
            return bytes(value);
        }
        if (value instanceof Date date) {
            return LogicalTypes.instant(Instant.ofEpochMilli(date.getTime()));
        }
        throw new DataException("a value of class " + value.getClass().getName() + " is none that Connect knows");
    }

    private static boolean isNumber(Object value) {
        return value instanceof Long
                || value instanceof Integer
                || value instanceof Double
                || value instanceof BigDecimal
                || value instanceof Short
                || value instanceof Byte
                || value instanceof Float
                || value instanceof BigInteger;
    }

    /** The text with each unpaired surrogate, which no encoding can write, replaced by U+FFFD. */
    private static String wellFormed(String text) {
        int bad = unpairedSurrogate(text, 0);
        if (bad < 0) {
            return text;
        }
        StringBuilder mended = new StringBuilder(text);
        for (; bad >= 0; bad = unpairedSurrogate(text, bad + 1)) {
            mended.setCharAt(bad, '\uFFFD');
        }
        return mended.toString();
    }

    private static int unpairedSurrogate(String text, int from) {
        for (int i = from; i < text.length(); i++) {
            if (!Character.isSurrogate(text.charAt(i))) {
                continue;
            }
            boolean paired = i + 1 < text.length() && Character.isSurrogatePair(text.charAt(i), text.charAt(i + 1));
            if (!paired) {
                return i;
            }
            i++;
        }
        return -1;
    }
}
