package io.fraudstream.alert;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * One record in Avro's binary encoding, field by field in the order of its schema. Avro's own
 * encoder is not needed for it, and so not in the job.
 *
 * @see <a href="https://avro.apache.org/docs/1.12.0/specification/#binary-encoding">Binary
 *     encoding</a>
 */
final class AvroBytes {
    private static final int NULL_BRANCH = 0;
    private static final int VALUE_BRANCH = 1;
    private static final int LONGEST_WHOLE = 10;

    private byte[] bytes = new byte[512];
    private int length;

    /** A long, an int, an enum's symbol by its number, or the branch of a union. */
    void whole(long value) {
        room(LONGEST_WHOLE);
        long rest = (value << 1) ^ (value >> 63);
        while ((rest & ~0x7fL) != 0) {
            bytes[length++] = (byte) (rest & 0x7f | 0x80);
            rest >>>= 7;
        }
        bytes[length++] = (byte) rest;
    }

    void number(double value) {
        room(Double.BYTES);
        long bits = Double.doubleToRawLongBits(value);
        for (int i = 0; i < Double.BYTES; i++) {
            bytes[length++] = (byte) (bits >>> 8 * i);
        }
    }

    void text(String value) {
        byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
        whole(utf8.length);
        room(utf8.length);
        System.arraycopy(utf8, 0, bytes, length, utf8.length);
        length += utf8.length;
    }

    void bool(boolean value) {
        room(1);
        bytes[length++] = (byte) (value ? 1 : 0);
    }

    /** Of a union of null and string. */
    void optionalText(String value) {
        if (isThere(value != null)) {
            text(value);
        }
    }

    /** Of a union of null and double; what is not finite is not known. */
    void optionalNumber(double value) {
        if (isThere(Double.isFinite(value))) {
            number(value);
        }
    }

    /** Of a union of null and an enum. */
    void optionalSymbol(Enum<?> value) {
        if (isThere(value != null)) {
            whole(value.ordinal());
        }
    }

    private boolean isThere(boolean there) {
        whole(there ? VALUE_BRANCH : NULL_BRANCH);
        return there;
    }

    private void room(int more) {
        if (length + more > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, length + more));
        }
    }

    byte[] toByteArray() {
        return Arrays.copyOf(bytes, length);
    }
}
