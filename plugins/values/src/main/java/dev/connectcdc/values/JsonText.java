package dev.connectcdc.values;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.List;
import java.util.Map;
import org.apache.kafka.connect.errors.DataException;

/**
 * Writes plain values (see {@link PlainValues}) as JSON text: bytes in Base64; NaN and the infinities, which JSON has
 * no number for, as text; decimals as JSON numbers with all their digits, or as text.
 */
public final class JsonText {

    private static final JsonFactory FACTORY = new JsonFactory();

    private final boolean decimalsAsText;

    private final boolean omitsNulls;

    /** @param decimalsAsText whether a decimal becomes a string, for readers that know only double numbers */
    public JsonText(boolean decimalsAsText) {
        this(decimalsAsText, false);
    }

    /**
     * @param decimalsAsText whether a decimal becomes a string, for readers that know only double numbers
     * @param omitsNulls whether a field that is null is left out; nulls in arrays stay
     */
    public JsonText(boolean decimalsAsText, boolean omitsNulls) {
        this.decimalsAsText = decimalsAsText;
        this.omitsNulls = omitsNulls;
    }

    /**
     * @param plain a plain value
     * @return the value as JSON, without white space
     * @throws DataException when the value cannot be written; the message never has the value
     */
    public String of(Object plain) {
        StringWriter text = new StringWriter();
        try (JsonGenerator out = FACTORY.createGenerator(text)) {
            write(out, plain);
        } catch (IOException e) {
            throw new DataException("the value cannot be written as JSON", e);
        }
        return text.toString();
    }

    private void write(JsonGenerator out, Object value) throws IOException {
        if (value == null) {
            out.writeNull();
        } else if (value instanceof String text) {
            out.writeString(text);
        } else if (value instanceof Boolean bool) {
            out.writeBoolean(bool);
        } else if (value instanceof Number number) {
            writeNumber(out, number);
        } else if (value instanceof byte[] bytes) {
            out.writeString(PlainText.of(bytes));
        } else if (value instanceof List<?> list) {
            out.writeStartArray();
            for (Object item : list) {
                write(out, item);
            }
            out.writeEndArray();
        } else if (value instanceof JsonFragment fragment) {
            out.writeRawValue(fragment.json());
        } else {
            writeObject(out, (Map<?, ?>) value);
        }
    }

    private void writeObject(JsonGenerator out, Map<?, ?> fields) throws IOException {
        out.writeStartObject();
        for (Map.Entry<?, ?> field : fields.entrySet()) {
            if (field.getValue() != null || !omitsNulls) {
                out.writeFieldName((String) field.getKey());
                write(out, field.getValue());
            }
        }
        out.writeEndObject();
    }

    private void writeNumber(JsonGenerator out, Number number) throws IOException {
        if (number instanceof BigDecimal decimal) {
            String digits = PlainText.of(decimal);
            if (decimalsAsText) {
                out.writeString(digits);
            } else {
                out.writeNumber(digits);
            }
        } else if (number instanceof Double real) {
            out.writeNumber(real);
        } else if (number instanceof Float real) {
            out.writeNumber(real);
        } else if (number instanceof BigInteger integer) {
            out.writeNumber(integer);
        } else {
            out.writeNumber(number.longValue());
        }
    }
}
