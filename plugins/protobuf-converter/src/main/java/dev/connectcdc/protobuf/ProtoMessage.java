package dev.connectcdc.protobuf;

import com.squareup.wire.schema.internal.parser.FieldElement;
import com.squareup.wire.schema.internal.parser.MessageElement;
import com.squareup.wire.schema.internal.parser.OneOfElement;
import com.squareup.wire.schema.internal.parser.ReservedElement;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import kotlin.ranges.IntRange;

/**
 * A message of a {@link ProtoSchema}.
 *
 * @param name in Protobuf
 * @param meta see {@link Meta}; null in a schema that this converter did not make
 * @param fields in the order of the Connect schema
 * @param reservedNumbers that no field may have
 * @param reservedNames that no field may have
 */
record ProtoMessage(
        String name,
        Map<String, Object> meta,
        List<ProtoField> fields,
        SortedSet<Range> reservedNumbers,
        SortedSet<String> reservedNames) {

    /** Numbers from one to another, both with it. */
    record Range(int first, int last) implements Comparable<Range> {

        boolean has(int number) {
            return first <= number && number <= last;
        }

        @Override
        public int compareTo(Range other) {
            return Comparator.comparingInt(Range::first).thenComparingInt(Range::last).compare(this, other);
        }

        private String text() {
            return first == last ? Integer.toString(first) : first + " to " + last;
        }
    }

    static ProtoMessage of(MessageElement element) {
        Stream<FieldElement> inOneOfs = element.getOneOfs().stream().map(OneOfElement::getFields).flatMap(List::stream);
        List<ProtoField> fields =
                Stream.concat(element.getFields().stream(), inOneOfs).map(ProtoField::of).toList();
        SortedSet<Range> numbers = new TreeSet<>();
        SortedSet<String> names = new TreeSet<>();
        for (ReservedElement reserved : element.getReserveds()) {
            for (Object value : reserved.getValues()) {
                if (value instanceof String name) {
                    names.add(name);
                } else if (value instanceof IntRange range) {
                    numbers.add(new Range(range.getFirst(), range.getLast()));
                } else {
                    numbers.add(new Range((Integer) value, (Integer) value));
                }
            }
        }
        return new ProtoMessage(element.getName(), Meta.of(element.getDocumentation()), fields, numbers, names);
    }

    /**
     * @return what the message stands for, the same in all versions of a subject; null when nothing tells that
     */
    String key() {
        if (meta == null) {
            return null;
        }
        String wrapper = (String) meta.get(Meta.WRAPPER);
        return wrapper == null
                ? structKey((String) meta.get(Meta.NAME), (String) meta.get(Meta.PATH))
                : wrapperKey(wrapper, fields);
    }

    static String structKey(String name, String path) {
        return "struct " + name + " " + path;
    }

    static String wrapperKey(String wrapper, List<ProtoField> fields) {
        return wrapper + fields.stream().map(field -> " " + field.type()).collect(Collectors.joining());
    }

    /** @return the message's lines in a schema, with messages inside it */
    String text(List<ProtoMessage> nested) {
        StringBuilder body = new StringBuilder();
        if (!reservedNumbers.isEmpty()) {
            body.append(reservedNumbers.stream().map(Range::text).collect(Collectors.joining(", ", "reserved ", ";\n")));
        }
        if (!reservedNames.isEmpty()) {
            body.append(reservedNames.stream()
                    .map(name -> '"' + name + '"')
                    .collect(Collectors.joining(", ", "reserved ", ";\n")));
        }
        fields.forEach(field -> body.append(field.text()));
        nested.forEach(message -> body.append('\n').append(message.text(List.of())));
        String comment = meta == null ? "" : "// " + Meta.line(meta) + "\n";
        return comment + "message " + name + " {\n" + body.toString().replaceAll("(?md)^(?=.)", "  ") + "}\n";
    }
}
