package io.fraudstream.job.kafka;

import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.apache.flink.connector.kafka.sink.KafkaRecordSerializationSchema;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Headers;

/**
 * Writes records with a key, a value and headers, and leaves the timestamp to the producer's clock:
 * Flink's own schema would stamp event time, by which the broker deletes replays of old streams at
 * once.
 */
public final class RecordWriter<T> implements KafkaRecordSerializationSchema<T> {
    private static final long serialVersionUID = 1L;

    private final String topic;
    private final SerializableFunction<T, String> key;
    private final SerializableFunction<T, byte[]> value;
    private final HeaderWriter<T> headers;

    /** A function that travels in the job's graph. */
    @FunctionalInterface
    public interface SerializableFunction<A, B> extends Function<A, B>, Serializable {}

    /** Adds the headers that a record is to have. */
    @FunctionalInterface
    public interface HeaderWriter<T> extends BiConsumer<T, Headers>, Serializable {}

    /**
     * @param key gives the record's key; may give {@code null}
     */
    public RecordWriter(
            String topic,
            SerializableFunction<T, String> key,
            SerializableFunction<T, byte[]> value,
            HeaderWriter<T> headers) {
        this.topic = topic;
        this.key = key;
        this.value = value;
        this.headers = headers;
    }

    @Override
    public ProducerRecord<byte[], byte[]> serialize(
            T element, KafkaSinkContext context, Long timestamp) {
        String text = key.apply(element);
        byte[] keyBytes = text == null ? null : text.getBytes(StandardCharsets.UTF_8);
        ProducerRecord<byte[], byte[]> record =
                new ProducerRecord<>(topic, keyBytes, value.apply(element));
        headers.accept(element, record.headers());
        return record;
    }
}
