package io.fraudstream.job.kafka;

import io.fraudstream.job.KafkaSettings;
import io.fraudstream.registry.ModelPointer;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the models topic up to its present end before a job starts, so that the job's first event
 * does not race with the pointers that were there before it.
 */
public final class PointersInTopic {
    private static final Logger LOG = LoggerFactory.getLogger(PointersInTopic.class);
    private static final Duration POLL = Duration.ofMillis(200);

    private PointersInTopic() {}

    /** The pointers in the order in which they were announced; records that are none left out. */
    public static List<ModelPointer> read(KafkaSettings kafka) {
        Map<String, Object> properties = new HashMap<>(kafka.properties());
        properties.put(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, kafka.bootstrapServers());
        properties.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        properties.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
        List<ModelPointer> pointers = new ArrayList<>();
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(
                        properties, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            List<TopicPartition> partitions =
                    consumer.partitionsFor(kafka.modelsTopic()).stream()
                            .map(info -> new TopicPartition(info.topic(), info.partition()))
                            .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            while (ends.entrySet().stream()
                    .anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
                consumer.poll(POLL).forEach(record -> add(record, pointers));
            }
        }
        return pointers;
    }

    private static void add(ConsumerRecord<byte[], byte[]> record, List<ModelPointer> pointers) {
        if (record.value() == null) {
            return;
        }
        try {
            pointers.add(ModelPointer.decode(record.value()));
        } catch (IOException broken) {
            // The job meets it again, and refuses it with a dead letter.
            LOG.warn(
                    "no model pointer at {}[{}]@{}: {}",
                    record.topic(),
                    record.partition(),
                    record.offset(),
                    broken.getMessage());
        }
    }
}
