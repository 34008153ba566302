package io.fraudstream.job.kafka;

import io.fraudstream.job.state.JobTypes;
import io.fraudstream.registry.ModelPointer;
import java.io.IOException;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.connector.kafka.source.reader.deserializer.KafkaRecordDeserializationSchema;
import org.apache.flink.util.Collector;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads model pointers; a record that is none is reported and leaves the model in service alone.
 */
public final class PointerDeserializer implements KafkaRecordDeserializationSchema<ModelPointer> {
    private static final long serialVersionUID = 1L;
    private static final Logger LOG = LoggerFactory.getLogger(PointerDeserializer.class);

    @Override
    public void deserialize(ConsumerRecord<byte[], byte[]> record, Collector<ModelPointer> out) {
        if (record.value() == null) {
            return;
        }
        try {
            out.collect(ModelPointer.decode(record.value()));
        } catch (IOException broken) {
            LOG.error(
                    "refused the model pointer at {}[{}]@{}: {}",
                    record.topic(),
                    record.partition(),
                    record.offset(),
                    broken.getMessage());
        }
    }

    @Override
    public TypeInformation<ModelPointer> getProducedType() {
        return JobTypes.POINTER;
    }
}
