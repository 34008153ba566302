package io.fraudstream.kafka;

import io.fraudstream.registry.Announcer;
import io.fraudstream.registry.ModelPointer;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * The compacted topic of pointers, keyed by slot, so that it keeps the last one of each.
 *
 * @param properties passed to the client as they are, such as {@code security.protocol}
 */
public record PointerTopic(String bootstrapServers, String topic, Map<String, String> properties)
        implements Announcer {
    @Override
    public void announce(ModelPointer pointer) {
        try (RecordProducer producer = RecordProducer.forLatency(bootstrapServers, properties)) {
            producer.send(topic, pointer.slot().getBytes(StandardCharsets.UTF_8), pointer.encode());
            producer.flush();
        }
    }
}
