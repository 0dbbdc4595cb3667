package dev.connectcdc.transforms;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.apache.kafka.connect.data.Struct;

/** Rows with every kind of text that makes trouble: control characters, markup, surrogates paired and not, marks. */
final class RandomRows {

    /** Cases of one test. */
    static final int CASES = 5000;

    /** Another one by {@code -DargLine=-Dfuzz.seed=42}. */
    private static final long SEED = Long.getLong("fuzz.seed", 20261123);

    private static final String[] SNIPPETS = {
        "a", "Z", "9", "_", "_x", "_x0041_", "xml", "XmL", ":", "-", ".", " ", "\t", "\n", "\r", "\r\n", "<", ">", "&", "\"",
        "'", "]]>", "<!--", "<![CDATA[", "&#13;", "&lt;", "\\", "/", "\u0000", "\u0001", "\u001F", "\u007F", "\u0085",
        "\u00A0", "é", "ß", "\u0300", "\u2028", "\uFEFF", "\uFFFD", "\uFFFE", "\uFFFF", "\uD83D\uDE00", "\uD800",
        "\uDC00", "\uDBFF\uDFFF", "\uDBFF\uDFFE", "中", "\u202E", "${jndi:ldap://x}", "%00"
    };

    private final Random random = new Random(SEED);

    /** A row without a schema: nested maps and lists of anything. */
    Map<String, Object> next() {
        return map(3);
    }

    /** The same with a schema: nested structs and lists of texts, fields in an order of their own. */
    Struct nextStruct() {
        return struct(map(3));
    }

    /** How to name a case that fails. */
    static String caseOf(int number, String text) {
        return "seed " + SEED + ", case " + number + ": " + text;
    }

    private Struct struct(Map<?, ?> row) {
        List<String> names = new ArrayList<>();
        // A schema's field has a name of at least one character.
        row.keySet().stream().filter(name -> !name.equals("")).forEach(name -> names.add((String) name));
        Collections.shuffle(names, random);
        Map<String, Object> values = new LinkedHashMap<>();
        names.forEach(name -> values.put(name, withSchema(row.get(name))));
        SchemaBuilder schema = SchemaBuilder.struct().optional();
        values.forEach((name, value) -> schema.field(name, schemaOf(value)));
        Struct struct = new Struct(schema.build());
        values.forEach(struct::put);
        return struct;
    }

    private Object withSchema(Object value) {
        if (value instanceof Map<?, ?> map) {
            return struct(map);
        }
        if (value instanceof List<?> list) {
            return list.stream().map(item -> item instanceof String ? item : null).toList();
        }
        return value;
    }

    private static Schema schemaOf(Object value) {
        if (value instanceof Struct struct) {
            return struct.schema();
        }
        if (value instanceof List) {
            return SchemaBuilder.array(Schema.OPTIONAL_STRING_SCHEMA).build();
        }
        if (value instanceof Long) {
            return Schema.INT64_SCHEMA;
        }
        if (value instanceof Double) {
            return Schema.FLOAT64_SCHEMA;
        }
        return value instanceof Boolean ? Schema.BOOLEAN_SCHEMA : Schema.OPTIONAL_STRING_SCHEMA;
    }

    /** The row as a reader must find it, fields in order, with {@code clean} done to each text that is a value. */
    static Object expected(Object value, UnaryOperator<String> clean) {
        if (value instanceof Struct struct) {
            Map<String, Object> expected = new LinkedHashMap<>();
            struct.schema().fields().forEach(field ->
                    expected.put(wellFormed(field.name()), expected(struct.get(field), clean)));
            return expected;
        }
        if (value instanceof Map<?, ?> map) {
            Map<String, Object> expected = new TreeMap<>();
            map.forEach((name, item) -> expected.put(wellFormed((String) name), expected(item, clean)));
            return expected;
        }
        if (value instanceof List<?> list) {
            List<Object> expected = new ArrayList<>();
            list.forEach(item -> expected.add(expected(item, clean)));
            return expected;
        }
        return value instanceof String text ? clean.apply(wellFormed(text)) : value;
    }

    static String wellFormed(String text) {
        // Encoders put a question mark for an unpaired surrogate, decoding UTF-16 bytes puts U+FFFD.
        StringBuilder mended = new StringBuilder();
        text.codePoints()
                .map(c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE ? 0xFFFD : c)
                .forEach(mended::appendCodePoint);
        return mended.toString();
    }

    private Map<String, Object> map(int depth) {
        Map<String, Object> map = new HashMap<>();
        for (int i = random.nextInt(6); i >= 0; i--) {
            map.put(wellFormed(text()), value(depth - 1));
        }
        return map;
    }

    private Object value(int depth) {
        return switch (random.nextInt(depth > 0 ? 9 : 7)) {
            case 0 -> null;
            case 1 -> random.nextLong();
            case 2 -> random.nextBoolean();
            case 3 -> random.nextGaussian() * Math.pow(10, random.nextInt(60) - 30);
            case 7 -> map(depth);
            case 8 -> list(depth);
            default -> text();
        };
    }

    private List<Object> list(int depth) {
        List<Object> list = new ArrayList<>();
        for (int i = random.nextInt(4); i > 0; i--) {
            list.add(value(depth - 1));
        }
        return list;
    }

    private String text() {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(7); i > 0; i--) {
            text.append(random.nextInt(8) == 0 ? String.valueOf((char) random.nextInt(0x10000)) : snippet());
        }
        return text.toString();
    }

    private String snippet() {
        return SNIPPETS[random.nextInt(SNIPPETS.length)];
    }
}
