package dev.connectcdc.protobuf;

import com.google.protobuf.AnyProto;
import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.EnumDescriptorProto;
import com.google.protobuf.DescriptorProtos.EnumOptions;
import com.google.protobuf.DescriptorProtos.EnumValueDescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldOptions;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.MessageOptions;
import com.google.protobuf.DescriptorProtos.OneofDescriptorProto;
import com.google.protobuf.Descriptors.DescriptorValidationException;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.DurationProto;
import com.google.protobuf.EmptyProto;
import com.google.protobuf.FieldMaskProto;
import com.google.protobuf.StructProto;
import com.google.protobuf.TimestampProto;
import com.google.protobuf.WrappersProto;
import com.squareup.wire.schema.Field;
import com.squareup.wire.schema.internal.parser.EnumConstantElement;
import com.squareup.wire.schema.internal.parser.EnumElement;
import com.squareup.wire.schema.internal.parser.FieldElement;
import com.squareup.wire.schema.internal.parser.MessageElement;
import com.squareup.wire.schema.internal.parser.OneOfElement;
import com.squareup.wire.schema.internal.parser.OptionElement;
import com.squareup.wire.schema.internal.parser.ProtoFileElement;
import com.squareup.wire.schema.internal.parser.TypeElement;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.connect.errors.DataException;

/** Makes a descriptor from a schema's text, and collects the comments with Connect's {@link Meta} on the way. */
final class ProtoDescriptors {

    /**
     * A schema that was understood.
     *
     * @param file its descriptor
     * @param metas by the full name of a message or a field; those without are missing
     */
    record Parsed(FileDescriptor file, Map<String, Map<String, Object>> metas) {}

    private static final Map<String, FileDescriptor> GOOGLES = Stream.of(
                    AnyProto.getDescriptor(),
                    DurationProto.getDescriptor(),
                    EmptyProto.getDescriptor(),
                    FieldMaskProto.getDescriptor(),
                    StructProto.getDescriptor(),
                    TimestampProto.getDescriptor(),
                    WrappersProto.getDescriptor())
            .collect(Collectors.toMap(FileDescriptor::getName, file -> file));

    /** In this JAR, for schemas that import them without a reference. */
    private static final List<String> BUNDLED = List.of(
            "google/type/date.proto", "google/type/timeofday.proto", "confluent/meta.proto", "confluent/type/decimal.proto");

    /** Has nothing but options, which a descriptor here leaves out. */
    private static final String OPTIONS_ONLY = "google/protobuf/descriptor.proto";

    private static final Map<String, FieldDescriptorProto.Type> SCALARS = Stream.of(
                    "double", "float", "int32", "int64", "uint32", "uint64", "sint32", "sint64", "fixed32", "fixed64",
                    "sfixed32", "sfixed64", "bool", "string", "bytes")
            .collect(Collectors.toMap(
                    name -> name, name -> FieldDescriptorProto.Type.valueOf("TYPE_" + name.toUpperCase(Locale.ROOT))));

    private final UnaryOperator<String> references;

    private final Map<String, FileDescriptor> files = new HashMap<>(GOOGLES);

    private final Map<String, Map<String, Object>> metas = new HashMap<>();

    private ProtoDescriptors(UnaryOperator<String> references) {
        this.references = references;
    }

    /**
     * @param text the schema
     * @param references gives the text of an imported file by its path; null when there is none
     * @throws DataException when the schema is not valid, or an imported file is missing
     */
    static Parsed parse(String text, UnaryOperator<String> references) {
        ProtoDescriptors descriptors = new ProtoDescriptors(references);
        return new Parsed(descriptors.file("schema.proto", text), descriptors.metas);
    }

