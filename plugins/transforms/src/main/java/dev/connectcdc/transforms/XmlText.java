package dev.connectcdc.transforms;

import dev.connectcdc.values.PlainText;
import java.io.StringWriter;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import javax.xml.XMLConstants;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;
import org.apache.kafka.common.cache.Cache;
import org.apache.kafka.common.cache.LRUCache;
import org.apache.kafka.connect.errors.DataException;

/**
 * Writes plain values as XML text (XML 1.0 without declaration), always well-formed:
 *
 * <ul>
 *   <li>each field of a struct or map is an element named by it ({@link XmlNames}), each item of a list an element of
 *       its own;
 *   <li>bytes are in Base64; numbers and booleans as XML Schema writes them ({@code INF}, {@code -INF}, {@code NaN});
 *   <li>a character that XML cannot have (control characters, U+FFFE, U+FFFF) becomes U+FFFD; a carriage return
 *       becomes {@code &#xD;}, so that a parser keeps it.
 * </ul>
 *
 * <p>For one thread.
 */
final class XmlText {

    /** How a null is written. */
    enum Nulls {
        /** An empty element with {@code xsi:nil="true"}. */
        NIL,
        /** An empty element. */
        EMPTY,
        /** Not at all; in a list as with {@code NIL}, or the others would change places. */
        OMIT
    }

    // The JDK's own, whatever other libraries a plugin's folder has.
    private static final XMLOutputFactory FACTORY = XMLOutputFactory.newDefaultFactory();

    /** Names that are kept: those of columns are few, map keys may be any number. */
    private static final int NAMES = 1000;

    private final String itemElement;
    private final Nulls nulls;
    private final Cache<String, String> names = new LRUCache<>(NAMES);

    XmlText(String itemElement, Nulls nulls) {
        this.itemElement = itemElement;
        this.nulls = nulls;
    }

    /**
     * @param rootElement name of the element
     * @param plain a plain value, not null
     * @return the value as an XML element
     */
    String of(String rootElement, Object plain) {
        StringWriter text = new StringWriter();
        try {
            XMLStreamWriter out = FACTORY.createXMLStreamWriter(text);
            out.writeStartElement(rootElement);
            if (nulls != Nulls.EMPTY && hasNil(plain)) {
                out.writeNamespace("xsi", XMLConstants.W3C_XML_SCHEMA_INSTANCE_NS_URI);
            }
            writeContent(out, plain);
            out.writeEndElement();
            out.close();
        } catch (XMLStreamException e) {
            throw new DataException("the value cannot be written as XML", e);
        }
        return text.toString();
    }

    private void writeElement(XMLStreamWriter out, String name, Object value) throws XMLStreamException {
        out.writeStartElement(name);
        writeContent(out, value);
        out.writeEndElement();
    }

    private void writeContent(XMLStreamWriter out, Object value) throws XMLStreamException {
        if (value instanceof Map<?, ?> map) {
            for (Map.Entry<?, ?> field : map.entrySet()) {
                writeField(out, nameOf((String) field.getKey()), field.getValue());
            }
        } else if (value instanceof List<?> list) {
            for (Object item : list) {
                writeItem(out, item);
            }
        } else {
            writeText(out, textOf(value));
        }
    }

    /** @return the XML name for the name of a column or table, see {@link XmlNames} */
    String nameOf(String column) {
        String name = names.get(column);
        if (name == null) {
            name = XmlNames.of(column);
            names.put(column, name);
        }
        return name;
    }

    /** Whether an element of the value has the attribute that says null. */
    private boolean hasNil(Object value) {
        if (value instanceof Map<?, ?> map) {
            return map.values().stream().anyMatch(field -> field == null ? nulls == Nulls.NIL : hasNil(field));
        }
        return value instanceof List<?> list && list.stream().anyMatch(item -> item == null || hasNil(item));
    }

    private void writeField(XMLStreamWriter out, String name, Object value) throws XMLStreamException {
        if (value != null) {
            writeElement(out, name, value);
        } else if (nulls != Nulls.OMIT) {
            writeNull(out, name);
        }
    }

    private void writeItem(XMLStreamWriter out, Object value) throws XMLStreamException {
        if (value != null) {
            writeElement(out, itemElement, value);
        } else {
            writeNull(out, itemElement);
        }
    }

    private void writeNull(XMLStreamWriter out, String name) throws XMLStreamException {
        out.writeEmptyElement(name);
        if (nulls != Nulls.EMPTY) {
            out.writeAttribute("xsi", XMLConstants.W3C_XML_SCHEMA_INSTANCE_NS_URI, "nil", "true");
        }
    }

    private static String textOf(Object value) {
        if (value instanceof BigDecimal decimal) {
            return PlainText.of(decimal);
        }
        if (value instanceof byte[] bytes) {
            return PlainText.of(bytes);
        }
        if ((value instanceof Double || value instanceof Float) && Double.isInfinite(((Number) value).doubleValue())) {
            return ((Number) value).doubleValue() > 0 ? "INF" : "-INF";
        }
        return value.toString();
    }

    private static void writeText(XMLStreamWriter out, String text) throws XMLStreamException {
        int from = 0;
        for (int i = 0; i < text.length(); i++) {
            char character = text.charAt(i);
            if (isPlain(character)) {
                continue;
            }
            out.writeCharacters(text.substring(from, i));
            if (character == '\r') {
                out.writeEntityRef("#xD");
            } else {
                out.writeCharacters("\uFFFD");
            }
            from = i + 1;
        }
        out.writeCharacters(text.substring(from));
    }

    /** Whether the character can stand in XML text and comes back from a parser; plain values pair all surrogates. */
    private static boolean isPlain(char character) {
        return character >= ' ' ? character < '\uFFFE' : character == '\t' || character == '\n';
    }
}
