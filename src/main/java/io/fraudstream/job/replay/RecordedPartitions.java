package io.fraudstream.job.replay;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;

/**
 * A recording laid out as a topic: records by partition, in their order, each with its timestamp
 * and offset. A position in it is a number of bytes, so a job goes on anywhere at once.
 *
 * <p>How far a job may read is told in quarters, so that it can be failed or stopped on the way at
 * a known place: see {@link #release}.
 *
 * @param directory where the files lie, of this machine
 * @param topic {@code transactions} or {@code labels}
 * @param records how many each partition holds
 */
public record RecordedPartitions(Path directory, String topic, List<Long> records) {
    /** All of it. */
    public static final int QUARTERS = 4;

    private static final String RELEASED = "released";
    private static final int BUFFER = 1 << 16;
    private static final int HEADER_BYTES = 2 * Integer.BYTES + 2 * Long.BYTES;

    public RecordedPartitions {
        records = List.copyOf(records);
    }

    /**
     * A record as it stood in its topic.
     *
     * @param offset in its partition of the recorded topic, or the number of the row in its file
     * @param timestamp milliseconds since the epoch
     * @param key may be {@code null}
     * @param value may be {@code null}
     */
    @SuppressWarnings("ArrayRecordComponent") // Bytes as Kafka takes them; nothing compares it.
    public record Frame(long offset, long timestamp, byte[] key, byte[] value) {
        long bytes() {
            return (long) HEADER_BYTES + length(key) + length(value);
        }

        private static int length(byte[] bytes) {
            return bytes == null ? 0 : bytes.length;
        }
    }

    /** A recording without a record. */
    public static RecordedPartitions empty(Path directory, String topic) throws IOException {
        return new Writer(directory, topic, 1).finish();
    }

    /** How many records in all. */
    public long total() {
        return released(QUARTERS);
    }

    /** How many of them lie in the first quarters of their partitions. */
    public long released(int quarters) {
        return records.stream().mapToLong(count -> released(count, quarters)).sum();
    }

    /** How many of a partition's records lie in its first quarters. */
    public static long released(long count, int quarters) {
        return quarters == QUARTERS ? count : count / QUARTERS * quarters;
    }

    /** Lets a job read so many quarters of each partition in this directory. */
    public static void release(Path directory, int quarters) throws IOException {
        Path next = directory.resolve(RELEASED + ".next");
        Files.writeString(next, Integer.toString(quarters));
        Files.move(next, directory.resolve(RELEASED), StandardCopyOption.ATOMIC_MOVE);
    }

    static int quartersReleased(Path directory) throws IOException {
        try {
            return Integer.parseInt(Files.readString(directory.resolve(RELEASED)));
        } catch (NoSuchFileException none) {
            return 0;
        }
    }

    private static Path file(Path directory, String topic, int partition) {
        return directory.resolve(topic + "-" + partition + ".records");
    }

    /** Opens a partition at a position that a cursor of it has told. */
    public Cursor open(int partition, long position) throws IOException {
        return new Cursor(file(directory, topic, partition), position);
    }

    /** Lays a recording out. */
    public static final class Writer implements AutoCloseable {
        private final Path directory;
        private final String topic;
        private final DataOutputStream[] files;
        private final long[] records;

        public Writer(Path directory, String topic, int partitions) throws IOException {
            this.directory = directory;
            this.topic = topic;
            this.files = new DataOutputStream[partitions];
            this.records = new long[partitions];
            for (int i = 0; i < partitions; i++) {
                files[i] =
                        new DataOutputStream(
                                new BufferedOutputStream(
                                        Files.newOutputStream(file(directory, topic, i)), BUFFER));
            }
        }

        public void add(int partition, Frame frame) throws IOException {
            DataOutputStream out = files[partition];
            out.writeLong(frame.offset());
            out.writeLong(frame.timestamp());
            write(frame.key(), out);
            write(frame.value(), out);
            records[partition]++;
        }

        private static void write(byte[] bytes, DataOutputStream out) throws IOException {
            out.writeInt(bytes == null ? -1 : bytes.length);
            if (bytes != null) {
                out.write(bytes);
            }
        }

        /** How many records a partition has so far. */
        public long records(int partition) {
            return records[partition];
        }

        /** Completes the files and tells what they hold. */
        public RecordedPartitions finish() throws IOException {
            close();
            return new RecordedPartitions(
                    directory, topic, Arrays.stream(records).boxed().toList());
        }

        @Override
        public void close() throws IOException {
            for (DataOutputStream file : files) {
                file.close();
            }
        }
    }

    /** Reads one partition on from a position. */
    public static final class Cursor implements AutoCloseable {
        private final DataInputStream in;
        private long position;

        private Cursor(Path file, long position) throws IOException {
            FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
            InputStream bytes = Channels.newInputStream(channel.position(position));
            this.in = new DataInputStream(new BufferedInputStream(bytes, BUFFER));
            this.position = position;
        }

        /** The next record; the caller knows how many there are. */
        public Frame next() throws IOException {
            long offset = in.readLong();
            long timestamp = in.readLong();
            Frame frame = new Frame(offset, timestamp, read(), read());
            position += frame.bytes();
            return frame;
        }

        private byte[] read() throws IOException {
            int length = in.readInt();
            if (length < 0) {
                return null;
            }
            byte[] bytes = in.readNBytes(length);
            if (bytes.length < length) {
                throw new EOFException("a recorded partition breaks off");
            }
            return bytes;
        }

        /** Where the next record begins, in bytes. */
        public long position() {
            return position;
        }

        @Override
        public void close() throws IOException {
            in.close();
        }
    }
}