    private FileDescriptor file(String path, String text) {
        ProtoFileElement element = ProtoSchema.element(text);
        String packageName = Objects.requireNonNullElse(element.getPackageName(), "");
        FileDescriptorProto.Builder file = FileDescriptorProto.newBuilder().setName(path).setPackage(packageName);
        boolean proto3 = "proto3".equals(String.valueOf(element.getSyntax()));
        if (proto3) {
            file.setSyntax("proto3");
        }
        List<FileDescriptor> imported = new ArrayList<>();
        for (String name : element.getImports()) {
            addImport(file, imported, name);
        }
        for (String name : element.getPublicImports()) {
            if (addImport(file, imported, name)) {
                file.addPublicDependency(imported.size() - 1);
            }
        }
        String scope = packageName.isEmpty() ? "" : packageName + ".";
        for (TypeElement type : element.getTypes()) {
            if (type instanceof MessageElement message) {
                file.addMessageType(message(scope, message, proto3));
            } else if (type instanceof EnumElement constants) {
                file.addEnumType(enumeration(constants));
            }
        }
        try {
            return FileDescriptor.buildFrom(file.build(), imported.toArray(FileDescriptor[]::new));
        } catch (DescriptorValidationException e) {
            throw new DataException("the Protobuf schema is not valid: " + e.getMessage(), e);
        }
    }

    private boolean addImport(FileDescriptorProto.Builder file, List<FileDescriptor> imported, String path) {
        if (path.equals(OPTIONS_ONLY)) {
            return false;
        }
        FileDescriptor descriptor = files.get(path);
        if (descriptor == null) {
            descriptor = file(path, importedText(path));
            files.put(path, descriptor);
        }
        file.addDependency(path);
        imported.add(descriptor);
        return true;
    }

    private String importedText(String path) {
        String text = references.apply(path);
        if (text == null && BUNDLED.contains(path)) {
            text = bundled(path);
        }
        if (text == null) {
            throw new DataException("the Protobuf schema imports \"" + path
                    + "\", which is not among its references in the registry. Register the schema with this reference.");
        }
        return text;
    }

    private static String bundled(String path) {
        try (InputStream in = ProtoDescriptors.class.getResourceAsStream("/" + path)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(path + " in the plugin's JAR cannot be read", e);
        }
    }

    private DescriptorProto message(String scope, MessageElement element, boolean proto3) {
        String fullName = scope + element.getName();
        putMeta(fullName, Meta.of(element.getDocumentation()));
        DescriptorProto.Builder message = DescriptorProto.newBuilder().setName(element.getName());
        for (TypeElement type : element.getNestedTypes()) {
            if (type instanceof MessageElement nested) {
                message.addNestedType(message(fullName + ".", nested, proto3));
            } else if (type instanceof EnumElement constants) {
                message.addEnumType(enumeration(constants));
            }
        }
        for (OneOfElement oneOf : element.getOneOfs()) {
            for (FieldElement field : oneOf.getFields()) {
                message.addField(field(fullName, field, message).setOneofIndex(message.getOneofDeclCount()));
            }
            message.addOneofDecl(OneofDescriptorProto.newBuilder().setName(oneOf.getName()));
        }
        for (FieldElement field : element.getFields()) {
            FieldDescriptorProto.Builder built = field(fullName, field, message);
            if (proto3 && field.getLabel() == Field.Label.OPTIONAL) {
                // As compilers do it: a field with presence is alone in a oneof
                built.setProto3Optional(true).setOneofIndex(message.getOneofDeclCount());
                message.addOneofDecl(OneofDescriptorProto.newBuilder().setName("_" + field.getName()));
            }
            message.addField(built);
        }
        return message.build();
    }

