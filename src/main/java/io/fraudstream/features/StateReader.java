package io.fraudstream.features;

import java.io.DataInput;
import java.io.IOException;
import java.util.Arrays;

/** Reads what a {@link StateWriter} wrote. */
final class StateReader {
    private static final int MOST_BYTES = 1 << 30;

    private byte[] block = new byte[1 << 12];
    private long[] wide = new long[1 << 6];
    private int length;
    private int at;

    /**
     * Takes a block in.
     *
     * @param what is told in an error
     * @throws IOException for another version or damaged bytes
     */
    void begin(DataInput in, String what, int version) throws IOException {
        check(in.readByte(), what, version);
        begin(in.readInt());
        in.readFully(block, 0, length);
    }

    /** The same for a block that {@link StateWriter#toBytes} made. */
    void begin(byte[] bytes, String what, int version) throws IOException {
        check(bytes.length == 0 ? 0 : bytes[0], what, version);
        begin(bytes.length - 1);
        System.arraycopy(bytes, 1, block, 0, length);
    }

    private static void check(int found, String what, int version) throws IOException {
        if (found != version) {
            throw new IOException(what + " has version " + found + ", expected " + version);
        }
    }

    private void begin(int blockLength) throws IOException {
        length = blockLength;
        if (length < 0 || length > MOST_BYTES) {
            throw damaged("a length is " + length);
        }
        if (length + StateWriter.SLACK > block.length) {
            block = new byte[Math.max(length + StateWriter.SLACK, block.length * 2)];
        }
        at = 0;
    }

    private static IOException damaged(String how) {
        return new IOException(how + ": the state is damaged");
    }

    private int take(int bytes) throws IOException {
        int from = at;
        if (bytes > length - at) {
            throw damaged("it ends within a value");
        }
        at += bytes;
        return from;
    }

    byte takeByte() throws IOException {
        return block[take(1)];
    }

    long takeLong() throws IOException {
        return (long) StateWriter.LONGS.get(block, take(Long.BYTES));
    }

    float takeFloat() throws IOException {
        return Float.intBitsToFloat((int) (long) StateWriter.LONGS.get(block, take(Float.BYTES)));
    }

    long takeVarint() throws IOException {
        long folded = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            byte next = block[take(1)];
            folded |= (next & 0x7fL) << shift;
            if (next >= 0) {
                return folded >>> 1 ^ -(folded & 1);
            }
        }
        throw damaged("a number goes on for more than ten bytes");
    }

    int takeSize(int atMost) throws IOException {
        long size = takeVarint();
        if (size < 0 || size > atMost) {
            throw damaged("a size is " + size + ", expected 0 to " + atMost);
        }
        return (int) size;
    }

    byte[] takeBytes(int count) throws IOException {
        int from = take(count);
        return Arrays.copyOfRange(block, from, from + count);
    }

    void takeBytes(byte[] target, int count) throws IOException {
        System.arraycopy(block, take(count), target, 0, count);
    }

    void takeFloats(float[] target, int rows) throws IOException {
        int from = take(rows * Float.BYTES);
        for (int i = 0; i < rows; i++) {
            long bits = (long) StateWriter.LONGS.get(block, from + i * Float.BYTES);
            target[i] = Float.intBitsToFloat((int) bits);
        }
    }

    void takeColumn(long[] target, int rows) throws IOException {
        int width = takeByte();
        if (width < 0 || width > Long.BYTES) {
            throw damaged("a column is " + width + " bytes wide");
        }
        long base = takeVarint();
        int from = take(rows * width);
        long mask = width == Long.BYTES ? -1 : (1L << 8 * width) - 1;
        for (int i = 0; i < rows; i++) {
            long bits = (long) StateWriter.LONGS.get(block, from);
            target[i] = (bits & mask) + base;
            from += width;
        }
    }

    private void wide(int rows) {
        if (rows > wide.length) {
            wide = new long[Math.max(rows, wide.length * 2)];
        }
    }

    void takeColumn(int[] target, int rows) throws IOException {
        wide(rows);
        takeColumn(wide, rows);
        for (int i = 0; i < rows; i++) {
            target[i] = (int) wide[i];
        }
    }

    void takeColumn(short[] target, int rows) throws IOException {
        wide(rows);
        takeColumn(wide, rows);
        for (int i = 0; i < rows; i++) {
            target[i] = (short) wide[i];
        }
    }
}
