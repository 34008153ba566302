package io.fraudstream.job.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fraudstream.kafka.LocalBroker;
import io.fraudstream.kafka.TopicNames;
import io.fraudstream.kafka.TopicReader;
import io.fraudstream.kafka.Topics;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Properties;
import org.apache.flink.api.common.JobID;
import org.apache.flink.api.common.JobInfo;
import org.apache.flink.api.common.JobInfoImpl;
import org.apache.flink.api.common.TaskInfo;
import org.apache.flink.api.common.TaskInfoImpl;
import org.apache.flink.api.connector.sink2.Committer;
import org.apache.flink.api.connector.sink2.CommitterInitContext;
import org.apache.flink.connector.kafka.sink.KafkaCommittable;
import org.apache.flink.connector.kafka.sink.internal.FlinkKafkaInternalProducer;
import org.apache.flink.metrics.groups.SinkCommitterMetricGroup;
import org.apache.flink.metrics.groups.UnregisteredMetricsGroup;
import org.apache.flink.runtime.metrics.groups.InternalSinkCommitterMetricGroup;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What becomes of a transaction that a checkpoint holds, by what has become of it at the broker.
 */
@Timeout(300)
class ReplayingCommitterIT {
    private static final TopicNames NAMES = new TopicNames("");

    @TempDir private static Path directory;

    private static LocalBroker broker;

    @BeforeAll
    static void startBroker() throws IOException {
        broker = LocalBroker.start(directory, 0);
        try (Topics topics = new Topics(broker.bootstrapServers(), NAMES)) {
            topics.create(Topics.Layout.DEFAULT);
        }
    }

    @AfterAll
    static void stopBroker() {
        broker.close();
    }

    @Test
    void oneThatIsOpenIsCommittedAndCommittingItAgainChangesNothing() throws Exception {
        try (FlinkKafkaInternalProducer<byte[], byte[]> writer = begun("open", NAMES.alerts())) {
            KeptTransaction kept = kept(writer, NAMES.alerts(), "open");

            commit(kept);
            commit(kept);
        }
        assertThat(values(NAMES.alerts())).containsExactly("open");
    }

    /** As a job does that is ended before its next checkpoint. */
    @Test
    void oneThatItsOwnProducerHasCommittedStands() throws Exception {
        KeptTransaction kept;
        try (FlinkKafkaInternalProducer<byte[], byte[]> writer = begun("done", NAMES.scored())) {
            kept = kept(writer, NAMES.scored(), "done");
            writer.commitTransaction();
        }

        commit(kept);
        commit(kept);

        assertThat(values(NAMES.scored())).containsExactly("done");
    }

    @Test
    void oneThatWasAbortedIsWrittenAgainOnce() throws Exception {
        KeptTransaction kept;
        try (FlinkKafkaInternalProducer<byte[], byte[]> writer = begun("gone", NAMES.late())) {
            kept = kept(writer, NAMES.late(), "gone");
            writer.abortTransaction();
        }

        commit(kept);
        commit(kept);

        assertThat(values(NAMES.late())).containsExactly("gone");
    }

    @Test
    void oneWhoseIdAnotherProducerHasTakenIsNotTakenForCommitted() throws Exception {
        KeptTransaction kept;
        try (FlinkKafkaInternalProducer<byte[], byte[]> first = begun("taken", NAMES.rejected())) {
            kept = kept(first, NAMES.rejected(), "taken");
            try (FlinkKafkaInternalProducer<byte[], byte[]> second =
                    begun("taken", NAMES.rejected())) {
                second.commitTransaction();
            }
        }

        assertThatThrownBy(() -> commit(kept))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("the transaction taken cannot be committed");
    }

    /** A producer in a transaction that holds one record, which is the transaction's id. */
    @SuppressWarnings("FutureReturnValueIgnored") // the callback is told
    private static FlinkKafkaInternalProducer<byte[], byte[]> begun(String id, String topic) {
        FlinkKafkaInternalProducer<byte[], byte[]> producer =
                new FlinkKafkaInternalProducer<>(properties(), id);
        producer.initTransactions();
        producer.beginTransaction();
        producer.send(record(topic, id), (metadata, failure) -> assertThat(failure).isNull());
        producer.flush();
        return producer;
    }

    /** As it comes from a checkpoint: without its producer. */
    private static KeptTransaction kept(
            FlinkKafkaInternalProducer<byte[], byte[]> producer, String topic, String id)
            throws IOException {
        KeptRecords records = new KeptRecords();
        records.add(record(topic, id));
        return new KeptTransaction(
                new KafkaCommittable(producer.getProducerId(), producer.getEpoch(), id, null),
                records.take());
    }

    private static ProducerRecord<byte[], byte[]> record(String topic, String value) {
        return new ProducerRecord<>(topic, null, value.getBytes(UTF_8));
    }

    private static Properties properties() {
        Properties properties = new Properties();
        properties.put("bootstrap.servers", broker.bootstrapServers());
        properties.put("key.serializer", ByteArraySerializer.class.getName());
        properties.put("value.serializer", ByteArraySerializer.class.getName());
        properties.put("transaction.timeout.ms", "60000");
        return properties;
    }

    @SuppressWarnings("try") // a committer may be interrupted as it closes
    private static void commit(KeptTransaction kept) throws Exception {
        ReplayingSink<byte[]> sink =
                new ReplayingSink<>(
                        properties(),
                        "unused",
                        new RecordWriter<>(
                                NAMES.alerts(),
                                value -> null,
                                value -> value,
                                (value, headers) -> {}));
        try (Committer<KeptTransaction> committer = sink.createCommitter(new Context())) {
            committer.commit(List.of(new Asked(kept)));
        }
    }

    private static List<String> values(String topic) throws IOException {
        try (TopicReader reader = new TopicReader(broker.bootstrapServers(), topic, Map.of())) {
            return reader.values().stream().map(value -> new String(value, UTF_8)).toList();
        }
    }

    /** A request about which nothing is told but by an exception. */
    private record Asked(KeptTransaction kept) implements Committer.CommitRequest<KeptTransaction> {
        @Override
        public KeptTransaction getCommittable() {
            return kept;
        }

        @Override
        public int getNumberOfRetries() {
            return 0;
        }

        @Override
        public void signalFailedWithKnownReason(Throwable reason) {
            throw new AssertionError("given up", reason);
        }

        @Override
        public void signalFailedWithUnknownReason(Throwable reason) {
            throw new AssertionError("given up", reason);
        }

        @Override
        public void retryLater() {
            throw new AssertionError("to be tried later");
        }

        @Override
        public void updateAndRetryLater(KeptTransaction other) {
            throw new AssertionError("to be tried later");
        }

        @Override
        public void signalAlreadyCommitted() {
            // All the same here.
        }
    }

    private static final class Context implements CommitterInitContext {
        @Override
        public SinkCommitterMetricGroup metricGroup() {
            return InternalSinkCommitterMetricGroup.wrap(
                    UnregisteredMetricsGroup.createOperatorMetricGroup());
        }

        @Override
        public OptionalLong getRestoredCheckpointId() {
            return OptionalLong.empty();
        }

        @Override
        public JobInfo getJobInfo() {
            return new JobInfoImpl(new JobID(), "job");
        }

        @Override
        public TaskInfo getTaskInfo() {
            return new TaskInfoImpl("task", 1, 0, 1, 0);
        }
    }
}
