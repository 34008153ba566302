package io.fraudstream.job.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fraudstream.job.state.Received;
import io.fraudstream.transaction.Coordinates;
import io.fraudstream.transaction.FraudLabel;
import io.fraudstream.transaction.Rejection;
import io.fraudstream.transaction.RejectionReason;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.connector.source.Boundedness;
import org.apache.flink.api.connector.source.ReaderOutput;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.api.connector.source.SourceOutput;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.apache.flink.connector.kafka.source.enumerator.KafkaSourceEnumState;
import org.apache.flink.connector.kafka.source.split.KafkaPartitionSplit;
import org.apache.flink.connector.kafka.source.split.KafkaPartitionSplitSerializer;
import org.apache.flink.core.io.InputStatus;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class PartitionSourceTest {
    private static final long NOON = 1_709_294_400_000L;

    private final Collected collected = new Collected();

    @Test
    void eachRecordKnowsTheNewestTimeOfItsOwnPartition() throws Exception {
        Reading reading = new Reading(Map.of(), split(0, 0), split(1, 0));

        reading.give(0, label(NOON), label(NOON - 5), rejection(), label(NOON + 1));
        reading.give(1, rejection(), label(NOON - 9));

        assertThat(collected.newest)
                .containsExactly(NOON, NOON, NOON, NOON + 1, Long.MIN_VALUE, NOON - 9);
    }

    @Test
    void theNewestTimeGoesWithThePartitionToAnotherReader() throws Exception {
        Reading first = new Reading(Map.of(), split(0, 0), split(1, 0));
        first.give(0, label(NOON));
        first.give(1, label(NOON + 70));

        List<KafkaPartitionSplit> kept = first.keep();
        Reading second = new Reading(Map.of(), kept.get(1));
        Reading third = new Reading(Map.of(), kept.get(0));
        collected.newest.clear();
        second.give(1, label(NOON + 60));
        third.give(0, label(NOON - 60));

        assertThat(collected.newest).containsExactly(NOON + 70, NOON);
        assertThat(kept).extracting(KafkaPartitionSplit::getStartingOffset).containsExactly(1L, 1L);
        assertThat(third.keep().get(0).getStartingOffset()).isEqualTo(2);
    }

    @Test
    void nothingIsKeptOfWhatLiesBehindTheEnd() throws Exception {
        Reading reading = new Reading(Map.of(0, 1L), split(0, 0));
        reading.give(0, label(NOON), label(NOON));

        assertThat(reading.keep().get(0).getStartingOffset()).isEqualTo(1);
    }

    @Test
    void aPartitionWithNothingBeforeItsEndEndsItsTimeAtOnce() throws Exception {
        Reading reading = new Reading(Map.of(0, 4L, 1, 4L), split(0, 4), split(1, 0), split(2, 0));
        assertThat(reading.reader.isAvailable()).isDone();

        reading.reader.pollNext(collected);
        reading.reader.pollNext(collected);

        assertThat(collected.ended).containsExactly("transactions-0", "transactions-2");
        assertThat(reading.reader.isAvailable()).isNotDone();
    }

    @Test
    void stateOfAnotherVersionIsRefused() {
        assertThatThrownBy(
                        () ->
                                new PartitionSource(new Inner(), Map.of())
                                        .getSplitSerializer()
                                        .deserialize(0, new byte[9]))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("version 0, expected 1");
    }

    private static KafkaPartitionSplit split(int partition, long offset) {
        return new KafkaPartitionSplit(new TopicPartition("transactions", partition), offset);
    }

    private static Received label(long knownAt) {
        return Received.alone(
                new FraudLabel("t", "c", null, null, NOON, true, knownAt, "analyst"),
                new Coordinates("transactions", 0, 0, 0),
                false);
    }

    private static Received rejection() {
        Coordinates at = new Coordinates("transactions", 0, 0, 0);
        return Received.alone(
                new Rejection(RejectionReason.EMPTY, null, "nothing in it", "", 0, at), at, false);
    }

    /** A reader of the source under test, and what stands in for Kafka inside it. */
    private final class Reading {
        private final Inner inner = new Inner();
        private final PartitionSource source;
        private final SourceReader<Received, KafkaPartitionSplit> reader;

        Reading(Map<Integer, Long> ends, KafkaPartitionSplit... splits) throws Exception {
            source = new PartitionSource(inner, ends);
            reader = source.createReader(null);
            reader.addSplits(List.of(splits));
        }

        void give(int partition, Received... records) throws Exception {
            for (Received received : records) {
                inner.next = received;
                inner.from = "transactions-" + partition;
                reader.pollNext(collected);
            }
        }

        /** The state as it comes back from bytes. */
        List<KafkaPartitionSplit> keep() throws IOException {
            SimpleVersionedSerializer<KafkaPartitionSplit> serializer = source.getSplitSerializer();
            List<KafkaPartitionSplit> kept = new ArrayList<>();
            for (KafkaPartitionSplit split : reader.snapshotState(1)) {
                kept.add(
                        serializer.deserialize(
                                serializer.getVersion(), serializer.serialize(split)));
            }
            return kept;
        }
    }

    private static final class Inner
            implements Source<Received, KafkaPartitionSplit, KafkaSourceEnumState> {
        private static final long serialVersionUID = 1L;
        private transient Received next;
        private transient String from;

        @Override
        public Boundedness getBoundedness() {
            return Boundedness.CONTINUOUS_UNBOUNDED;
        }

        @Override
        public SourceReader<Received, KafkaPartitionSplit> createReader(
                SourceReaderContext context) {
            return new InnerReader(this);
        }

        @Override
        public SplitEnumerator<KafkaPartitionSplit, KafkaSourceEnumState> createEnumerator(
                SplitEnumeratorContext<KafkaPartitionSplit> context) {
            throw new UnsupportedOperationException();
        }

        @Override
        public SplitEnumerator<KafkaPartitionSplit, KafkaSourceEnumState> restoreEnumerator(
                SplitEnumeratorContext<KafkaPartitionSplit> context, KafkaSourceEnumState state) {
            throw new UnsupportedOperationException();
        }

        @Override
        public SimpleVersionedSerializer<KafkaPartitionSplit> getSplitSerializer() {
            return new KafkaPartitionSplitSerializer();
        }

        @Override
        public SimpleVersionedSerializer<KafkaSourceEnumState> getEnumeratorCheckpointSerializer() {
            throw new UnsupportedOperationException();
        }
    }

    /** Counts offsets as Kafka's reader does. */
    private static final class InnerReader implements SourceReader<Received, KafkaPartitionSplit> {
        private final Inner inner;
        private final List<KafkaPartitionSplit> splits = new ArrayList<>();

        InnerReader(Inner inner) {
            this.inner = inner;
        }

        @Override
        public void start() {
            // It reads what it is given.
        }

        @Override
        public InputStatus pollNext(ReaderOutput<Received> output) {
            for (int i = 0; i < splits.size(); i++) {
                KafkaPartitionSplit split = splits.get(i);
                if (inner.next != null && split.splitId().equals(inner.from)) {
                    output.createOutputForSplit(split.splitId()).collect(inner.next, 0);
                    inner.next = null;
                    splits.set(
                            i,
                            new KafkaPartitionSplit(
                                    split.getTopicPartition(), split.getStartingOffset() + 1));
                }
            }
            return InputStatus.NOTHING_AVAILABLE;
        }

        @Override
        public List<KafkaPartitionSplit> snapshotState(long checkpoint) {
            return List.copyOf(splits);
        }

        @Override
        public CompletableFuture<Void> isAvailable() {
            return new CompletableFuture<>();
        }

        @Override
        public void addSplits(List<KafkaPartitionSplit> added) {
            splits.addAll(added);
        }

        @Override
        public void notifyNoMoreSplits() {
            // There is no end here.
        }

        @Override
        public void close() {
            // Nothing is open.
        }
    }

    /** What has come out. */
    private static final class Collected implements ReaderOutput<Received> {
        private final List<Long> newest = new ArrayList<>();
        private final List<String> ended = new ArrayList<>();

        @Override
        public SourceOutput<Received> createOutputForSplit(String split) {
            return new SourceOutput<>() {
                @Override
                public void collect(Received received) {
                    newest.add(received.newest());
                }

                @Override
                public void collect(Received received, long timestamp) {
                    collect(received);
                }

                @Override
                public void emitWatermark(Watermark watermark) {
                    assertThat(watermark.getTimestamp()).isEqualTo(ReceivedWatermarks.END_OF_RUN);
                    ended.add(split);
                }

                @Override
                public void markIdle() {
                    throw new AssertionError("a partition went idle");
                }

                @Override
                public void markActive() {
                    throw new AssertionError("a partition went active");
                }
            };
        }

        @Override
        public void releaseOutputForSplit(String split) {
            throw new AssertionError("no partition is given up");
        }

        @Override
        public void collect(Received received) {
            throw new AssertionError("a record of no partition");
        }

        @Override
        public void collect(Received received, long timestamp) {
            collect(received);
        }

        @Override
        public void emitWatermark(Watermark watermark) {
            throw new AssertionError("a watermark of no partition");
        }

        @Override
        public void markIdle() {
            throw new AssertionError("the source went idle");
        }

        @Override
        public void markActive() {
            throw new AssertionError("the source went active");
        }
    }
}
