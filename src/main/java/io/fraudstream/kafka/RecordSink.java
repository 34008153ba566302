package io.fraudstream.kafka;

import org.apache.kafka.common.KafkaException;

/** Where records are sent to. */
public interface RecordSink {
    /**
     * Hands one record over; it is sent in the background, stamped with the present time.
     *
     * @param key decides the partition; {@code null} for any
     * @throws KafkaException if this or an earlier record could not be sent
     */
    void send(String topic, byte[] key, byte[] value);

    /**
     * Returns when the broker has acknowledged everything; throws a {@link KafkaException} if it
     * did not.
     */
    void flush();
}
