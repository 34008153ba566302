package io.fraudstream.job.kafka;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.connector.source.Boundedness;
import org.apache.flink.api.connector.source.ReaderOutput;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.api.connector.source.SourceEvent;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.apache.flink.api.java.typeutils.ResultTypeQueryable;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.connector.kafka.source.enumerator.KafkaSourceEnumState;
import org.apache.flink.connector.kafka.source.split.KafkaPartitionSplit;
import org.apache.flink.core.io.InputStatus;
import org.apache.flink.core.io.SimpleVersionedSerializer;

/**
 * A Kafka source for runs until the topic's present end. Unlike a bounded source it never finishes,
 * so that the next run can go on from its state. A partition that has nothing to give before its
 * end ends its time at once, and checkpoints remember no offset beyond an end: records there, which
 * {@link ReceivedDeserializer} passes over, are the next run's.
 *
 * <p>Shares its state with a plain {@link KafkaSource}, so that runs with and without end may
 * follow each other.
 */
public final class UntilEndSource<T>
        implements Source<T, KafkaPartitionSplit, KafkaSourceEnumState>, ResultTypeQueryable<T> {
    private static final long serialVersionUID = 1L;

    private final KafkaSource<T> source;
    private final Map<Integer, Long> ends;

    /**
     * @param source must begin at offsets that are known when it starts, not at markers such as
     *     "earliest"
     * @param ends per partition the offset behind its last record
     */
    public UntilEndSource(KafkaSource<T> source, Map<Integer, Long> ends) {
        this.source = source;
        this.ends = Map.copyOf(ends);
    }

    @Override
    public Boundedness getBoundedness() {
        return source.getBoundedness();
    }

    @Override
    public SourceReader<T, KafkaPartitionSplit> createReader(SourceReaderContext context)
            throws Exception {
        return new Reader<>(source.createReader(context), ends);
    }

    @Override
    public SplitEnumerator<KafkaPartitionSplit, KafkaSourceEnumState> createEnumerator(
            SplitEnumeratorContext<KafkaPartitionSplit> context) {
        return source.createEnumerator(context);
    }

    @Override
    public SplitEnumerator<KafkaPartitionSplit, KafkaSourceEnumState> restoreEnumerator(
            SplitEnumeratorContext<KafkaPartitionSplit> context, KafkaSourceEnumState state)
            throws IOException {
        return source.restoreEnumerator(context, state);
    }

    @Override
    public SimpleVersionedSerializer<KafkaPartitionSplit> getSplitSerializer() {
        return source.getSplitSerializer();
    }

    @Override
    public SimpleVersionedSerializer<KafkaSourceEnumState> getEnumeratorCheckpointSerializer() {
        return source.getEnumeratorCheckpointSerializer();
    }

    @Override
    public TypeInformation<T> getProducedType() {
        return source.getProducedType();
    }

    // What close() throws is the interface's choice.
    @SuppressWarnings("try")
    private static final class Reader<T> implements SourceReader<T, KafkaPartitionSplit> {
        private final SourceReader<T, KafkaPartitionSplit> reader;
        private final Map<Integer, Long> ends;
        private final List<String> exhausted = new ArrayList<>();
        private CompletableFuture<Void> someExhausted = new CompletableFuture<>();

        Reader(SourceReader<T, KafkaPartitionSplit> reader, Map<Integer, Long> ends) {
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
        public InputStatus pollNext(ReaderOutput<T> output) throws Exception {
            if (!exhausted.isEmpty()) {
                for (String split : exhausted) {
                    output.createOutputForSplit(split)
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
            return records.isDone()
                    ? records
                    : CompletableFuture.anyOf(records, someExhausted).thenApply(any -> null);
        }

        @Override
        public List<KafkaPartitionSplit> snapshotState(long checkpoint) {
            return reader.snapshotState(checkpoint).stream()
                    .map(
                            split ->
                                    split.getStartingOffset() > endOf(split)
                                            ? new KafkaPartitionSplit(
                                                    split.getTopicPartition(), endOf(split))
                                            : split)
                    .toList();
        }

        private long endOf(KafkaPartitionSplit split) {
            return ends.getOrDefault(split.getPartition(), 0L);
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
}
