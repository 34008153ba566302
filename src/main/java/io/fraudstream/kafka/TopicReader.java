package io.fraudstream.kafka;

import io.fraudstream.recording.TopicRecord;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Reads a range of a topic's committed records, without a consumer group and so without leaving a
 * trace on the broker.
 */
public final class TopicReader implements AutoCloseable {
    private static final Duration POLL = Duration.ofMillis(200);

    private final KafkaConsumer<byte[], byte[]> consumer;
    private final List<TopicPartition> partitions;

    /** Takes records, in order within each partition. */
    @FunctionalInterface
    public interface Sink {
        void accept(TopicRecord record) throws IOException;
    }

    /**
     * @param properties passed to the client as they are, such as {@code security.protocol}
     */
    public TopicReader(String bootstrapServers, String topic, Map<String, String> properties) {
        Map<String, Object> settings = new HashMap<>(properties);
        settings.put(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers);
        settings.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        settings.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
        // What was asked for and has expired is an error, not a jump.
        settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
        consumer =
                new KafkaConsumer<>(
                        settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
        partitions =
                consumer.partitionsFor(topic).stream()
                        .map(info -> new TopicPartition(info.topic(), info.partition()))
                        .toList();
    }

    public int partitions() {
        return partitions.size();
    }

    /**
     * Where a bound lies in each partition now, at the furthest at the present end.
     *
     * @throws IllegalArgumentException if it names a partition that is not there
     */
    public Map<Integer, Long> offsets(TopicBound bound) {
        if (bound instanceof TopicBound.Offsets given) {
            Map<Integer, Long> ends = byPartition(consumer.endOffsets(partitions));
            Map<Integer, Long> offsets = new HashMap<>();
            given.byPartition()
                    .forEach(
                            (partition, offset) -> {
                                if (!ends.containsKey(partition)) {
                                    throw new IllegalArgumentException(
                                            "partition "
                                                    + partition
                                                    + " is not there, expected one of "
                                                    + ends.keySet());
                                }
                                offsets.put(partition, Math.min(offset, ends.get(partition)));
                            });
            return offsets;
        }
        if (bound instanceof TopicBound.Earliest) {
            return byPartition(consumer.beginningOffsets(partitions));
        }
        Map<TopicPartition, Long> offsets = new HashMap<>(consumer.endOffsets(partitions));
        if (bound instanceof TopicBound.Time time) {
            Map<TopicPartition, OffsetAndTimestamp> found =
                    consumer.offsetsForTimes(
                            partitions.stream()
                                    .collect(
                                            Collectors.toMap(
                                                    partition -> partition,
                                                    partition -> time.timestamp())));
            found.forEach(
                    (partition, at) -> {
                        if (at != null) {
                            offsets.put(partition, at.offset());
                        }
                    });
        }
        return byPartition(offsets);
    }

    private static Map<Integer, Long> byPartition(Map<TopicPartition, Long> offsets) {
        return offsets.entrySet().stream()
                .collect(
                        Collectors.toMap(entry -> entry.getKey().partition(), Map.Entry::getValue));
    }

    /**
     * Hands over what lies from the first offsets on and before the last, or until {@link #stop}.
     *
     * @param to {@code null} for no end
     * @return whether it came to the end
     */
    public boolean read(Map<Integer, Long> from, Map<Integer, Long> to, Sink sink)
            throws IOException {
        List<TopicPartition> wanted =
                partitions.stream()
                        .filter(
                                partition ->
                                        from.containsKey(partition.partition())
                                                && from.get(partition.partition())
                                                        < end(partition, to))
                        .toList();
        consumer.assign(wanted);
        wanted.forEach(partition -> consumer.seek(partition, from.get(partition.partition())));
        try {
            while (!wanted.stream()
                    .allMatch(partition -> consumer.position(partition) >= end(partition, to))) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                    if (record.offset()
                            < end(new TopicPartition(record.topic(), record.partition()), to)) {
                        sink.accept(
                                new TopicRecord(
                                        record.partition(),
                                        record.offset(),
                                        record.timestamp(),
                                        record.key(),
                                        record.value()));
                    }
                }
            }
            return true;
        } catch (WakeupException stopped) {
            return false;
        }
    }

    private static long end(TopicPartition partition, Map<Integer, Long> to) {
        return to == null ? Long.MAX_VALUE : to.getOrDefault(partition.partition(), 0L);
    }

    /** The values of all committed records up to the topic's present end. */
    public List<byte[]> values() throws IOException {
        List<byte[]> values = new ArrayList<>();
        read(
                offsets(new TopicBound.Earliest()),
                offsets(new TopicBound.PresentEnd()),
                record -> values.add(record.value()));
        return values;
    }

    /** Ends a running {@link #read}; may be called from another thread. */
    public void stop() {
        consumer.wakeup();
    }

    @Override
    public void close() {
        consumer.close();
    }
}
