package io.fraudstream.job.kafka;

import io.fraudstream.job.state.JobTypes;
import io.fraudstream.job.state.Received;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.connector.source.Boundedness;
import org.apache.flink.api.connector.source.ReaderOutput;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.api.connector.source.SourceEvent;
import org.apache.flink.api.connector.source.SourceOutput;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.apache.flink.api.java.typeutils.ResultTypeQueryable;
import org.apache.flink.connector.kafka.source.enumerator.KafkaSourceEnumState;
import org.apache.flink.connector.kafka.source.split.KafkaPartitionSplit;
import org.apache.flink.core.io.InputStatus;
import org.apache.flink.core.io.SimpleVersionedSerialization;
import org.apache.flink.core.io.SimpleVersionedSerializer;

/**
 * A Kafka source of received records that knows each partition's {@link Received#newest newest}
 * time. That is kept with the partition's offset, so that it goes to whichever subtask reads the
 * partition next; union state beside the source would do too, but with it Flink refuses to stop
 * with a savepoint where some of the source's subtasks are idle and others are held up.
 *
 * <p>For runs until the topics' present ends: unlike a bounded source it never finishes, so that
 * the next run can go on from its state. A partition that has nothing to give before its end ends
 * its time at once, and checkpoints remember no offset beyond an end: records there, which {@link
 * ReceivedDeserializer} passes over, are the next run's.
 */
