package io.fraudstream.features;

import java.io.DataOutput;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Puts a history's columns into one block of bytes, which is then written at once: through a {@link
 * DataOutput} number by number it would take several times as long. Columns of whole numbers are
 * written as their distance from the least, in as few bytes as the greatest distance needs.
 */
final class StateWriter {
    static final VarHandle LONGS =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    /** Numbers are put in eight bytes at a time, of which the last may count for nothing. */
    static final int SLACK = Long.BYTES;

    private byte[] block = new byte[1 << 12];
    private long[] wide = new long[1 << 6];
    private int end;

    /** Forgets what was put. */
    void begin() {
        end = 0;
    }

    private void wide(int rows) {
        if (rows > wide.length) {
            wide = new long[Math.max(rows, wide.length * 2)];
        }
    }

    private void makeRoom(int bytes) {
        if (end + bytes + SLACK > block.length) {
            block = Arrays.copyOf(block, Math.max(end + bytes + SLACK, block.length * 2));
        }
    }

    void putByte(int value) {
        makeRoom(1);
        block[end++] = (byte) value;
    }

    void putLong(long value) {
        makeRoom(Long.BYTES);
        LONGS.set(block, end, value);
        end += Long.BYTES;
    }

    void putFloat(float value) {
        makeRoom(Float.BYTES);
        LONGS.set(block, end, (long) Float.floatToRawIntBits(value));
        end += Float.BYTES;
    }

    /** Seven bits a byte, the lowest first, the sign folded into the lowest bit. */
    void putVarint(long value) {
        makeRoom(10);
        long rest = value << 1 ^ value >> 63;
        while ((rest & ~0x7fL) != 0) {
            block[end++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        block[end++] = (byte) rest;
    }

    void putBytes(byte[] bytes, int count) {
        makeRoom(count);
        System.arraycopy(bytes, 0, block, end, count);
        end += count;
    }

    void putFloats(float[] column, int rows) {
        makeRoom(rows * Float.BYTES);
        for (int i = 0; i < rows; i++) {
            LONGS.set(block, end, (long) Float.floatToRawIntBits(column[i]));
            end += Float.BYTES;
        }
    }

    void putColumn(long[] column, int rows) {
        long least = rows == 0 ? 0 : column[0];
        long greatest = least;
        for (int i = 1; i < rows; i++) {
            least = Math.min(least, column[i]);
            greatest = Math.max(greatest, column[i]);
        }
        // A distance that overflows is negative and takes all bytes.
        int width = (Long.SIZE - Long.numberOfLeadingZeros(greatest - least) + 7) / 8;
        long base = width == Long.BYTES ? 0 : least;
        putByte(width);
        putVarint(base);
        makeRoom(rows * width);
        for (int i = 0; i < rows; i++) {
            LONGS.set(block, end, column[i] - base);
            end += width;
        }
    }

    void putColumn(int[] column, int rows) {
        wide(rows);
        for (int i = 0; i < rows; i++) {
            wide[i] = column[i];
        }
        putColumn(wide, rows);
    }

    void putColumn(short[] column, int rows) {
        wide(rows);
        for (int i = 0; i < rows; i++) {
            wide[i] = column[i];
        }
        putColumn(wide, rows);
    }

    /** A version and what was put. */
    byte[] toBytes(int version) {
        byte[] bytes = new byte[1 + end];
        bytes[0] = (byte) version;
        System.arraycopy(block, 0, bytes, 1, end);
        return bytes;
    }

    /** A version, how many bytes follow, and these. */
    void writeTo(DataOutput out, int version) throws IOException {
        out.writeByte(version);
        out.writeInt(end);
        out.write(block, 0, end);
    }
}
