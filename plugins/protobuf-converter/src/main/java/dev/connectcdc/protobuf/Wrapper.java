package dev.connectcdc.protobuf;

import java.util.Locale;

/** What a message stands for that is no struct. Its comment says it: {@code // connect: {"wrapper":"array"}}. */
enum Wrapper {
    /** A record that is no struct: {@code value}. */
    VALUE,
    /** An array that can be null: {@code items}. Protobuf cannot tell a null list from an empty one. */
    ARRAY,
    /** A map that can be null: {@code entries}. */
    MAP,
    /** An element that can be null: {@code value}. */
    NULLABLE,
    /** An entry of a map whose keys Protobuf does not allow in maps: {@code key}, {@code value}. */
    ENTRY,
    /** A decimal: {@code value}, the unscaled number's bytes, the highest first, as two's complement; {@code scale}. */
    DECIMAL;

    String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
