package dev.connectcdc.protobuf;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Bytes in Protobuf's wire format, written from the front (Protobuf's guide, "Encoding"). */
final class WireBuffer {

    static final int VARINT = 0;
    static final int FIXED64 = 1;
    static final int LENGTH_DELIMITED = 2;
    static final int FIXED32 = 5;

    private static final int LONGEST_VARINT = 10;

    private byte[] bytes = new byte[512];

    private int size;

    byte[] toBytes() {
        return Arrays.copyOf(bytes, size);
    }

    void tag(int number, int wireType) {
        varint(((long) number << 3) | wireType);
    }

    void varint(long value) {
        ensure(LONGEST_VARINT);
        long rest = value;
        while ((rest & ~0x7FL) != 0) {
            bytes[size++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        bytes[size++] = (byte) rest;
    }

    void fixed32(int value) {
        ensure(4);
        for (int shift = 0; shift < 32; shift += 8) {
            bytes[size++] = (byte) (value >>> shift);
        }
    }

    void fixed64(long value) {
        ensure(8);
        for (int shift = 0; shift < 64; shift += 8) {
            bytes[size++] = (byte) (value >>> shift);
        }
    }

    void raw(byte[] value) {
        ensure(value.length);
        System.arraycopy(value, 0, bytes, size, value.length);
        size += value.length;
    }

    void bytes(int number, byte[] value) {
        tag(number, LENGTH_DELIMITED);
        varint(value.length);
        raw(value);
    }

    void text(int number, String value) {
        bytes(number, value.getBytes(StandardCharsets.UTF_8));
    }

    void varint(int number, long value) {
        tag(number, VARINT);
        varint(value);
    }

    /** Begins a message. @return what {@link #close} needs */
    int open(int number) {
        tag(number, LENGTH_DELIMITED);
        ensure(1);
        size++;
        return size;
    }

    /** Ends a message: writes its length before it. */
    void close(int start) {
        int length = size - start;
        int extra = 0;
        for (int rest = length >>> 7; rest != 0; rest >>>= 7) {
            extra++;
        }
        if (extra > 0) {
            ensure(extra);
            System.arraycopy(bytes, start, bytes, start + extra, length);
        }
        size = start - 1;
        varint(length);
        size = start + extra + length;
    }

    private void ensure(int more) {
        if (bytes.length - size < more) {
            bytes = Arrays.copyOf(bytes, Math.max(size + more, bytes.length * 2));
        }
    }
}
