package dev.connectcdc.protobuf;

import java.util.Map;

/** Types of Google that schemas import: what a compiler brings along, or Google's common protos. */
final class WellKnown {

    static final String DATE = "google.type.Date";
    static final String TIME_OF_DAY = "google.type.TimeOfDay";
    static final String CONFLUENT_DECIMAL = "confluent.type.Decimal";
    static final String TIMESTAMP = "google.protobuf.Timestamp";

    /** The file of each type. */
    static final Map<String, String> FILES = Map.of(
            DATE, "google/type/date.proto",
            TIME_OF_DAY, "google/type/timeofday.proto",
            TIMESTAMP, "google/protobuf/timestamp.proto");

    private WellKnown() {}
}
