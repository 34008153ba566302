package io.fraudstream.job.kafka;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Properties;
import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.connector.sink2.Committer;
import org.apache.flink.api.connector.sink2.CommitterInitContext;
import org.apache.flink.api.connector.sink2.CommittingSinkWriter;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.sink2.StatefulSinkWriter;
import org.apache.flink.api.connector.sink2.SupportsCommitter;
import org.apache.flink.api.connector.sink2.SupportsWriterState;
import org.apache.flink.api.connector.sink2.WriterInitContext;
import org.apache.flink.connector.base.DeliveryGuarantee;
import org.apache.flink.connector.kafka.sink.KafkaCommittable;
import org.apache.flink.connector.kafka.sink.KafkaSink;
import org.apache.flink.connector.kafka.sink.KafkaWriterState;
import org.apache.flink.connector.kafka.sink.TwoPhaseCommittingStatefulSink;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.apache.flink.streaming.api.connector.sink2.CommittableMessage;
import org.apache.flink.streaming.api.connector.sink2.SupportsPostCommitTopology;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Flink's exactly-once Kafka sink, which by itself only logs that the broker has aborted a
 * transaction whose checkpoint is complete: its records would be lost. Here they lie in the
 * checkpoint beside the transaction, so a transaction that has expired fails the job, and when the
 * job goes on from that checkpoint, its records are written again, once; see {@link
 * ReplayingCommitter}.
 */
public final class ReplayingSink<T>
        implements Sink<T>,
                SupportsWriterState<T, KafkaWriterState>,
                SupportsCommitter<KeptTransaction>,
                SupportsPostCommitTopology<KeptTransaction> {
    private static final Logger LOG = LoggerFactory.getLogger(ReplayingSink.class);
    private static final long serialVersionUID = 1L;

    private final KafkaSink<ProducerRecord<byte[], byte[]>> sink;
    private final RecordWriter<T> encoder;
    private final Properties producer;

    /**
     * @param producer settings of the producers, {@code bootstrap.servers} among them
     * @param transactionalIdPrefix of this sink alone on these brokers
     */
    public ReplayingSink(
            Properties producer, String transactionalIdPrefix, RecordWriter<T> encoder) {
        this.producer = producer;
        this.encoder = encoder;
        this.sink =
                KafkaSink.<ProducerRecord<byte[], byte[]>>builder()
                        .setKafkaProducerConfig(producer)
                        .setRecordSerializer((record, context, timestamp) -> record)
                        .setDeliveryGuarantee(DeliveryGuarantee.EXACTLY_ONCE)
                        .setTransactionalIdPrefix(transactionalIdPrefix)
                        .build();
    }

    /** The Kafka sink by its interface, since its writer's class is not public. */
    private TwoPhaseCommittingStatefulSink<
                    ProducerRecord<byte[], byte[]>, KafkaWriterState, KafkaCommittable>
            inner() {
        return sink;
    }

    @Override
    public StatefulSinkWriter<T, KafkaWriterState> createWriter(WriterInitContext context)
            throws IOException {
        return new Writer<>(inner().createWriter(context), encoder);
    }

    @Override
    public StatefulSinkWriter<T, KafkaWriterState> restoreWriter(
            WriterInitContext context, Collection<KafkaWriterState> state) throws IOException {
        return new Writer<>(inner().restoreWriter(context, state), encoder);
    }

    @Override
    public SimpleVersionedSerializer<KafkaWriterState> getWriterStateSerializer() {
        return sink.getWriterStateSerializer();
    }

    @Override
    public Committer<KeptTransaction> createCommitter(CommitterInitContext context) {
        return new ReplayingCommitter(
                sink.createCommitter(context), producer, context.metricGroup());
    }

    @Override
    public SimpleVersionedSerializer<KeptTransaction> getCommittableSerializer() {
        return new KeptTransactionSerializer(sink.getCommittableSerializer());
    }

    /** The Kafka sink keeps its writers and committers together there, whatever they hand over. */
    @Override
    @SuppressWarnings({"unchecked", "rawtypes"})
    public void addPostCommitTopology(DataStream<CommittableMessage<KeptTransaction>> committed) {
        sink.addPostCommitTopology((DataStream) committed);
    }

    @SuppressWarnings("try") // Flink closes it and sees to what it throws
    private static final class Writer<T>
            implements StatefulSinkWriter<T, KafkaWriterState>,
                    CommittingSinkWriter<T, KeptTransaction> {
        private final TwoPhaseCommittingStatefulSink.PrecommittingStatefulSinkWriter<
                        ProducerRecord<byte[], byte[]>, KafkaWriterState, KafkaCommittable>
                writer;
        private final RecordWriter<T> encoder;
        private final KeptRecords kept = new KeptRecords();

        Writer(
                TwoPhaseCommittingStatefulSink.PrecommittingStatefulSinkWriter<
                                ProducerRecord<byte[], byte[]>, KafkaWriterState, KafkaCommittable>
                        writer,
                RecordWriter<T> encoder) {
            this.writer = writer;
            this.encoder = encoder;
        }

        @Override
        public void write(T element, Context context) throws IOException, InterruptedException {
            ProducerRecord<byte[], byte[]> record =
                    encoder.serialize(element, null, context.timestamp());
            kept.add(record);
            writer.write(record, context);
        }

        @Override
        public void flush(boolean endOfInput) throws IOException, InterruptedException {
            writer.flush(endOfInput);
        }

        @Override
        public void writeWatermark(Watermark watermark) throws IOException, InterruptedException {
            writer.writeWatermark(watermark);
        }

        @Override
        public Collection<KeptTransaction> prepareCommit()
                throws IOException, InterruptedException {
            byte[] records = kept.take();
            List<KeptTransaction> transactions = new ArrayList<>();
            for (KafkaCommittable transaction : writer.prepareCommit()) {
                transactions.add(new KeptTransaction(transaction, records));
            }
            return transactions;
        }

        @Override
        public List<KafkaWriterState> snapshotState(long checkpointId) throws IOException {
            return writer.snapshotState(checkpointId);
        }

        @Override
        public void close() throws Exception {
            kept.take();
            try {
                writer.close();
            } catch (IOException alreadyFailed) {
                // A write that failed has failed the task; thrown once more from here it would end
                // the whole TaskManager.
                LOG.warn("a Kafka writer was closed after a failure", alreadyFailed);
            }
        }
    }
}
