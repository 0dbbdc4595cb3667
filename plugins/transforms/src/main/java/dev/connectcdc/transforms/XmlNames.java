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

    /**
     * ASCII, Latin, Greek, Cyrillic, Hebrew, Arabic, kana, Han and Hangul letters that names may have by both the
     * fourth and the fifth edition of XML 1.0: most parsers, the JDK's too, still know the fourth's names only.
     */
    private static final String LETTERS = "A-Za-z_"
            + "\\x{C0}-\\x{D6}\\x{D8}-\\x{F6}\\x{F8}-\\x{131}\\x{134}-\\x{13E}\\x{141}-\\x{148}\\x{14A}-\\x{17E}"
            + "\\x{386}\\x{388}-\\x{38A}\\x{38C}\\x{38E}-\\x{3A1}\\x{3A3}-\\x{3CE}"
            + "\\x{401}-\\x{40C}\\x{40E}-\\x{44F}\\x{451}-\\x{45C}\\x{45E}-\\x{481}"
            + "\\x{5D0}-\\x{5EA}\\x{621}-\\x{63A}\\x{641}-\\x{64A}"
            + "\\x{3041}-\\x{3094}\\x{30A1}-\\x{30FA}\\x{4E00}-\\x{9FA5}\\x{AC00}-\\x{D7A3}";

    private static final Pattern NAME_START = Pattern.compile("[" + LETTERS + "]");
    private static final Pattern NAME_CHAR = Pattern.compile("[" + LETTERS + "0-9.-]");
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
