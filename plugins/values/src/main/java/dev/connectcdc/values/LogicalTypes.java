package dev.connectcdc.values;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.kafka.connect.data.Date;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.data.Time;
import org.apache.kafka.connect.data.Timestamp;

/**
 * The forms of Connect's and Debezium's logical types, known by the name of the schema (Debezium's PostgreSQL manual,
 * "Data type mappings"):
 *
 * <ul>
 *   <li>dates {@code 2026-11-23}; times of day {@code 02:05:12.846509} (also {@code 24:00:00} and, from other
 *       databases, negative ones); timestamps without zone {@code 2026-11-23T02:05:12.846509}; Connect's own
 *       Timestamp, an instant, with {@code Z}. Fractions are as long as they must be;
 *   <li>durations in ISO 8601, {@code PT36H15M}; Debezium counts a month as 30.4375 days unless
 *       {@code interval.handling.mode} is {@code string};
 *   <li>decimals of fixed or variable scale as BigDecimal;
 *   <li>bit strings as text of 0 and 1, the leftmost bit first, as PostgreSQL writes them, filled up with zeros to the
 *       column's length: Debezium leaves out those on the left;
 *   <li>PostgreSQL's dates and timestamps at the end of time are {@code infinity} and {@code -infinity}, as Debezium
 *       writes those with zone.
 * </ul>
 *
 * <p>Types whose plain form says it all already (zoned timestamps and times, intervals as text, json, xml, uuid, enum,
 * ltree, geometry, vectors, Connect's Decimal) need no entry.
 */
final class LogicalTypes {

    /** Turns a value with this schema, never null, into a plain value. */
    interface Form {
        Object plain(Schema schema, Object value);
    }

    /** What Debezium makes of them: the JDBC driver's constants, or the last number where a smaller unit has no room for them. */
    private static final long INFINITY_MILLIS = 9223372036825200000L;

    private static final long MINUS_INFINITY_MILLIS = -9223372036832400000L;

    /**
     * What Debezium 3.7 makes of dates at the end of time, in a snapshot and while streaming. All are far outside of
     * PostgreSQL's range, and of every other database's.
     */
    private static final Map<Long, String> INFINITE_DAYS = Map.of(
            -622191234L, "infinity",
            2146033979L, "infinity",
            -625821272L, "-infinity",
            -2147472691L, "-infinity");

    /** What {@code time.precision.mode=connect} makes of the end of time: milliseconds, or their thousandth. */
    private static final Map<Long, String> INFINITE_MILLIS = Map.of(
            INFINITY_MILLIS, "infinity",
            INFINITY_MILLIS / 1000, "infinity",
            MINUS_INFINITY_MILLIS, "-infinity",
            MINUS_INFINITY_MILLIS / 1000, "-infinity");

    /** A longer bit string is not filled up: that could make megabytes of nothing. */
    private static final int LONGEST_FILLED = 4096;

    private static final Set<String> CONNECT_TIMES =
            Set.of(Date.LOGICAL_NAME, Time.LOGICAL_NAME, Timestamp.LOGICAL_NAME);

    private static final Map<String, Form> FORMS = new HashMap<>();

    static {
        FORMS.put(Date.LOGICAL_NAME, (schema, value) -> connectDate(millis(value)));
        FORMS.put(Time.LOGICAL_NAME, (schema, value) -> timeOfDay(millis(value), TimeUnit.MILLISECONDS));
        FORMS.put(Timestamp.LOGICAL_NAME, (schema, value) -> connectTimestamp(millis(value)));
        FORMS.put("io.debezium.time.Date", (schema, value) -> dateOrInfinity(number(value)));
        FORMS.put("io.debezium.time.Time", (schema, value) -> timeOfDay(number(value), TimeUnit.MILLISECONDS));
        FORMS.put("io.debezium.time.MicroTime", (schema, value) -> timeOfDay(number(value), TimeUnit.MICROSECONDS));
        FORMS.put("io.debezium.time.NanoTime", (schema, value) -> timeOfDay(number(value), TimeUnit.NANOSECONDS));
        FORMS.put("io.debezium.time.Timestamp", (schema, value) -> dateTime(number(value), TimeUnit.MILLISECONDS));
        FORMS.put("io.debezium.time.MicroTimestamp", (schema, value) -> dateTime(number(value), TimeUnit.MICROSECONDS));
        FORMS.put("io.debezium.time.NanoTimestamp", (schema, value) -> dateTime(number(value), TimeUnit.NANOSECONDS));
        FORMS.put("io.debezium.time.MicroDuration", (schema, value) -> duration(number(value), TimeUnit.MICROSECONDS));
        FORMS.put("io.debezium.time.NanoDuration", (schema, value) -> duration(number(value), TimeUnit.NANOSECONDS));
        FORMS.put("io.debezium.data.VariableScaleDecimal", (schema, value) -> variableScaleDecimal((Struct) value));
        FORMS.put("io.debezium.data.Bits", LogicalTypes::bits);
    }

