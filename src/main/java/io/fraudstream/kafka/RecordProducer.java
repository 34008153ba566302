package io.fraudstream.kafka;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.utils.Utils;

/**
 * A Kafka producer that loses nothing silently: it waits for all replicas, writes once, and the
 * first record that the broker does not take fails the next {@link #send} or {@link #flush}. For
 * one thread.
 */
public final class RecordProducer implements RecordSink, AutoCloseable {
    private static final Duration CLOSING = Duration.ofSeconds(10);

    private final KafkaProducer<byte[], byte[]> producer;
    private final AtomicReference<Exception> failure = new AtomicReference<>();
    private final String bootstrapServers;
    private final Map<String, String> properties;

    private RecordProducer(
            String bootstrapServers, Map<String, String> properties, Map<String, Object> tuning) {
        this.bootstrapServers = bootstrapServers;
        this.properties = Map.copyOf(properties);
        Map<String, Object> settings = new HashMap<>(tuning);
        settings.putAll(properties);
        settings.put(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers);
        settings.put(ProducerConfig.ACKS_CONFIG, "all");
        settings.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
        // With more, a first batch that a new partition refuses is overtaken, and then refused for
        // ever.
        settings.put(ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION, 1);
        settings.putIfAbsent(ProducerConfig.COMPRESSION_TYPE_CONFIG, "lz4");
        this.producer =
                new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
    }

    /** For as many records a second as possible. */
    public static RecordProducer forThroughput(String bootstrapServers) {
        return forThroughput(bootstrapServers, Map.of());
    }

    /**
     * The same with more settings.
     *
     * @param properties passed to the client as they are, such as {@code security.protocol}
     */
    public static RecordProducer forThroughput(
            String bootstrapServers, Map<String, String> properties) {
        return new RecordProducer(
                bootstrapServers,
                properties,
                Map.of(
                        ProducerConfig.LINGER_MS_CONFIG, 50,
                        ProducerConfig.BATCH_SIZE_CONFIG, 512 * 1024,
                        ProducerConfig.BUFFER_MEMORY_CONFIG, 64L * 1024 * 1024));
    }

    /** For records that are to arrive soon after they were sent. */
    public static RecordProducer forLatency(String bootstrapServers) {
        return forLatency(bootstrapServers, Map.of());
    }

    /** The same with more settings, as in {@link #forThroughput(String, Map)}. */
    public static RecordProducer forLatency(
            String bootstrapServers, Map<String, String> properties) {
        return new RecordProducer(
                bootstrapServers, properties, Map.of(ProducerConfig.LINGER_MS_CONFIG, 1));
    }

    @Override
    public void send(String topic, byte[] key, byte[] value) {
        send(new ProducerRecord<>(topic, key, value));
    }

    /**
     * Sends a record as it once stood in a topic.
     *
     * @param timestamp milliseconds since the epoch, 0 or more
     */
    public void send(String topic, int partition, long timestamp, byte[] key, byte[] value) {
        send(new ProducerRecord<>(topic, partition, timestamp, key, value));
    }

    /** The partition that the broker's own clients choose for a key; the first without one. */
    public static int partitionOf(byte[] key, int partitions) {
        return key == null ? 0 : Utils.toPositive(Utils.murmur2(key)) % partitions;
    }

    @SuppressWarnings("FutureReturnValueIgnored") // the callback keeps what failed
    private void send(ProducerRecord<byte[], byte[]> record) {
        throwFailure();
        try {
            producer.send(
                    record,
                    (metadata, failed) -> {
                        if (failed != null) {
                            failure.compareAndSet(null, failed);
                        }
                    });
        } catch (KafkaException refused) {
            throw failed(refused);
        }
    }

    @Override
    public void flush() {
        producer.flush();
        throwFailure();
    }

    private void throwFailure() {
        Exception failed = failure.get();
        if (failed != null) {
            throw failed(failed);
        }
    }

    private KafkaException failed(Exception cause) {
        return new KafkaException(
                "sending to "
                        + bootstrapServers
                        + " failed: "
                        + BrokerFault.describe(cause, properties),
                cause);
    }

    @Override
    public void close() {
        producer.close(CLOSING);
    }
}
