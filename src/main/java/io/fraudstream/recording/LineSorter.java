package io.fraudstream.recording;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.PriorityQueue;

/**
 * Sorts lines by their bytes, as many as the disk has room for: what does not fit into the memory
 * allowed goes into sorted runs, which are merged.
 */
public final class LineSorter implements AutoCloseable {
    /** What an array and the reference to it take beside its bytes, about. */
    private static final int OVERHEAD = 24;

    private static final int BUFFER = 1 << 16;

    private final Path directory;
    private final long memory;
    private final List<Path> runs = new ArrayList<>();
    private final List<byte[]> lines = new ArrayList<>();
    private long held;

    /** Takes lines in their order. */
    @FunctionalInterface
    public interface Sink {
        void accept(byte[] line) throws IOException;
    }

    /**
     * @param directory for the runs
     * @param memory bytes of lines that are held before a run is written
     */
    public LineSorter(Path directory, long memory) {
        this.directory = directory;
        this.memory = memory;
    }

    public void add(byte[] line) throws IOException {
        lines.add(line);
        held += line.length + OVERHEAD;
        if (held > memory) {
            spill();
        }
    }

    private void spill() throws IOException {
        Path run = Files.createTempFile(directory, "run-", ".sorted");
        runs.add(run);
        lines.sort(Arrays::compareUnsigned);
        try (DataOutputStream out =
                new DataOutputStream(
                        new BufferedOutputStream(Files.newOutputStream(run), BUFFER))) {
            for (byte[] line : lines) {
                out.writeInt(line.length);
                out.write(line);
            }
        }
        lines.clear();
        held = 0;
    }

    /** Hands all lines over in their order; usable once. */
    public void drainTo(Sink sink) throws IOException {
        if (runs.isEmpty()) {
            lines.sort(Arrays::compareUnsigned);
            for (byte[] line : lines) {
                sink.accept(line);
            }
            return;
        }
        spill();
        PriorityQueue<Run> heads = new PriorityQueue<>();
        try {
            for (Path file : runs) {
                Run run = new Run(file);
                if (run.advance()) {
                    heads.add(run);
                }
            }
            while (!heads.isEmpty()) {
                Run least = heads.remove();
                sink.accept(least.line);
                if (least.advance()) {
                    heads.add(least);
                }
            }
        } finally {
            for (Run run : heads) {
                run.close();
            }
        }
    }

    @Override
    public void close() throws IOException {
        lines.clear();
        for (Path run : runs) {
            Files.deleteIfExists(run);
        }
    }

    private static final class Run implements Comparable<Run>, Closeable {
        private final DataInputStream in;
        private byte[] line;

        Run(Path file) throws IOException {
            in = new DataInputStream(new BufferedInputStream(Files.newInputStream(file), BUFFER));
        }

        boolean advance() throws IOException {
            int length;
            try {
                length = in.readInt();
            } catch (EOFException end) {
                close();
                return false;
            }
            line = in.readNBytes(length);
            return true;
        }

        @Override
        public int compareTo(Run other) {
            return Arrays.compareUnsigned(line, other.line);
        }

        @Override
        public void close() throws IOException {
            in.close();
        }
    }
}
