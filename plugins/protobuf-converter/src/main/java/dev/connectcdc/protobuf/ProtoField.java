package dev.connectcdc.protobuf;

import com.squareup.wire.schema.Field;
import com.squareup.wire.schema.internal.parser.FieldElement;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/**
 * A field of a {@link ProtoMessage}.
 *
 * @param name in Protobuf
 * @param connectName in Connect, such as a column's name
 * @param number of the field on the wire
 * @param label {@code optional}, {@code repeated}, or empty for a map
 * @param type as text, such as {@code int32}, {@code Value} or {@code map<string, int32>}
 * @param meta see {@link Meta}
 */
record ProtoField(String name, String connectName, int number, String label, String type, Map<String, Object> meta) {

    static ProtoField of(FieldElement element) {
        Map<String, Object> comment = Meta.of(element.getDocumentation());
        Map<String, Object> meta = comment == null ? Map.of() : comment;
        Field.Label label = element.getLabel();
        return new ProtoField(
                element.getName(),
                connectName(element.getName(), element.getJsonName(), meta),
                element.getTag(),
                label == null ? "" : label.name().toLowerCase(Locale.ROOT),
                element.getType(),
                meta);
    }

    static String connectName(String name, String jsonName, Map<String, Object> meta) {
        return (String) meta.getOrDefault(Meta.FIELD, Objects.requireNonNullElse(jsonName, name));
    }

    /** @return the field's lines in a schema, without indentation */
    String text() {
        StringBuilder text = new StringBuilder();
        if (!meta.isEmpty()) {
            text.append("// ").append(Meta.line(meta)).append('\n');
        }
        text.append(label).append(label.isEmpty() ? "" : " ").append(type).append(' ');
        text.append(name).append(" = ").append(number);
        boolean said = connectName.equals(name) && connectName.equals(Names.json(name));
        if (!said && !meta.containsKey(Meta.FIELD)) {
            text.append(" [json_name = ").append(quoted(connectName)).append(']');
        }
        return text.append(";\n").toString();
    }

    /** @return whether {@code json_name} can hold it: compilers refuse a name in brackets, and NUL */
    static boolean fitsJsonName(String connectName) {
        return !(connectName.startsWith("[") && connectName.endsWith("]")) && connectName.chars().noneMatch(c -> c < ' ');
    }

    private static String quoted(String text) {
        return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }
}
