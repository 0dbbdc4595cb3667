package dev.connectcdc.protobuf;

import dev.connectcdc.protobuf.RegistryClient.Refused;
import dev.connectcdc.protobuf.RegistryClient.Version;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.apache.kafka.connect.data.Schema;

/** Finds the id of a Connect schema's Protobuf schema, and registers what is new. */
final class Registration {

    /** Each one is lost only to another worker that registered a schema for the subject in between. */
    private static final int ATTEMPTS = 20;

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
        List<Version> versions = registry.versions(subject, List.of());
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
                        + ", and " + ProtobufConverterConfig.AUTO_REGISTER + " is false. Register this schema, or set "
                        + ProtobufConverterConfig.AUTO_REGISTER + " to true:\n" + wanted.text());
            }
            List<Version> before = versions;
            try {
                int id = registry.register(subject, wanted.text());
                versions = registry.versions(subject, before);
                // A version that came in between may have given the same numbers to other fields
                if (History.of(parsed(versions)).owns(wanted)) {
                    return new Result(id, wanted);
                }
            } catch (Refused e) {
                versions = registry.versions(subject, before);
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

    private RegistryError refused(String subject, List<ProtoSchema> before, ProtoSchema wanted, Refused refused) {
        String level = registry.compatibility(subject);
        String changes = before.isEmpty()
                ? ""
                : " Since the newest version: " + String.join("; ", changes(before.get(before.size() - 1), wanted)) + ".";
        return new RegistryError("subject " + subject + " (compatibility " + level + ") refuses the new schema." + changes
                + " The registry says: " + refused.getMessage() + "\nNo row is lost: the task stops before it. Undo the"
                + " change in the table, or set the subject's compatibility to NONE when all readers can take the change;"
                + " then restart the task. A new column beside the old one needs neither.", refused);
    }

    /** @return each difference that a reader may notice, with the fields' names as Connect has them */
    static List<String> changes(ProtoSchema before, ProtoSchema after) {
        List<String> changes = new ArrayList<>(changes(before.root(), after.root()));
        for (ProtoMessage message : before.nested()) {
            after.nested().stream()
                    .filter(other -> other.name().equals(message.name()))
                    .forEach(other -> changes.addAll(changes(message, other)));
        }
        return changes.isEmpty() ? List.of("no field was removed, and none has another type") : changes;
    }

    private static List<String> changes(ProtoMessage before, ProtoMessage after) {
        Stream<String> removedOrOther = before.fields().stream().map(field -> {
            String where = "field \"" + field.connectName() + "\" of " + before.name();
            List<ProtoField> now = after.fields().stream()
                    .filter(other -> other.connectName().equals(field.connectName()))
                    .toList();
            if (now.isEmpty()) {
                return where + " is gone";
            }
            String type = typeOf(now.get(0));
            return type.equals(typeOf(field)) ? null : where + " was " + typeOf(field) + " and is " + type;
        });
        Stream<String> added = after.fields().stream()
                .filter(field -> before.fields().stream()
                        .noneMatch(other -> other.connectName().equals(field.connectName())))
                .map(field -> "field \"" + field.connectName() + "\" of " + before.name() + " is new");
        return Stream.concat(removedOrOther, added).filter(Objects::nonNull).toList();
    }

    private static String typeOf(ProtoField field) {
        return (field.label().equals("repeated") ? "repeated " : "") + field.type();
    }
}
