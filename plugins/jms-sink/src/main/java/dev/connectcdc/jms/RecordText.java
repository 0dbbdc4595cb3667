package dev.connectcdc.jms;

import dev.connectcdc.values.JsonText;
import dev.connectcdc.values.PlainText;
import dev.connectcdc.values.PlainValues;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.util.List;
import java.util.Map;
import org.apache.kafka.connect.errors.DataException;
import org.apache.kafka.connect.header.Header;
import org.apache.kafka.connect.sink.SinkRecord;

/** Parts of records as text. */
final class RecordText {

    private static final JsonText JSON = new JsonText(false);

    private final Charset encoding;

    /** @param encoding of bytes that are text */
    RecordText(Charset encoding) {
        this.encoding = encoding;
    }

    /** @return the key as text; null when there is none */
    String key(SinkRecord record) {
        return record.key() == null ? null : of(PlainValues.of(record.keySchema(), record.key()));
    }

    /** @return the last header of this name as text; null when there is none or it has no value */
    String header(SinkRecord record, String name) {
        Header header = record.headers().lastWithName(name);
        return header == null || header.value() == null ? null : of(PlainValues.of(header.schema(), header.value()));
    }

    /**
     * @param plain a plain value, not null
     * @return its text; of a struct, map or list as JSON
     * @throws DataException when it is bytes that are no text
     */
    String of(Object plain) {
        return plain instanceof byte[] bytes ? decoded(bytes) : jmsValueOf(plain).toString();
    }

    /** The plain value as one that JMS maps and properties have: what they have no type for becomes text. */
    static Object jmsValueOf(Object plain) {
        if (plain instanceof BigDecimal decimal) {
            return PlainText.of(decimal);
        }
        if (plain instanceof BigInteger integer) {
            return integer.toString();
        }
        return plain instanceof Map || plain instanceof List ? JSON.of(plain) : plain;
    }

    private String decoded(byte[] bytes) {
        try {
            return encoding.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        } catch (CharacterCodingException e) {
            throw new DataException("the bytes are no text in " + encoding);
        }
    }
}