    /** Those whose plain form is a date, a time or a duration in ISO 8601. */
    private static final Set<String> TIMES = FORMS.keySet().stream()
            .filter(name -> name.startsWith("io.debezium.time.") || CONNECT_TIMES.contains(name))
            .collect(Collectors.toSet());

    private LogicalTypes() {}

    /** @return true if the plain form of the schema's values is a date, a time or a duration as text */
    static boolean isTime(Schema schema) {
        return TIMES.contains(schema.name());
    }

    /** @return the form of the schema's logical type; null when the value stands for itself */
    static Form formOf(Schema schema) {
        return schema.name() == null ? null : FORMS.get(schema.name());
    }

    /** A point on the time line, in UTC: {@code 2026-11-23T02:05:12.846Z}. */
    static String instant(Instant instant) {
        return text(instant.getEpochSecond(), instant.getNano()) + "Z";
    }

    private static long millis(Object value) {
        return ((java.util.Date) value).getTime();
    }

    private static long number(Object value) {
        return ((Number) value).longValue();
    }

    private static String date(long epochDay) {
        return LocalDate.ofEpochDay(epochDay).toString();
    }

    private static String dateOrInfinity(long epochDay) {
        String infinity = INFINITE_DAYS.get(epochDay);
        return infinity == null ? date(epochDay) : infinity;
    }

    private static String connectDate(long millis) {
        String infinity = INFINITE_MILLIS.get(millis);
        return infinity == null ? dateOrInfinity(Math.floorDiv(millis, TimeUnit.DAYS.toMillis(1))) : infinity;
    }

    private static String connectTimestamp(long millis) {
        String infinity = INFINITE_MILLIS.get(millis);
        return infinity == null ? instant(Instant.ofEpochMilli(millis)) : infinity;
    }

    private static String dateTime(long value, TimeUnit unit) {
        if (value == unit.convert(INFINITY_MILLIS, TimeUnit.MILLISECONDS)) {
            return "infinity";
        }
        if (value == unit.convert(MINUS_INFINITY_MILLIS, TimeUnit.MILLISECONDS)) {
            return "-infinity";
        }
        long perSecond = unit.convert(1, TimeUnit.SECONDS);
        return text(Math.floorDiv(value, perSecond), (int) unit.toNanos(Math.floorMod(value, perSecond)));
    }

    private static String text(long epochSecond, int nanos) {
        return DateTimeFormatter.ISO_LOCAL_DATE_TIME.format(
                LocalDateTime.ofEpochSecond(epochSecond, nanos, ZoneOffset.UTC));
    }

    private static String timeOfDay(long value, TimeUnit unit) {
        // Not LocalTime: PostgreSQL knows 24:00:00, MySQL's times reach from -838 to 838 hours.
        Duration time = Duration.of(value, unit.toChronoUnit());
        Duration size = time.abs();
        StringBuilder text = new StringBuilder(time.isNegative() ? "-" : "")
                .append(twoDigits(size.toHours()))
                .append(':')
                .append(twoDigits(size.toMinutesPart()))
                .append(':')
                .append(twoDigits(size.toSecondsPart()));
        if (size.toNanosPart() > 0) {
            appendFraction(text, size.toNanosPart());
        }
        return text.toString();
    }

    private static void appendFraction(StringBuilder text, int nanos) {
        text.append('.');
        int rest = nanos;
        for (int unit = 100_000_000; rest > 0; unit /= 10) {
            text.append(rest / unit);
            rest %= unit;
        }
    }

    private static String twoDigits(long number) {
        return number < 10 ? "0" + number : Long.toString(number);
    }

    private static String duration(long value, TimeUnit unit) {
        return Duration.of(value, unit.toChronoUnit()).toString();
    }

    private static BigDecimal variableScaleDecimal(Struct value) {
        return new BigDecimal(new BigInteger(PlainValues.bytes(value.get("value"))), value.getInt32("scale"));
    }

    private static String bits(Schema schema, Object value) {
        byte[] littleEndian = PlainValues.bytes(value);
        int stored = littleEndian.length * Byte.SIZE;
        String length = schema.parameters() == null ? null : schema.parameters().get("length");
        int shown = length == null ? stored : shownBits(Integer.parseInt(length), stored);
        StringBuilder text = new StringBuilder(shown);
        for (int bit = shown - 1; bit >= 0; bit--) {
            text.append(bit < stored ? (littleEndian[bit / Byte.SIZE] >> (bit % Byte.SIZE)) & 1 : 0);
        }
        return text.toString();
    }

    /** Debezium gives the largest int as length of a "bit varying" without one. */
    private static int shownBits(int length, int stored) {
        return length <= LONGEST_FILLED ? length : Math.min(length, stored);
    }
}
