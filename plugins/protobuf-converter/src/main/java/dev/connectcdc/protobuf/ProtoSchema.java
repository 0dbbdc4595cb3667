package dev.connectcdc.protobuf;

import com.squareup.wire.schema.Location;
import com.squareup.wire.schema.internal.parser.MessageElement;
import com.squareup.wire.schema.internal.parser.ProtoFileElement;
import com.squareup.wire.schema.internal.parser.ProtoParser;
import com.squareup.wire.schema.internal.parser.TypeElement;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.connect.errors.DataException;

/**
 * A Protobuf schema in the form that this converter gives it: one message of the record, and inside it whatever messages that
 * needs. So two schemas never define the same name twice in one program.
 *
 * @param packageName with dots
 * @param root the record's message
 * @param nested the messages inside it; none of them has messages inside
 */
record ProtoSchema(String packageName, ProtoMessage root, List<ProtoMessage> nested) {

    /**
     * @param text a schema as text, also one that somebody else wrote: then it is what this form can hold of it
     * @throws DataException when it is no Protobuf schema with a message
     */
    static ProtoSchema parse(String text) {
        ProtoFileElement file = element(text);
        MessageElement root = messages(file.getTypes())
                .findFirst()
                .orElseThrow(() -> new DataException("the Protobuf schema has no message"));
        return new ProtoSchema(
                Objects.requireNonNullElse(file.getPackageName(), ""),
                ProtoMessage.of(root),
                messages(root.getNestedTypes()).map(ProtoMessage::of).toList());
    }

    /** @throws DataException when the text is no Protobuf schema */
    static ProtoFileElement element(String text) {
        try {
            return ProtoParser.Companion.parse(Location.get("schema.proto"), text);
        } catch (IllegalStateException | IllegalArgumentException e) {
            throw new DataException("the schema is not valid Protobuf: " + e.getMessage(), e);
        }
    }

    private static Stream<MessageElement> messages(List<TypeElement> types) {
        return types.stream().filter(MessageElement.class::isInstance).map(MessageElement.class::cast);
    }

    /** @return the schema as text, in Protobuf's language, version 3 */
    String text() {
        StringBuilder text = new StringBuilder("syntax = \"proto3\";\n\n");
        if (!packageName.isEmpty()) {
            text.append("package ").append(packageName).append(";\n\n");
        }
        SortedSet<String> imports = imports();
        imports.forEach(path -> text.append("import \"").append(path).append("\";\n"));
        return text.append(imports.isEmpty() ? "" : "\n").append(root.text(nested)).toString();
    }

    private SortedSet<String> imports() {
        String types = Stream.concat(Stream.of(root), nested.stream())
                .flatMap(message -> message.fields().stream())
                .map(ProtoField::type)
                .collect(Collectors.joining(" "));
        return WellKnown.FILES.entrySet().stream()
                .filter(type -> types.contains(type.getKey()))
                .map(Map.Entry::getValue)
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
