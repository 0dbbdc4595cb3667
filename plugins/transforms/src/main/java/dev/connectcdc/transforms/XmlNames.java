package dev.connectcdc.transforms;

import java.util.regex.Pattern;

/**
 * Makes XML names of column names and map keys, by the rule of SQL/XML (ISO 9075-14, "Mapping SQL identifiers to XML
 * names"; PostgreSQL's {@code query_to_xml} does the same): a character that the name cannot have becomes
 * {@code _xHHHH_} with its code point in hex (six digits above FFFF); so do the colon, an underscore before an
 * {@code x}, and the first letter of a name that begins with {@code xml} in whatever case. So each name can be read
 * back, and two names never become one. SQL has no empty name, a map may: it becomes {@code _x_}.
 */
final class XmlNames {

    // XML 1.0, fifth edition, productions 4 and 4a, without the colon.
    private static final String START = "A-Z_a-z\\xC0-\\xD6\\xD8-\\xF6\\xF8-\\x{2FF}\\x{370}-\\x{37D}\\x{37F}-\\x{1FFF}"
            + "\\x{200C}-\\x{200D}\\x{2070}-\\x{218F}\\x{2C00}-\\x{2FEF}\\x{3001}-\\x{D7FF}\\x{F900}-\\x{FDCF}"
            + "\\x{FDF0}-\\x{FFFD}\\x{10000}-\\x{EFFFF}";

    private static final Pattern NAME_START = Pattern.compile("[" + START + "]");
    private static final Pattern NAME_CHAR =
            Pattern.compile("[" + START + "\\-.0-9\\xB7\\x{0300}-\\x{036F}\\x{203F}-\\x{2040}]");
    private static final Pattern PLAIN_NAME = Pattern.compile("(?!(?i:xml))[A-Za-z_][A-Za-z0-9_.-]*");

    private XmlNames() {}

    /** @return whether the text is an XML name without colon */
    static boolean isName(String text) {
        return !text.isEmpty()
                && text.codePoints().allMatch(c -> matches(NAME_CHAR, c))
                && matches(NAME_START, text.codePointAt(0));
    }

    /** @return the XML name for a column name or map key */
    static String of(String name) {
        if (PLAIN_NAME.matcher(name).matches() && !name.contains("_x")) {
            return name;
        }
        if (name.isEmpty()) {
            return "_x_";
        }
        StringBuilder legal = new StringBuilder();
        for (int i = 0; i < name.length(); i += Character.charCount(name.codePointAt(i))) {
            int character = name.codePointAt(i);
            if (staysAsItIs(name, i, character)) {
                legal.appendCodePoint(character);
            } else {
                legal.append(String.format(character > 0xFFFF ? "_x%06X_" : "_x%04X_", character));
            }
        }
        return legal.toString();
    }

    private static boolean staysAsItIs(String name, int index, int character) {
        if (index == 0 && (name.regionMatches(true, 0, "xml", 0, 3) || !matches(NAME_START, character))) {
            return false;
        }
        return !name.startsWith("_x", index) && matches(NAME_CHAR, character);
    }

    private static boolean matches(Pattern pattern, int character) {
        return pattern.matcher(Character.toString(character)).matches();
    }
}
