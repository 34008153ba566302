package io.fraudstream.job.kafka;

import io.fraudstream.job.state.JobTypes;
import io.fraudstream.job.state.Received;
import io.fraudstream.transaction.Coordinates;
import io.fraudstream.transaction.Decoded;
import java.util.Map;
import java.util.function.BiFunction;
import org.apache.flink.api.common.serialization.DeserializationSchema;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.connector.kafka.source.reader.deserializer.KafkaRecordDeserializationSchema;
import org.apache.flink.util.Collector;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * Decodes records at the source; whatever a record holds, something comes out and nothing is
 * thrown. Behind the end of a run until the topic's present end nothing comes out: {@link
 * PartitionSource} leaves that to the next run.
 */
public final class ReceivedDeserializer implements KafkaRecordDeserializationSchema<Received> {
    private static final long serialVersionUID = 1L;

    private final Codecs codecs;
    private final boolean labels;
    private final Map<Integer, Long> endOffsets;

    private transient BiFunction<byte[], Coordinates, Decoded> decode;

    private ReceivedDeserializer(Codecs codecs, boolean labels, Map<Integer, Long> endOffsets) {
        this.codecs = codecs;
        this.labels = labels;
        this.endOffsets = Map.copyOf(endOffsets);
    }

    /**
     * @param endOffsets per partition where a run until the topic's present end stops; empty for a
     *     run without end
     */
    public static ReceivedDeserializer transactions(Codecs codecs, Map<Integer, Long> endOffsets) {
        return new ReceivedDeserializer(codecs, false, endOffsets);
    }

    /** The same for labels. */
    public static ReceivedDeserializer labels(Codecs codecs, Map<Integer, Long> endOffsets) {
        return new ReceivedDeserializer(codecs, true, endOffsets);
    }

    @Override
    public void open(DeserializationSchema.InitializationContext context) {
        decode = labels ? codecs.labels()::decode : codecs.transactions()::decode;
    }

    @Override
    public void deserialize(ConsumerRecord<byte[], byte[]> record, Collector<Received> out) {
        Coordinates coordinates =
                new Coordinates(
                        record.topic(),
                        record.partition(),
                        record.offset(),
                        record.timestamp(),
                        TraceHeaders.read(record.headers()));
        long end =
                endOffsets.isEmpty()
                        ? Long.MAX_VALUE
                        : endOffsets.getOrDefault(record.partition(), 0L);
        if (record.offset() < end) {
            boolean last = record.offset() == end - 1;
            out.collect(
                    Received.alone(decode.apply(record.value(), coordinates), coordinates, last));
        }
    }

    @Override
    public TypeInformation<Received> getProducedType() {
        return JobTypes.RECEIVED;
    }
}
