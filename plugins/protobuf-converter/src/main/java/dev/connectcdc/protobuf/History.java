package dev.connectcdc.protobuf;

import dev.connectcdc.protobuf.ProtoMessage.Range;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * The names and numbers that the versions of a subject have given. A number belongs to the field that had it first; a later
 * version that gives it to another field is no source of numbers. So two workers that register at the same time come to the
 * same numbers, also where the registry checks nothing.
 */
final class History {

    private static final int FIRST_OF_PROTOBUF_ITSELF = 19000;

    private static final int LAST_OF_PROTOBUF_ITSELF = 19999;

    /** The name and the number of a field. */
    record Claim(String name, int number) {}

    /** What is known of one message. */
    static final class Message {

        private final Map<Integer, String> owners = new HashMap<>();

        private final Map<String, Claim> claims = new LinkedHashMap<>();

        private final SortedSet<Range> retiredNumbers = new TreeSet<>();

        private final SortedSet<String> retiredNames = new TreeSet<>();

        private ProtoMessage newest;

        private void add(ProtoMessage message) {
            newest = message;
            Set<String> present = new HashSet<>();
            for (ProtoField field : message.fields()) {
                present.add(field.connectName());
                owners.putIfAbsent(field.number(), field.connectName());
                if (owns(field)) {
                    claims.put(field.connectName(), new Claim(field.name(), field.number()));
                }
            }
            claims.entrySet().removeIf(entry -> {
                boolean gone = !present.contains(entry.getKey());
                if (gone) {
                    retire(entry.getValue());
                }
                return gone;
            });
            retiredNumbers.addAll(message.reservedNumbers());
            retiredNames.addAll(message.reservedNames());
        }

        private void retire(Claim claim) {
            retiredNumbers.add(new Range(claim.number(), claim.number()));
            retiredNames.add(claim.name());
        }

        boolean owns(ProtoField field) {
            return field.connectName().equals(owners.get(field.number()));
        }

        /** @return the field's name and number in the newest version that has a say; null for a new field */
        Claim claim(String connectName) {
            return claims.get(connectName);
        }

        /** @return the smallest number above all that a field has ever had, that is free */
        int numberAfter(int number) {
            int next = Math.max(number, owners.keySet().stream().mapToInt(Integer::intValue).max().orElse(0)) + 1;
            while (!isFree(next)) {
                next++;
            }
            return next;
        }

        private boolean isFree(int number) {
            return (number < FIRST_OF_PROTOBUF_ITSELF || number > LAST_OF_PROTOBUF_ITSELF)
                    && retiredNumbers.stream().noneMatch(range -> range.has(number));
        }

        /**
         * @param fields of the next version
         * @return the numbers that it must reserve
         */
        SortedSet<Range> reservedNumbers(List<ProtoField> fields) {
            SortedSet<Range> reserved = new TreeSet<>(retiredNumbers);
            claims.forEach((name, claim) -> reserved.add(new Range(claim.number(), claim.number())));
            owners.keySet().forEach(number -> {
                if (retiredNumbers.stream().noneMatch(range -> range.has(number))) {
                    reserved.add(new Range(number, number));
                }
            });
            fields.forEach(field -> reserved.remove(new Range(field.number(), field.number())));
            return reserved;
        }

        /**
         * @param fields of the next version
         * @return the names that it must reserve
         */
        SortedSet<String> reservedNames(List<ProtoField> fields) {
            SortedSet<String> reserved = new TreeSet<>(retiredNames);
            claims.forEach((name, claim) -> reserved.add(claim.name()));
            fields.forEach(field -> reserved.remove(field.name()));
            return reserved;
        }

        /** @return the names that a new field cannot have */
        Set<String> names() {
            Set<String> names = new HashSet<>(retiredNames);
            claims.forEach((name, claim) -> names.add(claim.name()));
            return names;
        }
    }

    private final Message root = new Message();

    private final Map<String, Message> nested = new LinkedHashMap<>();

    private final Map<String, String> namesByKey = new HashMap<>();

    private String packageName;

    /**
     * @param versions of a subject, the oldest first
     * @return what they have given
     */
    static History of(List<ProtoSchema> versions) {
        History history = new History();
        versions.forEach(history::add);
        return history;
    }

    private void add(ProtoSchema version) {
        packageName = version.packageName();
        root.add(version.root());
        for (ProtoMessage message : version.nested()) {
            nested.computeIfAbsent(message.name(), name -> new Message()).add(message);
            if (message.key() != null) {
                namesByKey.put(message.key(), message.name());
            }
        }
    }

    /** @return the package of the newest version; null when there is no version */
    String packageName() {
        return packageName;
    }

    /** @return the record's message in the newest version; null when there is no version */
    ProtoMessage newestRoot() {
        return root.newest;
    }

    Message root() {
        return root;
    }

    /** @return what is known of a message inside the record's message; nothing for a new one */
    Message nested(String name) {
        return nested.getOrDefault(name, new Message());
    }

    /** @return each message inside the record's message, as it was in the last version that had it */
    List<ProtoMessage> newestNested() {
        return nested.values().stream().map(message -> message.newest).toList();
    }

    /** @return the message's name; null for a new one */
    String nameOf(String key) {
        return namesByKey.get(key);
    }

    /** @return whether this version's numbers all belong to its fields */
    boolean owns(ProtoSchema version) {
        return version.root().fields().stream().allMatch(root::owns)
                && version.nested().stream()
                        .allMatch(message -> message.fields().stream().allMatch(nested(message.name())::owns));
    }
}
