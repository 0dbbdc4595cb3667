package dev.connectcdc.protobuf;

import dev.connectcdc.registry.Columns;
import dev.connectcdc.registry.RefusedSchemaException;
import dev.connectcdc.registry.RegistryClient;
import dev.connectcdc.registry.RegistryClient.Registered;
import dev.connectcdc.registry.RegistryClient.Version;
import dev.connectcdc.registry.RegistryConfig;
import dev.connectcdc.registry.RegistryError;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.apache.kafka.connect.data.Schema;

/** Finds the id of a Connect schema's Protobuf schema, and registers what is new. */
final class Registration {

    private static final String TYPE = "PROTOBUF";

    /** Each one is lost only to another worker that registered a schema for the subject in between. */
    private static final int ATTEMPTS = 20;

    /** Fields of Debezium's envelope whose fields are columns. */
    private static final List<String> ROWS = List.of("before", "after");

    /** A schema in the registry. */
    record Result(int id, ProtoSchema schema) {}

    private final RegistryClient registry;

    private final boolean autoRegister;

    Registration(RegistryClient registry, boolean autoRegister) {
        this.registry = registry;
        this.autoRegister = autoRegister;
    }

    /**
     * @param subject where the schema belongs
     * @param topic of the record
     * @param isKey whether it is the schema of the key
     * @param schema of Connect
     * @return the version that has this schema, which a new one is added for if need be
     * @throws RegistryError when the registry refuses the schema, or does not answer
     */
    Result of(String subject, String topic, boolean isKey, Schema schema) {
        List<Version> versions = registry.versions(subject, TYPE, List.of());
        for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
            List<ProtoSchema> schemas = parsed(versions);
            for (int last = versions.size(); last > 0; last--) {
                ProtoSchema then = SchemaWriter.write(topic, isKey, schema, History.of(schemas.subList(0, last)));
                if (then.equals(schemas.get(last - 1))) {
                    return new Result(versions.get(last - 1).id(), then);
                }
            }
            ProtoSchema wanted = SchemaWriter.write(topic, isKey, schema, History.of(schemas));
            if (!autoRegister) {
                throw new RegistryError("subject " + subject + " has no version with the schema of topic " + topic
                        + ", and " + RegistryConfig.AUTO_REGISTER + " is false. Register this schema, or set "
                        + RegistryConfig.AUTO_REGISTER + " to true:\n" + wanted.text());
            }
            List<Version> before = versions;
            if (!before.isEmpty()) {
                Columns.requireCompatible(registry, subject, schema, Registration::connectSchema);
            }
            try {
                int id = registry.register(subject, TYPE, wanted.text());
                versions = registry.versions(subject, TYPE, before);
                // A version that came in between may have given the same numbers to other fields
                if (History.of(parsed(versions)).owns(wanted)) {
                    return new Result(id, wanted);
                }
            } catch (RefusedSchemaException e) {
                versions = registry.versions(subject, TYPE, before);
                if (versions.equals(before)) {
                    throw refused(subject, schemas, wanted, e);
                }
            }
        }
        throw new RegistryError("other workers registered " + ATTEMPTS + " schemas for subject " + subject
                + " meanwhile. Have one connector write the topic, then restart the task.");
    }

    private static List<ProtoSchema> parsed(List<Version> versions) {
        return versions.stream().map(version -> ProtoSchema.parse(version.text())).toList();
    }

    private static Schema connectSchema(Registered newest) {
        ProtoDescriptors.Parsed parsed = ProtoDescriptors.parse(newest.text(), newest.references()::get);
        return Codecs.of(parsed, parsed.file().getMessageTypes().get(0)).schema();
    }

    private RegistryError refused(
            String subject, List<ProtoSchema> before, ProtoSchema wanted, RefusedSchemaException refused) {
        List<String> changes = before.isEmpty() ? List.of() : changes(before.get(before.size() - 1), wanted);
        return RegistryError.incompatible(subject, registry.level(subject), changes, refused);
    }

    /** Each difference that a reader may notice, with the fields' names as Connect has them. */
    private static List<String> changes(ProtoSchema before, ProtoSchema after) {
        List<String> changes = new ArrayList<>(changes(before.root(), after.root(), false));
        for (ProtoMessage message : before.nested()) {
            boolean isRow = before.root().fields().stream()
                    .anyMatch(field -> ROWS.contains(field.connectName()) && field.type().equals(message.name()));
            after.nested().stream()
                    .filter(other -> other.name().equals(message.name()))
                    .forEach(other -> changes.addAll(changes(message, other, isRow)));
        }
        return changes;
    }

    private static List<String> changes(ProtoMessage before, ProtoMessage after, boolean isRow) {
        Stream<String> removedOrOther = before.fields().stream().map(field -> {
            String where = name(field, before, isRow);
            ProtoField now = find(field, after);
            if (now == null) {
                return where + " was removed";
            }
            return typeOf(now).equals(typeOf(field))
                    ? null
                    : where + " has changed its type from " + typeOf(field) + " to " + typeOf(now);
        });
        Stream<String> added = after.fields().stream()
                .filter(field -> find(field, before) == null)
                .map(field -> name(field, before, isRow) + " is new");
        return Stream.concat(removedOrOther, added).filter(Objects::nonNull).toList();
    }

    private static ProtoField find(ProtoField field, ProtoMessage message) {
        return message.fields().stream()
                .filter(other -> other.connectName().equals(field.connectName()))
                .findFirst()
                .orElse(null);
    }

    private static String name(ProtoField field, ProtoMessage message, boolean isRow) {
        String quoted = "\"" + field.connectName() + "\"";
        return isRow ? "column " + quoted : "field " + quoted + " of " + message.name();
    }

    private static String typeOf(ProtoField field) {
        return (field.label().equals("repeated") ? "repeated " : "") + field.type();
    }
}
