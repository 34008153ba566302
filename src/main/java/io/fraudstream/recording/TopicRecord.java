package io.fraudstream.recording;

/**
 * A record as it stands in a topic.
 *
 * @param timestamp the record's own, milliseconds since the epoch
 * @param key may be {@code null}
 * @param value may be {@code null}
 */
@SuppressWarnings("ArrayRecordComponent") // Bytes as Kafka gives them; nothing compares it.
public record TopicRecord(int partition, long offset, long timestamp, byte[] key, byte[] value) {}