    private FieldDescriptorProto.Builder field(String scope, FieldElement element, DescriptorProto.Builder message) {
        String fullName = scope + "." + element.getName();
        Map<String, Object> comment = Meta.of(element.getDocumentation());
        putMeta(fullName, comment == null ? confluentMeta(element) : comment);
        FieldDescriptorProto.Builder field =
                FieldDescriptorProto.newBuilder().setName(element.getName()).setNumber(element.getTag());
        if (element.getJsonName() != null) {
            field.setJsonName(element.getJsonName());
        }
        if (element.getDefaultValue() != null) {
            field.setDefaultValue(element.getDefaultValue());
        }
        for (OptionElement option : element.getOptions()) {
            if (option.getName().equals("packed")) {
                field.setOptions(FieldOptions.newBuilder().setPacked(Boolean.parseBoolean((String) option.getValue())));
            }
        }
        field.setLabel(label(element));
        String type = element.getType();
        if (type.startsWith("map<")) {
            String entry = entryName(element.getName());
            int comma = type.indexOf(',');
            message.addNestedType(DescriptorProto.newBuilder()
                    .setName(entry)
                    .setOptions(MessageOptions.newBuilder().setMapEntry(true))
                    .addField(entryField("key", 1, type.substring("map<".length(), comma)))
                    .addField(entryField("value", 2, type.substring(comma + 1, type.length() - 1))));
            return setType(field.setLabel(FieldDescriptorProto.Label.LABEL_REPEATED), entry);
        }
        return setType(field, type);
    }

    private static FieldDescriptorProto.Label label(FieldElement element) {
        if (element.getLabel() == Field.Label.REPEATED) {
            return FieldDescriptorProto.Label.LABEL_REPEATED;
        }
        return element.getLabel() == Field.Label.REQUIRED
                ? FieldDescriptorProto.Label.LABEL_REQUIRED
                : FieldDescriptorProto.Label.LABEL_OPTIONAL;
    }

    private static FieldDescriptorProto.Builder entryField(String name, int number, String type) {
        return setType(
                FieldDescriptorProto.newBuilder()
                        .setName(name)
                        .setNumber(number)
                        .setLabel(FieldDescriptorProto.Label.LABEL_OPTIONAL),
                type.strip());
    }

    /** As compilers name it. */
    private static String entryName(String field) {
        return Names.json("_" + field) + "Entry";
    }

    private static FieldDescriptorProto.Builder setType(FieldDescriptorProto.Builder field, String type) {
        FieldDescriptorProto.Type scalar = SCALARS.get(type);
        return scalar == null ? field.setTypeName(type) : field.setType(scalar);
    }

    private static EnumDescriptorProto enumeration(EnumElement element) {
        EnumDescriptorProto.Builder enumeration = EnumDescriptorProto.newBuilder().setName(element.getName());
        Map<Integer, String> seen = new LinkedHashMap<>();
        for (EnumConstantElement constant : element.getConstants()) {
            enumeration.addValue(
                    EnumValueDescriptorProto.newBuilder().setName(constant.getName()).setNumber(constant.getTag()));
            if (seen.put(constant.getTag(), constant.getName()) != null) {
                enumeration.setOptions(EnumOptions.newBuilder().setAllowAlias(true));
            }
        }
        return enumeration.build();
    }

    private void putMeta(String fullName, Map<String, Object> meta) {
        if (meta != null) {
            metas.put(fullName, meta);
        }
    }

    /** Reads what Confluent's converter writes: {@code (confluent.field_meta) = {params: [{key: "connect.type", value: "int16"}]}}. */
    private static Map<String, Object> confluentMeta(FieldElement element) {
        Map<String, Object> params = new LinkedHashMap<>();
        for (OptionElement option : element.getOptions()) {
            if (option.getName().startsWith("confluent.field_meta") && option.getValue() instanceof Map<?, ?> value
                    && value.get("params") instanceof List<?> list) {
                for (Object param : list) {
                    if (param instanceof Map<?, ?> pair) {
                        params.put((String) pair.get("key"), pair.get("value"));
                    }
                }
            }
        }
        if (params.isEmpty()) {
            return null;
        }
        Map<String, Object> meta = Meta.empty();
        Meta.putIfPresent(meta, Meta.TYPE, params.remove("connect.type"));
        if (params.containsKey("scale")) {
            meta.put(Meta.PARAMETERS, Map.of("scale", params.get("scale")));
        }
        return meta;
    }
}
