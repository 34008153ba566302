package io.fraudstream.job.state;

import io.fraudstream.transaction.ShortTexts;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/**
 * The bytes of one record as a whole, with their number in front: Flink's views check and move on
 * at each single field, and write texts character by character. Numbers are big-endian; a text is a
 * byte of its length and one and then ISO 8859-1, or 255, the length and UTF-16 where it is longer
 * or does not fit, or 0 for {@code null}.
 */
final class RecordBytes {
    private static final ThreadLocal<RecordBytes> OF_THREAD =
            ThreadLocal.withInitial(RecordBytes::new);
    private static final VarHandle LONGS =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle INTS =
            MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle CHARS =
            MethodHandles.byteArrayViewVarHandle(char[].class, ByteOrder.BIG_ENDIAN);
    private static final int WIDE = 255;
    private static final int MAX_NARROW = WIDE - 2;
    private static final int NARROW_LIMIT = 0x100;

    private byte[] bytes = new byte[1024];
    private int at;

    private RecordBytes() {}

    /** This thread's own, empty; to be used up before the next is asked for. */
    static RecordBytes empty() {
        RecordBytes own = OF_THREAD.get();
        own.at = 0;
        return own;
    }

    /** This thread's own with the bytes that {@link #writeTo} wrote. */
    static RecordBytes readFrom(DataInputView in) throws IOException {
        RecordBytes own = empty();
        int length = in.readInt();
        own.room(length);
        in.readFully(own.bytes, 0, length);
        return own;
    }

    void writeTo(DataOutputView out) throws IOException {
        out.writeInt(at);
        out.write(bytes, 0, at);
    }

    private void room(int more) {
        if (at + more > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, at + more));
        }
    }

    void putByte(int value) {
        room(1);
        bytes[at++] = (byte) value;
    }

    int getByte() {
        return bytes[at++];
    }

    void putLong(long value) {
        room(Long.BYTES);
        LONGS.set(bytes, at, value);
        at += Long.BYTES;
    }

    long getLong() {
        long value = (long) LONGS.get(bytes, at);
        at += Long.BYTES;
        return value;
    }

    void putDouble(double value) {
        putLong(Double.doubleToRawLongBits(value));
    }

    double getDouble() {
        return Double.longBitsToDouble(getLong());
    }

    void putText(String text) {
        if (text == null) {
            putByte(0);
            return;
        }
        int length = text.length();
        room(1 + Integer.BYTES + Character.BYTES * length);
        if (length <= MAX_NARROW && putNarrow(text, length)) {
            return;
        }
        bytes[at] = (byte) WIDE;
        INTS.set(bytes, at + 1, length);
        at += 1 + Integer.BYTES;
        for (int i = 0; i < length; i++) {
            CHARS.set(bytes, at, text.charAt(i));
            at += Character.BYTES;
        }
    }

    private boolean putNarrow(String text, int length) {
        int all = 0;
        for (int i = 0; i < length; i++) {
            char c = text.charAt(i);
            all |= c;
            bytes[at + 1 + i] = (byte) c;
        }
        if (all >= NARROW_LIMIT) {
            return false;
        }
        bytes[at] = (byte) (length + 1);
        at += 1 + length;
        return true;
    }

    String getText() {
        int first = bytes[at++] & 0xff;
        if (first == 0) {
            return null;
        }
        if (first == WIDE) {
            return getWide();
        }
        int length = first - 1;
        String text =
                length > 0 && length <= ShortTexts.MAX_LENGTH
                        ? ShortTexts.of(bytes, at, length)
                        : new String(bytes, at, length, StandardCharsets.ISO_8859_1);
        at += length;
        return text;
    }

    private String getWide() {
        char[] characters = new char[(int) INTS.get(bytes, at)];
        at += Integer.BYTES;
        for (int i = 0; i < characters.length; i++) {
            characters[i] = (char) CHARS.get(bytes, at);
            at += Character.BYTES;
        }
        return new String(characters);
    }
}
