package dev.connectcdc.jms;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.CharsetEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.apache.kafka.connect.errors.DataException;

/** Encodes text. XML stays well-formed in any encoding. */
final class TextEncoder {

    private final Charset encoding;

    TextEncoder(Charset encoding) {
        this.encoding = encoding;
    }

    /** @throws DataException when the encoding does not have a character of the text */
    byte[] bytes(String text) {
        try {
            ByteBuffer buffer = encoding.newEncoder().encode(CharBuffer.wrap(text));
            byte[] bytes = new byte[buffer.remaining()];
            buffer.get(bytes);
            return bytes;
        } catch (CharacterCodingException e) {
            throw new DataException("the text has characters that " + encoding + " does not have");
        }
    }

    /**
     * @param element an XML element without declaration, with {@code <} and {@code >} around tags only
     * @return its bytes: UTF-8 as it is; any other encoding with the declaration that XML 1.0 wants there, and with
     *     references for characters that it does not have
     * @throws DataException when it does not have a character of a name, for which there is no reference
     */
    byte[] xmlBytes(String element) {
        if (encoding.equals(StandardCharsets.UTF_8)) {
            return bytes(element);
        }
        return bytes("<?xml version=\"1.0\" encoding=\"" + encoding.name() + "\"?>" + withReferences(element));
    }

    private String withReferences(String element) {
        CharsetEncoder encoder = encoding.newEncoder();
        if (encoder.canEncode(element)) {
            return element;
        }
        StringBuilder text = new StringBuilder(element.length() + 64);
        boolean inTag = false;
        for (int i = 0; i < element.length(); i += Character.charCount(element.codePointAt(i))) {
            int character = element.codePointAt(i);
            inTag = character == '<' || inTag && character != '>';
            if (inTag || encoder.canEncode(Character.toString(character))) {
                text.appendCodePoint(character);
            } else {
                text.append("&#x").append(Integer.toHexString(character).toUpperCase(Locale.ROOT)).append(';');
            }
        }
        return text.toString();
    }
}
