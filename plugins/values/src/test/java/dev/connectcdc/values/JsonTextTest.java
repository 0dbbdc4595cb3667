package dev.connectcdc.values;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class JsonTextTest {

    private final JsonText json = new JsonText(false);

    @Test
    void everyPlainValueHasItsForm() {
        assertEquals("null", json.of(null));
        assertEquals("true", json.of(true));
        assertEquals("-7", json.of((byte) -7));
        assertEquals("9223372036854775807", json.of(Long.MAX_VALUE));
        assertEquals("92233720368547758080", json.of(new BigInteger("92233720368547758080")));
        assertEquals("0.1", json.of(0.1f));
        assertEquals("0.1", json.of(0.1));
        assertEquals("[\"NaN\",\"Infinity\",\"-Infinity\"]",
                json.of(List.of(Double.NaN, Double.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY)));
        assertEquals("\"AP8=\"", json.of(new byte[] {0, -1}));
        assertEquals("\"Ünï\\\"<x>\\u0001\\n\"", json.of("Ünï\"<x>\u0001\n"));
    }

    @Test
    void nestedValuesKeepTheirOrder() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("b", Arrays.asList(1, null));
        map.put("a", Map.of("", List.of()));
        assertEquals("{\"b\":[1,null],\"a\":{\"\":[]}}", json.of(map));
    }

    @Test
    void nullsCanBeLeftOutOfObjects() {
        Map<String, Object> inner = new LinkedHashMap<>();
        inner.put("a", null);
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("b", Arrays.asList(1, null, inner));
        map.put("c", null);
        assertEquals("{\"b\":[1,null,{}]}", new JsonText(false, true).of(map));
    }

    @Test
    void jsonIsWrittenAsItIs() {
        assertEquals("[{\"a\": 1.50},2]", json.of(List.of(new JsonFragment("{\"a\": 1.50}"), 2)));
    }

    @Test
    void decimalsKeepAllDigits() {
        assertEquals("12.50", json.of(new BigDecimal("12.50")));
        assertEquals("100", json.of(new BigDecimal("1E+2")));
        assertEquals("0.1234567890123456789012345678901234567890",
                json.of(new BigDecimal("0.1234567890123456789012345678901234567890")));
        assertEquals("\"12.50\"", new JsonText(true).of(new BigDecimal("12.50")));
    }

    @Test
    void aDecimalOfAbsurdScaleIsNotMadeOfZeros() {
        assertEquals("1E+1000000000", json.of(new BigDecimal(BigInteger.ONE, -1_000_000_000)));
        assertEquals("1E-2147483647", json.of(new BigDecimal(BigInteger.ONE, Integer.MAX_VALUE)));
    }
}
