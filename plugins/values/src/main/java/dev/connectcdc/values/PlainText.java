package dev.connectcdc.values;

import java.math.BigDecimal;
import java.util.Base64;

/** The text of simple plain values, as far as JSON, XML and JMS properties agree on it. */
public final class PlainText {

    /** Beyond this a decimal without exponent would be made of zeros, by the gigabyte if a schema wants that. */
    private static final int LARGEST_PLAIN_SCALE = 9999;

    private PlainText() {}

    /**
     * @param value a decimal
     * @return its digits, without exponent unless its scale is beyond 9999 either way
     */
    public static String of(BigDecimal value) {
        return Math.abs((long) value.scale()) <= LARGEST_PLAIN_SCALE ? value.toPlainString() : value.toString();
    }

    /**
     * @param value bytes
     * @return the bytes in Base64 (RFC 4648, section 4, with padding)
     */
    public static String of(byte[] value) {
        return Base64.getEncoder().encodeToString(value);
    }
}