public final class PartitionSource
        implements Source<Received, KafkaPartitionSplit, KafkaSourceEnumState>,
                ResultTypeQueryable<Received> {
    private static final long serialVersionUID = 1L;

    private final Source<Received, KafkaPartitionSplit, KafkaSourceEnumState> source;
    private final Map<Integer, Long> ends;

    /**
     * @param source must begin at offsets that are known when it starts, not at markers such as
     *     "earliest", if there are ends
     * @param ends per partition the offset behind its last record; empty for a run without end
     */
    public PartitionSource(
            Source<Received, KafkaPartitionSplit, KafkaSourceEnumState> source,
            Map<Integer, Long> ends) {
        this.source = source;
        this.ends = Map.copyOf(ends);
    }

    @Override
    public Boundedness getBoundedness() {
        return source.getBoundedness();
    }

    @Override
    public SourceReader<Received, KafkaPartitionSplit> createReader(SourceReaderContext context)
            throws Exception {
        return new Reader(source.createReader(context), ends);
    }

    @Override
    public SplitEnumerator<KafkaPartitionSplit, KafkaSourceEnumState> createEnumerator(
            SplitEnumeratorContext<KafkaPartitionSplit> context) throws Exception {
        return source.createEnumerator(context);
    }

    @Override
    public SplitEnumerator<KafkaPartitionSplit, KafkaSourceEnumState> restoreEnumerator(
            SplitEnumeratorContext<KafkaPartitionSplit> context, KafkaSourceEnumState state)
            throws Exception {
        return source.restoreEnumerator(context, state);
    }

    @Override
    public SimpleVersionedSerializer<KafkaPartitionSplit> getSplitSerializer() {
        return new SplitSerializer(source.getSplitSerializer());
    }

    @Override
    public SimpleVersionedSerializer<KafkaSourceEnumState> getEnumeratorCheckpointSerializer() {
        return source.getEnumeratorCheckpointSerializer();
    }

    @Override
    public TypeInformation<Received> getProducedType() {
        return JobTypes.RECEIVED;
    }

    /** A partition, its offset, and the newest time before that offset. */
    private static final class Split extends KafkaPartitionSplit {
        private final long newest;

        Split(KafkaPartitionSplit split, long startingOffset, long newest) {
            super(
                    split.getTopicPartition(),
                    startingOffset,
                    split.getStoppingOffset().orElse(NO_STOPPING_OFFSET));
            this.newest = newest;
        }

        /** Of a split that has not been read there is no newest time. */
        static long newestOf(KafkaPartitionSplit split) {
            return split instanceof Split known ? known.newest : Long.MIN_VALUE;
        }
    }

    private static final class SplitSerializer
            implements SimpleVersionedSerializer<KafkaPartitionSplit> {
        private final SimpleVersionedSerializer<KafkaPartitionSplit> plain;

        SplitSerializer(SimpleVersionedSerializer<KafkaPartitionSplit> plain) {
            this.plain = plain;
        }

        @Override
        public int getVersion() {
            return 1;
        }

        @Override
        public byte[] serialize(KafkaPartitionSplit split) throws IOException {
            byte[] bytes = SimpleVersionedSerialization.writeVersionAndSerialize(plain, split);
            return ByteBuffer.allocate(Long.BYTES + bytes.length)
                    .putLong(Split.newestOf(split))
                    .put(bytes)
                    .array();
        }

        @Override
        public KafkaPartitionSplit deserialize(int version, byte[] serialized) throws IOException {
            if (version != getVersion()) {
                throw new IOException(
                        "a partition's state has version " + version + ", expected 1");
            }
            ByteBuffer buffer = ByteBuffer.wrap(serialized);
            long newest = buffer.getLong();
            byte[] bytes = new byte[buffer.remaining()];
            buffer.get(bytes);
            KafkaPartitionSplit split =
                    SimpleVersionedSerialization.readVersionAndDeSerialize(plain, bytes);
            return new Split(split, split.getStartingOffset(), newest);
        }
    }

    // What close() throws is the interface's choice.
    @SuppressWarnings("try")
    private static final class Reader implements SourceReader<Received, KafkaPartitionSplit> {
        private final SourceReader<Received, KafkaPartitionSplit> reader;
        private final Map<Integer, Long> ends;
        private final Map<String, Newest> newest = new HashMap<>();
        private final List<String> exhausted = new ArrayList<>();
        private CompletableFuture<Void> someExhausted = new CompletableFuture<>();
        private Output output;

        Reader(SourceReader<Received, KafkaPartitionSplit> reader, Map<Integer, Long> ends) {
            this.reader = reader;
            this.ends = ends;
        }

        @Override
        public void start() {
            reader.start();
        }

        @Override
        public void addSplits(List<KafkaPartitionSplit> splits) {
            for (KafkaPartitionSplit split : splits) {
                newest.put(split.splitId(), new Newest(Split.newestOf(split)));
                if (split.getStartingOffset() >= endOf(split)) {
                    exhausted.add(split.splitId());
                }
            }
            reader.addSplits(splits);
            if (!exhausted.isEmpty()) {
                someExhausted.complete(null);
            }
        }

        @Override
        public InputStatus pollNext(ReaderOutput<Received> to) throws Exception {
            if (output == null || output.to != to) {
                output = new Output(to, newest);
            }
            if (!exhausted.isEmpty()) {
                for (String split : exhausted) {
                    to.createOutputForSplit(split)
                            .emitWatermark(new Watermark(ReceivedWatermarks.END_OF_RUN));
                }
                exhausted.clear();
                someExhausted = new CompletableFuture<>();
            }
            return reader.pollNext(output);
        }

        @Override
        public CompletableFuture<Void> isAvailable() {
            CompletableFuture<Void> records = reader.isAvailable();
            return ends.isEmpty() || records.isDone()
                    ? records
                    : CompletableFuture.anyOf(records, someExhausted).thenApply(any -> null);
        }

        @Override
        public List<KafkaPartitionSplit> snapshotState(long checkpoint) {
            List<KafkaPartitionSplit> splits = new ArrayList<>();
            for (KafkaPartitionSplit split : reader.snapshotState(checkpoint)) {
                splits.add(
                        new Split(
                                split,
                                Math.min(split.getStartingOffset(), endOf(split)),
                                newest.get(split.splitId()).value));
            }
            return splits;
        }

        private long endOf(KafkaPartitionSplit split) {
            return ends.isEmpty() ? Long.MAX_VALUE : ends.getOrDefault(split.getPartition(), 0L);
        }

        @Override
        public void notifyNoMoreSplits() {
            reader.notifyNoMoreSplits();
        }

        @Override
        public void handleSourceEvents(SourceEvent event) {
            reader.handleSourceEvents(event);
        }

        @Override
        public void notifyCheckpointComplete(long checkpoint) throws Exception {
            reader.notifyCheckpointComplete(checkpoint);
        }

        @Override
        public void notifyCheckpointAborted(long checkpoint) throws Exception {
            reader.notifyCheckpointAborted(checkpoint);
        }

        @Override
        public void pauseOrResumeSplits(Collection<String> pause, Collection<String> resume) {
            reader.pauseOrResumeSplits(pause, resume);
        }

        @Override
        public void close() throws Exception {
            reader.close();
        }
    }

    /** The newest time that one partition has shown. */
    private static final class Newest {
        private long value;

        Newest(long value) {
            this.value = value;
        }
    }

    /** Where a reader's records go: each partition has an output of its own. */
    private static final class Output extends Forwarding implements ReaderOutput<Received> {
        private final ReaderOutput<Received> to;
        private final Map<String, Newest> newest;

        Output(ReaderOutput<Received> to, Map<String, Newest> newest) {
            super(to);
            this.to = to;
            this.newest = newest;
        }

        @Override
        public SourceOutput<Received> createOutputForSplit(String split) {
            return new SplitOutput(to.createOutputForSplit(split), newest.get(split));
        }

        @Override
        public void releaseOutputForSplit(String split) {
            to.releaseOutputForSplit(split);
        }

        @Override
        Received next(Received received) {
            throw new IllegalStateException("a record of no partition: " + received.coordinates());
        }
    }

    /** Puts each record behind those before it in its partition. */
    private static final class SplitOutput extends Forwarding {
        private final Newest newest;

        SplitOutput(SourceOutput<Received> to, Newest newest) {
            super(to);
            this.newest = newest;
        }

        @Override
        Received next(Received received) {
            Received next = received.after(newest.value);
            newest.value = next.newest();
            return next;
        }
    }

    private abstract static class Forwarding implements SourceOutput<Received> {
        private final SourceOutput<Received> to;

        Forwarding(SourceOutput<Received> to) {
            this.to = to;
        }

        abstract Received next(Received received);

        @Override
        public void collect(Received received) {
            to.collect(next(received));
        }

        @Override
        public void collect(Received received, long timestamp) {
            to.collect(next(received), timestamp);
        }

        @Override
        public void emitWatermark(Watermark watermark) {
            to.emitWatermark(watermark);
        }

        @Override
        public void markIdle() {
            to.markIdle();
        }

        @Override
        public void markActive() {
            to.markActive();
        }
    }
}
