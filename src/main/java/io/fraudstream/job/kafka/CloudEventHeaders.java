package io.fraudstream.job.kafka;

import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.apache.kafka.common.header.Headers;

/**
 * The attributes of CloudEvents 1.0 as headers of a record whose value is the event's data (the
 * Kafka binding's binary content mode).
 *
 * @see <a
 *     href="https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/kafka-protocol-binding.md">Kafka
 *     protocol binding</a>
 */
final class CloudEventHeaders implements Serializable {
    private static final long serialVersionUID = 1L;

    private final byte[] version = utf8("1.0");
    private final byte[] type;
    private final byte[] source;
    private final byte[] contentType;

    /**
     * @param source a URI; with it an event's id is unique
     */
    CloudEventHeaders(String type, String source, String contentType) {
        this.type = utf8(type);
        this.source = utf8(source);
        this.contentType = utf8(contentType);
    }

    /**
     * Adds them.
     *
     * @param time when it happened, milliseconds since the epoch: no clock, so that a repeat has
     *     the same headers
     */
    void write(String id, long time, Headers headers) {
        headers.add("ce_specversion", version);
        headers.add("ce_id", utf8(id));
        headers.add("ce_source", source);
        headers.add("ce_type", type);
        headers.add("ce_time", utf8(Instant.ofEpochMilli(time).toString()));
        headers.add("content-type", contentType);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
