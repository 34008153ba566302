package io.fraudstream.job.replay;

import io.fraudstream.job.kafka.Codecs;
import io.fraudstream.job.kafka.ReceivedWatermarks;
import io.fraudstream.job.state.Announced;
import io.fraudstream.job.state.Received;
import io.fraudstream.transaction.Coordinates;
import io.fraudstream.transaction.Decoded;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.Serializable;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.connector.source.Boundedness;
import org.apache.flink.api.connector.source.ReaderOutput;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.api.connector.source.SourceOutput;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.api.connector.source.SourceSplit;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.apache.flink.api.connector.source.SplitsAssignment;
import org.apache.flink.core.io.InputStatus;
import org.apache.flink.core.io.SimpleVersionedSerializer;

/**
 * Reads {@link RecordedPartitions} as a Kafka source reads a topic up to its end: a split is a
 * partition with watermarks of its own, whose last record ends its time, and nothing finishes, so
 * that the job can be stopped with a savepoint. Of its splits a reader takes the one that lags in
 * event time, so that little has to wait in the job's buffers.
 */
public final class RecordedSource<T> implements Source<T, RecordedSource.Split, Boolean> {
    private static final long serialVersionUID = 1L;
    private static final long POLL_MILLIS = 5;

    private final String directory;
    private final String topic;
    private final long[] records;
    private final Decoding<T> decoding;

    /** Makes records of what was recorded, where a task runs. */
    @FunctionalInterface
    public interface Decoding<T> extends Serializable {
        /** A decoder for one thread. */
        Decoder<T> open();
    }

    /** Decodes one record; {@code null} for one that gives nothing. */
    @FunctionalInterface
    public interface Decoder<T> {
        T decode(byte[] value, Coordinates at, boolean last, long newestBefore);
    }

    /**
     * A partition and how far it has been read.
     *
     * @param position in bytes
     * @param read in records
     * @param newest of what has been read, see {@link Received#newest}
     */
    public record Split(int partition, long position, long read, long newest)
            implements SourceSplit {
        @Override
        public String splitId() {
            return Integer.toString(partition);
        }
    }

    private RecordedSource(RecordedPartitions recording, Decoding<T> decoding) {
        this.directory = recording.directory().toString();
        this.topic = recording.topic();
        this.records = recording.records().stream().mapToLong(Long::longValue).toArray();
        this.decoding = decoding;
    }

    /** Transactions as they were received. */
    public static RecordedSource<Received> transactions(
            RecordedPartitions recording, Codecs codecs) {
        return new RecordedSource<>(recording, () -> received(codecs.transactions()::decode));
    }

    /** Labels as they were received. */
    public static RecordedSource<Received> labels(RecordedPartitions recording, Codecs codecs) {
        return new RecordedSource<>(recording, () -> received(codecs.labels()::decode));
    }

    /** No pointers, of a recording without records. */
    public static RecordedSource<Announced> noPointers(RecordedPartitions nothing) {
        return new RecordedSource<>(nothing, () -> (value, at, last, newestBefore) -> null);
    }

    private static Decoder<Received> received(BiFunction<byte[], Coordinates, Decoded> decode) {
        return (value, at, last, newestBefore) ->
                Received.alone(decode.apply(value, at), at, last).after(newestBefore);
    }

    @Override
    public Boundedness getBoundedness() {
        return Boundedness.CONTINUOUS_UNBOUNDED;
    }

    @Override
    public SourceReader<T, Split> createReader(SourceReaderContext context) {
        return new Reader();
    }

    @Override
    public SplitEnumerator<Split, Boolean> createEnumerator(SplitEnumeratorContext<Split> context) {
        return restoreEnumerator(context, false);
    }

    @Override
    public SplitEnumerator<Split, Boolean> restoreEnumerator(
            SplitEnumeratorContext<Split> context, Boolean assigned) {
        return new Enumerator(context, assigned);
    }

    @Override
    public SimpleVersionedSerializer<Split> getSplitSerializer() {
        return new SplitSerializer();
    }

    @Override
    public SimpleVersionedSerializer<Boolean> getEnumeratorCheckpointSerializer() {
        return new AssignedSerializer();
    }

    /** Deals the partitions out once, when all readers are there. */
    private final class Enumerator implements SplitEnumerator<Split, Boolean> {
        private final SplitEnumeratorContext<Split> context;
        private final Map<Integer, List<Split>> returned = new HashMap<>();
        private boolean assigned;

        Enumerator(SplitEnumeratorContext<Split> context, boolean assigned) {
            this.context = context;
            this.assigned = assigned;
        }

        @Override
        public void start() {
            // The readers come by themselves.
        }

        @Override
        public void addReader(int subtask) {
            List<Split> back = returned.remove(subtask);
            if (back != null) {
                context.assignSplits(new SplitsAssignment<>(Map.of(subtask, back)));
            }
            if (assigned || context.registeredReaders().size() < context.currentParallelism()) {
                return;
            }
            assigned = true;
            Map<Integer, List<Split>> splits = new HashMap<>();
            for (int partition = 0; partition < records.length; partition++) {
                splits.computeIfAbsent(
                                partition % context.currentParallelism(), s -> new ArrayList<>())
                        .add(new Split(partition, 0, 0, Long.MIN_VALUE));
            }
            context.assignSplits(new SplitsAssignment<>(splits));
        }

