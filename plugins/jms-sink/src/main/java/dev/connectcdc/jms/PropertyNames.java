package dev.connectcdc.jms;

import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Makes names of message properties of header names. JMS wants Java identifiers that are no words of its selectors: a
 * character that cannot be in one becomes an underscore, and a name that cannot begin so gets an underscore in front.
 * Names that mean something to JMS or to a broker ({@code JMS..., _AMQ..., _HQ..., AMQ_...}), and those of the record's
 * metadata ({@code KAFKA_...}), get {@code header_} in front: who writes records does not steer the broker.
 */
final class PropertyNames {

    /** Jakarta Messaging 3, section 3.8.1.1. */
    private static final Set<String> SELECTOR_WORDS =
            Set.of("NULL", "TRUE", "FALSE", "NOT", "AND", "OR", "BETWEEN", "LIKE", "IN", "IS", "ESCAPE");

    private static final Pattern RESERVED = Pattern.compile("(?i)_*(?:JMS|AMQ|HQ_|KAFKA_).*");

    private PropertyNames() {}

    static String of(String header) {
        StringBuilder legal = new StringBuilder();
        header.codePoints().forEach(c -> legal.appendCodePoint(isPart(c) ? c : '_'));
        boolean startsIllegally = legal.isEmpty() || !Character.isJavaIdentifierStart(legal.codePointAt(0));
        if (startsIllegally || SELECTOR_WORDS.contains(legal.toString().toUpperCase(Locale.ROOT))) {
            legal.insert(0, '_');
        }
        return RESERVED.matcher(legal).matches() ? "header_" + legal : legal.toString();
    }

    private static boolean isPart(int character) {
        return Character.isJavaIdentifierPart(character) && !Character.isIdentifierIgnorable(character);
    }
}
