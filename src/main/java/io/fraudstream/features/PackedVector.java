package io.fraudstream.features;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * A feature vector in few bytes, bit by bit what it was. Most values of a vector are missing, zero,
 * small and whole, or follow from their neighbours: a mean from the sum and the count before it, a
 * share likewise, a window's value from the same of the window before, where nothing older has
 * happened. Half a byte for each value says which, two values a byte, the first in its low half;
 * behind them all stand the bytes of those that need some, the highest first.
 */
final class PackedVector {
    private static final int MISSING = 0;
    private static final int ZERO = 1;
    private static final int ONE = 2;

    /** The same bits as the value one, three or four places before. */
    private static final int AS_BEFORE = 3;

    private static final int AS_THREE_BEFORE = 4;
    private static final int AS_FOUR_BEFORE = 5;

    /** The value before it divided by the one before that. */
    private static final int QUOTIENT = 6;

    /** Whole and positive, in one to three bytes. */
    private static final int WHOLE_1 = 7;

    private static final int WHOLE_2 = 8;
    private static final int WHOLE_3 = 9;

    /** In its own four bytes. */
    private static final int RAW = 10;

    private static final float[] CONSTANTS = {Float.NaN, 0, 1};

    /** By code: how far back the same value stands, and how many bytes a number has. */
    private static final int[] BACK = {0, 0, 0, 1, 3, 4};

    private static final int[] BYTES = {0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4};

    private static final VarHandle INTS =
            MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);

    private static final int MISSING_BITS = Float.floatToRawIntBits(Float.NaN);
    private static final int ONE_BITS = Float.floatToRawIntBits(1);

    private PackedVector() {}

    /** How many bytes a vector of this size takes at most. */
    static int mostBytes(int size) {
        return codeBytes(size) + size * Float.BYTES;
    }

    private static int codeBytes(int size) {
        return (size + 1) / 2;
    }

    /**
     * @param scratch of {@link #mostBytes} at least; what it holds is lost
     */
    static byte[] pack(float[] vector, byte[] scratch) {
        int end = codeBytes(vector.length);
        int codes = 0;
        // Of the four values before, 0 where there is none: only other bits are compared.
        int one = 0;
        int two = 0;
        int three = 0;
        int four = 0;
        for (int i = 0; i < vector.length; i++) {
            float value = vector[i];
            int bits = Float.floatToRawIntBits(value);
            int code;
            if (bits == MISSING_BITS) {
                code = MISSING;
            } else if (bits == 0) {
                code = ZERO;
            } else if (bits == ONE_BITS) {
                code = ONE;
            } else if (bits == one) {
                code = AS_BEFORE;
            } else if (bits == three) {
                code = AS_THREE_BEFORE;
            } else if (bits == four) {
                code = AS_FOUR_BEFORE;
            } else {
                code = codeOf(vector, i, bits);
                end = put(code == RAW ? bits : (int) value, BYTES[code], scratch, end);
            }
            four = three;
            three = two;
            two = one;
            one = bits;
            codes = codes >>> 4 | code << 4;
            scratch[i / 2] = (byte) codes;
        }
        if (vector.length % 2 == 1) {
            scratch[vector.length / 2] = (byte) (codes >>> 4);
        }
        return Arrays.copyOf(scratch, end);
    }

    private static int put(int number, int bytes, byte[] target, int at) {
        for (int i = 0; i < bytes; i++) {
            target[at + i] = (byte) (number >>> 8 * (bytes - 1 - i));
        }
        return at + bytes;
    }

    /** Of what is no constant and not as one before it. */
    private static int codeOf(float[] vector, int i, int bits) {
        float value = vector[i];
        int whole = (int) value;
        if (whole > 0 && whole == value && whole < 1 << 24) {
            return whole < 1 << 8 ? WHOLE_1 : whole < 1 << 16 ? WHOLE_2 : WHOLE_3;
        }
        return i >= 2 && Float.floatToRawIntBits(vector[i - 1] / vector[i - 2]) == bits
                ? QUOTIENT
                : RAW;
    }

    /**
     * @param size how many values were packed
     */
    static float[] unpack(byte[] packed, int size) {
        float[] vector = new float[size];
        int at = codeBytes(size);
        for (int i = 0; i < size; i++) {
            int code = packed[i / 2] >>> i % 2 * 4 & 0xf;
            if (code <= ONE) {
                vector[i] = CONSTANTS[code];
            } else if (code < QUOTIENT) {
                vector[i] = vector[i - BACK[code]];
            } else if (code == QUOTIENT) {
                vector[i] = vector[i - 1] / vector[i - 2];
            } else if (code <= RAW) {
                int number = number(packed, at, BYTES[code]);
                vector[i] = code == RAW ? Float.intBitsToFloat(number) : number;
                at += BYTES[code];
            } else {
                throw new IllegalStateException(
                        "a packed vector has an unknown code: the state is damaged");
            }
        }
        return vector;
    }

    private static int number(byte[] source, int at, int bytes) {
        int from = at + bytes - Integer.BYTES;
        if (from >= 0) {
            // All four at once; those in front of the number are shifted out.
            int unused = 8 * (Integer.BYTES - bytes);
            return (int) INTS.get(source, from) << unused >>> unused;
        }
        int number = 0;
        for (int i = 0; i < bytes; i++) {
            number = number << 8 | source[at + i] & 0xff;
        }
        return number;
    }
}
