package io.fraudstream.features;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * Whole numbers in as few bytes as they need: seven bits a byte, the lowest first, signs folded
 * into the lowest bit.
 */
final class Varint {
    private Varint() {}

    static void write(DataOutput out, long value) throws IOException {
        long rest = value << 1 ^ value >> 63;
        while ((rest & ~0x7fL) != 0) {
            out.writeByte((int) (rest & 0x7f | 0x80));
            rest >>>= 7;
        }
        out.writeByte((int) rest);
    }

    static long read(DataInput in) throws IOException {
        long folded = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            byte next = in.readByte();
            folded |= (next & 0x7fL) << shift;
            if (next >= 0) {
                return folded >>> 1 ^ -(folded & 1);
            }
        }
        throw new IOException("a number goes on for more than ten bytes: the state is damaged");
    }

    static int readSize(DataInput in, int atMost) throws IOException {
        long size = read(in);
        if (size < 0 || size > atMost) {
            throw new IOException(
                    "a size is " + size + ", expected 0 to " + atMost + ": the state is damaged");
        }
        return (int) size;
    }
}
