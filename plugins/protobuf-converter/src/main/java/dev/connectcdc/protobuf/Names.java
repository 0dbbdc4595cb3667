package dev.connectcdc.protobuf;

import java.text.Normalizer;
import java.util.Arrays;
import java.util.Locale;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** Names in Protobuf: letters of ASCII, digits and {@code _}, no digit first (Protobuf's language specification, "Identifiers"). */
final class Names {

    private Names() {}

    /**
     * @param name any text, such as a column's name
     * @return a name near it: letters lose their accents, whatever else is not allowed becomes {@code _}
     */
    static String identifier(String name) {
        String plain = Normalizer.normalize(name, Normalizer.Form.NFD)
                .replaceAll("\\p{M}", "")
                .replaceAll("[^A-Za-z0-9_]", "_");
        return plain.isEmpty() || Character.isDigit(plain.charAt(0)) ? "_" + plain : plain;
    }

    /**
     * @param name the name of a schema or of a field
     * @return a name for a message, which begins with a capital: no name of a built-in type does
     */
    static String message(String name) {
        String plain = identifier(name.substring(name.lastIndexOf('.') + 1));
        return plain.substring(0, 1).toUpperCase(Locale.ROOT) + plain.substring(1);
    }

    /**
     * @param name names with dots between them, such as a topic
     * @return a package; a later part {@code google} would hide Google's own packages from it
     */
    static String packageOf(String name) {
        String[] parts = Arrays.stream(name.split("\\.")).map(Names::identifier).toArray(String[]::new);
        for (int i = 1; i < parts.length; i++) {
            if (parts[i].equals("google")) {
                parts[i] = "google_";
            }
        }
        return Arrays.stream(parts).collect(Collectors.joining("."));
    }

    /**
     * @param field a field's name
     * @return the name that Protobuf gives the field in JSON when the schema does not say another
     */
    static String json(String field) {
        StringBuilder name = new StringBuilder();
        boolean capital = false;
        for (char c : field.toCharArray()) {
            if (c == '_') {
                capital = true;
            } else {
                name.append(capital ? Character.toUpperCase(c) : c);
                capital = false;
            }
        }
        return name.toString();
    }

    /** @return what must differ between the fields of a message: compilers refuse two with the same name in JSON */
    static String distinct(String field) {
        return json(field).toLowerCase(Locale.ROOT);
    }

    /** @return the name, or the first of name_2, name_3, ... that is free */
    static String free(String name, Predicate<String> taken) {
        String candidate = name;
        for (int i = 2; taken.test(candidate); i++) {
            candidate = name + "_" + i;
        }
        return candidate;
    }
}
