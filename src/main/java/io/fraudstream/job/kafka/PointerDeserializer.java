package io.fraudstream.job.kafka;

import io.fraudstream.job.state.Announced;
import io.fraudstream.job.state.JobTypes;
import io.fraudstream.job.state.ServedBundle;
import io.fraudstream.registry.ModelPointer;
import io.fraudstream.transaction.Coordinates;
import java.io.IOException;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.connector.kafka.source.reader.deserializer.KafkaRecordDeserializationSchema;
import org.apache.flink.util.Collector;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Reads model pointers; a record that is none comes out as refused. */
public final class PointerDeserializer implements KafkaRecordDeserializationSchema<Announced> {
    private static final long serialVersionUID = 1L;
    private static final byte[] NOTHING = {};

    @Override
    public void deserialize(ConsumerRecord<byte[], byte[]> record, Collector<Announced> out) {
        if (record.value() != null) {
            out.collect(announced(record));
        }
    }

    private static Announced announced(ConsumerRecord<byte[], byte[]> record) {
        Coordinates at =
                new Coordinates(
                        record.topic(), record.partition(), record.offset(), record.timestamp());
        try {
            ServedBundle bundle = new ServedBundle(ModelPointer.decode(record.value()), NOTHING);
            return new Announced(at, record.value(), bundle, 0, null);
        } catch (IOException broken) {
            return new Announced(
                    at,
                    record.value(),
                    null,
                    0,
                    new Announced.Refusal(null, broken.getMessage(), false));
        }
    }

    @Override
    public TypeInformation<Announced> getProducedType() {
        return JobTypes.ANNOUNCED;
    }
}
