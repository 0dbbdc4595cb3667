package dev.connectcdc.protobuf;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoField;
import java.time.temporal.ChronoUnit;
import org.apache.kafka.connect.data.Date;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.Time;
import org.apache.kafka.connect.errors.DataException;

/** Connect's logical types: decimals, dates, times of day and timestamps. */
record LogicalCodec(Schema schema, Kind kind) implements MessageCodec {

    enum Kind {
        DECIMAL,
        DATE,
        TIME_OF_DAY,
        TIMESTAMP
    }

    private static final int DECIMAL_SCALE = 3;

    private static final int HOURS_PER_DAY = 24;

    @Override
    public void writeFields(WireBuffer out, Object value) {
        switch (kind) {
            case DECIMAL -> {
                BigDecimal decimal = (BigDecimal) value;
                out.bytes(1, decimal.unscaledValue().toByteArray());
                number(out, DECIMAL_SCALE, decimal.scale());
            }
            case DATE -> {
                LocalDate date = LocalDate.ofEpochDay(Date.fromLogical(schema, (java.util.Date) value));
                number(out, 1, date.getYear());
                number(out, 2, date.getMonthValue());
                number(out, 3, date.getDayOfMonth());
            }
            case TIME_OF_DAY -> {
                // PostgreSQL and TimeOfDay have 24:00:00, too, which LocalTime has not
                Duration time = Duration.ofMillis(Time.fromLogical(schema, (java.util.Date) value));
                number(out, 1, time.toHours());
                number(out, 2, time.toMinutesPart());
                number(out, 3, time.toSecondsPart());
                number(out, 4, time.toNanosPart());
            }
            case TIMESTAMP -> {
                Instant instant = ((java.util.Date) value).toInstant();
                number(out, 1, instant.getEpochSecond());
                number(out, 2, instant.getNano());
            }
        }
    }

    /** These fields have no presence: zero is not written. */
    private static void number(WireBuffer out, int number, long value) {
        if (value != 0) {
            out.varint(number, value);
        }
    }

    @Override
    public Object readMessage(Message message) {
        try {
            return switch (kind) {
                case DECIMAL -> new BigDecimal(unscaled(message), integer(message, DECIMAL_SCALE));
                case DATE -> java.util.Date.from(
                        LocalDate.of(integer(message, 1), integer(message, 2), integer(message, 3))
                                .atStartOfDay(ZoneOffset.UTC)
                                .toInstant());
                case TIME_OF_DAY -> new java.util.Date(
                        integer(message, 1) == HOURS_PER_DAY
                                ? Duration.ofDays(1).toMillis()
                                : LocalTime.of(integer(message, 1), integer(message, 2), integer(message, 3), integer(message, 4))
                                        .getLong(ChronoField.MILLI_OF_DAY));
                case TIMESTAMP -> java.util.Date.from(
                        Instant.ofEpochSecond((Long) MessageCodec.field(message, 1), integer(message, 2))
                                .truncatedTo(ChronoUnit.MILLIS));
            };
        } catch (DateTimeException e) {
            throw new DataException("a " + message.getDescriptorForType().getFullName() + " is none: " + e.getMessage(), e);
        }
    }

    private static BigInteger unscaled(Message message) {
        ByteString bytes = (ByteString) MessageCodec.field(message, 1);
        return bytes.isEmpty() ? BigInteger.ZERO : new BigInteger(bytes.toByteArray());
    }

    private static int integer(Message message, int number) {
        return (Integer) MessageCodec.field(message, number);
    }
}
