package dev.connectcdc.transforms;

import dev.connectcdc.values.JsonText;
import dev.connectcdc.values.PlainText;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigException;

/**
 * Recognises what Debezium sends in place of a value that the event does not contain. Nothing else marks such a value,
 * so that the placeholder must be text that no column has.
 *
 * <p>Its form depends on the type (Debezium's UnchangedToastedPlaceholder and PostgresValueConverter, 3.7): text; bytes,
 * or their text by {@code binary.handling.mode}; an array of one text, one bytes or one UUID; an array of the bytes as
 * integers or as dates; hstore as a map or as JSON. Of every other type it is NULL, which nobody can tell from a NULL of
 * the table.
 */
final class UnavailableValue {

    private static final String HEX_PREFIX = "hex:";

    static final ConfigDef.Validator VALIDATOR = ConfigDef.LambdaValidator.with(
            UnavailableValue::requirePlaceholder, () -> "text, or 'hex:' and hexadecimal digits");

    private final byte[] bytes;
    private final Set<String> texts;
    private final Map<String, String> hstore;
    private final List<Long> numbers;
    private final List<String> dates;

    /** @param placeholder the source's {@code unavailable.value.placeholder} */
    UnavailableValue(String placeholder) {
        bytes = bytesOf(placeholder);
        String text = new String(bytes, StandardCharsets.UTF_8);
        hstore = Map.of(text, text);
        texts = Stream.of(
                        text,
                        PlainText.of(bytes),
                        Base64.getUrlEncoder().encodeToString(bytes),
                        HexFormat.of().formatHex(bytes),
                        new JsonText(false).of(hstore),
                        UUID.nameUUIDFromBytes(bytes).toString())
                .collect(Collectors.toSet());
        numbers = IntStream.range(0, bytes.length).mapToObj(i -> (long) bytes[i]).toList();
        dates = numbers.stream().map(number -> LocalDate.ofEpochDay(number).toString()).toList();
    }

    /**
     * @param plain the plain value of a column
     * @return true if it is the placeholder
     */
    boolean is(Object plain) {
        if (plain instanceof List<?> list) {
            return list.size() == 1 && isScalar(list.get(0)) || list.equals(dates) || isNumbers(list);
        }
        return isScalar(plain) || hstore.equals(plain);
    }

    private boolean isScalar(Object plain) {
        return plain instanceof String text && texts.contains(text)
                || plain instanceof byte[] other && Arrays.equals(bytes, other);
    }

    private boolean isNumbers(List<?> list) {
        return list.size() == numbers.size()
                && IntStream.range(0, list.size())
                        .allMatch(i -> list.get(i) instanceof Number number && number.longValue() == numbers.get(i));
    }

    private static byte[] bytesOf(String placeholder) {
        return placeholder.startsWith(HEX_PREFIX)
                ? HexFormat.of().parseHex(placeholder.substring(HEX_PREFIX.length()))
                : placeholder.getBytes(StandardCharsets.UTF_8);
    }

    private static void requirePlaceholder(String setting, Object value) {
        try {
            if (bytesOf((String) value).length > 0) {
                return;
            }
        } catch (IllegalArgumentException e) {
            // Digits that are none
        }
        throw new ConfigException(setting, value, "must be text, or 'hex:' and hexadecimal digits");
    }
}
