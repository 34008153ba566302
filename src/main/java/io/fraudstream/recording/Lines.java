package io.fraudstream.recording;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;

/**
 * Cuts a stream of bytes into lines, so that a broken line costs itself and not the rest of the
 * file.
 */
final class Lines implements Closeable {
    /**
     * The rest of a longer line is dropped. Six times this, with every byte escaped, still fits one
     * Kafka record.
     */
    static final int MAX_LINE_BYTES = 128 * 1024;

    /** A line that was read and given back. */
    record Line(byte[] bytes, long number) {}

    private final InputStream in;
    private final Deque<Line> givenBack = new ArrayDeque<>();
    private byte[] read = new byte[1 << 16];
    private int readFrom;
    private int readTo;
    private boolean ended;
    private long lastRead;

    private byte[] bytes = read;
    private int from;
    private int to;
    private long number;
    private boolean cut;

    Lines(InputStream in) {
        this.in = in;
    }

    /** Moves to the next line; {@code false} at the end. */
    boolean next() throws IOException {
        Line again = givenBack.pollFirst();
        if (again != null) {
            bytes = again.bytes();
            from = 0;
            to = bytes.length;
            number = again.number();
            cut = false;
            return true;
        }
        int scanned = readFrom;
        while (true) {
            for (; scanned < readTo; scanned++) {
                if (read[scanned] == '\n') {
                    return line(scanned, scanned + 1);
                }
            }
            if (ended) {
                return readFrom < readTo && line(readTo, readTo);
            }
            if (readTo - readFrom > MAX_LINE_BYTES) {
                // Keep the head, and let the tail be overwritten until the line ends.
                readTo = readFrom + MAX_LINE_BYTES;
                skipToLineEnd();
                line(readTo, readTo);
                cut = true;
                return true;
            }
            int shift = fill();
            scanned -= shift;
        }
    }

    private boolean line(int end, int nextFrom) {
        bytes = read;
        from = readFrom;
        to = end > from && read[end - 1] == '\r' ? end - 1 : end;
        readFrom = nextFrom;
        number = ++lastRead;
        cut = false;
        return true;
    }

    /** Makes room and reads once; returns by how much the bytes have moved. */
    private int fill() throws IOException {
        int shift = 0;
        if (readTo == read.length) {
            if (readFrom > 0) {
                shift = readFrom;
                System.arraycopy(read, readFrom, read, 0, readTo - readFrom);
                readTo -= shift;
                readFrom = 0;
            } else {
                read = Arrays.copyOf(read, 2 * read.length);
            }
        }
        int count = in.read(read, readTo, read.length - readTo);
        if (count < 0) {
            ended = true;
        } else {
            readTo += count;
        }
        return shift;
    }

    private void skipToLineEnd() throws IOException {
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0) {
                ended = true;
                return;
            }
        }
    }

    /** Puts lines in front of those still to come, in this order. */
    void giveBack(List<Line> lines) {
        for (int i = lines.size() - 1; i >= 0; i--) {
            givenBack.addFirst(lines.get(i));
        }
    }

    /** The array that holds the current line until {@link #next} is called. */
    byte[] bytes() {
        return bytes;
    }

    int from() {
        return from;
    }

    int to() {
        return to;
    }

    boolean isBlank() {
        return from == to;
    }

    /** Whether the current line was too long, and lacks its end. */
    boolean isCut() {
        return cut;
    }

    /** The current line's number, counted from 1. */
    long number() {
        return number;
    }

    Line copy() {
        return new Line(Arrays.copyOfRange(bytes, from, to), number);
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