        @Override
        public void addSplitsBack(List<Split> splits, int subtask) {
            returned.computeIfAbsent(subtask, s -> new ArrayList<>()).addAll(splits);
        }

        @Override
        public void handleSplitRequest(int subtask, String host) {
            // All splits are dealt out at the start.
        }

        @Override
        public Boolean snapshotState(long checkpoint) {
            return assigned;
        }

        @Override
        public void close() {
            // Nothing is open.
        }
    }

    /** A partition that is being read. */
    private final class Open {
        private final int partition;
        private final RecordedPartitions.Cursor cursor;
        private final SourceOutput<T> output;
        private long read;
        private long newest;

        Open(Split split, ReaderOutput<T> outputs) throws IOException {
            partition = split.partition();
            cursor =
                    new RecordedPartitions(Path.of(directory), topic, List.of())
                            .open(partition, split.position());
            output = outputs.createOutputForSplit(split.splitId());
            read = split.read();
            newest = split.newest();
            if (isAtEnd()) {
                output.emitWatermark(new Watermark(ReceivedWatermarks.END_OF_RUN));
            }
        }

        boolean isAtEnd() {
            return read == records[partition];
        }

        boolean mayGoOn(int quarters) {
            return read < RecordedPartitions.released(records[partition], quarters);
        }

        void emitNext(Decoder<T> decoder) throws IOException {
            RecordedPartitions.Frame frame = cursor.next();
            read++;
            Coordinates at = new Coordinates(topic, partition, frame.offset(), frame.timestamp());
            T record = decoder.decode(frame.value(), at, isAtEnd(), newest);
            if (record instanceof Received received) {
                newest = received.newest();
            }
            if (record != null) {
                output.collect(record);
            }
        }

        Split split() {
            return new Split(partition, cursor.position(), read, newest);
        }
    }

    // What close() throws is the interface's choice.
    @SuppressWarnings("try")
    private final class Reader implements SourceReader<T, Split> {
        private final List<Split> added = new ArrayList<>();
        private final List<Open> open = new ArrayList<>();
        private Decoder<T> decoder;
        private int quarters;
        private CompletableFuture<Void> available = new CompletableFuture<>();

        @Override
        public void start() {
            decoder = decoding.open();
        }

        @Override
        public void addSplits(List<Split> splits) {
            added.addAll(splits);
            available.complete(null);
        }

        @Override
        public InputStatus pollNext(ReaderOutput<T> output) throws Exception {
            for (Split split : added) {
                open.add(new Open(split, output));
            }
            added.clear();
            Open next = next();
            if (next == null) {
                quarters = RecordedPartitions.quartersReleased(Path.of(directory));
                next = next();
            }
            if (next == null) {
                available = new CompletableFuture<>();
                if (!open.stream().allMatch(Open::isAtEnd)) {
                    available.completeOnTimeout(null, POLL_MILLIS, TimeUnit.MILLISECONDS);
                }
                return InputStatus.NOTHING_AVAILABLE;
            }
            next.emitNext(decoder);
            return InputStatus.MORE_AVAILABLE;
        }

        private Open next() {
            Open next = null;
            for (Open candidate : open) {
                if (candidate.mayGoOn(quarters)
                        && (next == null || candidate.newest < next.newest)) {
                    next = candidate;
                }
            }
            return next;
        }

        @Override
        public CompletableFuture<Void> isAvailable() {
            return available;
        }

        @Override
        public List<Split> snapshotState(long checkpoint) {
            List<Split> splits = new ArrayList<>(added);
            open.forEach(partition -> splits.add(partition.split()));
            return splits;
        }

        @Override
        public void notifyNoMoreSplits() {
            // It waits to be stopped.
        }

        @Override
        public void close() throws Exception {
            for (Open partition : open) {
                partition.cursor.close();
            }
        }
    }

    private static final class SplitSerializer implements SimpleVersionedSerializer<Split> {
        @Override
        public int getVersion() {
            return 1;
        }

        @Override
        public byte[] serialize(Split split) throws IOException {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            DataOutputStream out = new DataOutputStream(bytes);
            out.writeInt(split.partition());
            out.writeLong(split.position());
            out.writeLong(split.read());
            out.writeLong(split.newest());
            return bytes.toByteArray();
        }

        @Override
        public Split deserialize(int version, byte[] bytes) throws IOException {
            DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes));
            return new Split(in.readInt(), in.readLong(), in.readLong(), in.readLong());
        }
    }

    private static final class AssignedSerializer implements SimpleVersionedSerializer<Boolean> {
        @Override
        public int getVersion() {
            return 1;
        }

        @Override
        public byte[] serialize(Boolean assigned) {
            return new byte[] {(byte) (assigned ? 1 : 0)};
        }

        @Override
        public Boolean deserialize(int version, byte[] bytes) {
            return bytes[0] != 0;
        }
    }
}
