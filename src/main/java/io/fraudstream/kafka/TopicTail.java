package io.fraudstream.kafka;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Reads a topic's committed records, without a consumer group and so without leaving a trace on the
 * broker.
 */
public final class TopicTail implements AutoCloseable {
    /**
     * A record as it stands in its topic; key and value may be {@code null}.
     *
     * @param headers as texts, the last of each name
     */
    public record Entry(
            int partition,
            long offset,
            long timestamp,
            byte[] key,
            byte[] value,
            Map<String, String> headers) {}

    private static final Duration POLL = Duration.ofMillis(500);

    private final KafkaConsumer<byte[], byte[]> consumer;
    private final String topic;

    public TopicTail(String bootstrapServers, String topic) {
        this(bootstrapServers, topic, Map.of());
    }

    /**
     * @param properties passed to the client as they are, such as {@code security.protocol}
     */
    public TopicTail(String bootstrapServers, String topic, Map<String, String> properties) {
        this.topic = topic;
        Map<String, Object> settings = new HashMap<>(properties);
        settings.put(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers);
        settings.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        settings.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
        this.consumer =
                new KafkaConsumer<>(
                        settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    /**
     * Hands each record over, in order within its partition, until there were enough or {@link
     * #stop} is called.
     *
     * @param fromBeginning whether to begin with the first record, or with the next one to come
     * @param enough how many records to hand over at most
     */
    public void read(boolean fromBeginning, long enough, Consumer<Entry> sink) {
        List<TopicPartition> partitions =
                consumer.partitionsFor(topic).stream()
                        .map(info -> new TopicPartition(info.topic(), info.partition()))
                        .toList();
        consumer.assign(partitions);
        if (fromBeginning) {
            consumer.seekToBeginning(partitions);
        } else {
            consumer.seekToEnd(partitions);
        }
        long read = 0;
        try {
            while (read < enough) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                    if (read < enough) {
                        sink.accept(
                                new Entry(
                                        record.partition(),
                                        record.offset(),
                                        record.timestamp(),
                                        record.key(),
                                        record.value(),
                                        texts(record.headers())));
                        read++;
                    }
                }
            }
        } catch (WakeupException stopped) {
            // That is how stop() ends the loop.
            return;
        }
    }

    private static Map<String, String> texts(Headers headers) {
        Map<String, String> texts = new LinkedHashMap<>();
        for (Header header : headers) {
            texts.put(
                    header.key(),
                    header.value() == null
                            ? ""
                            : new String(header.value(), StandardCharsets.UTF_8));
        }
        return texts;
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
