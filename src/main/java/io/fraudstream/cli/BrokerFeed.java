package io.fraudstream.cli;

import io.fraudstream.job.KafkaSettings;
import io.fraudstream.job.ReplayInput;
import io.fraudstream.job.replay.RecordedPartitions;
import io.fraudstream.kafka.LocalBroker;
import io.fraudstream.kafka.RecordProducer;
import io.fraudstream.kafka.TopicNames;
import io.fraudstream.kafka.Topics;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Sends a recording through a Kafka broker of its own: each record into the partition in which it
 * was recorded, with its timestamp.
 */
final class BrokerFeed implements ReplayInput.Feed, AutoCloseable {
    private static final TopicNames NAMES = new TopicNames("");

    private final LocalBroker broker;
    private final RecordProducer producer;
    private final RecordedPartitions transactions;
    private final RecordedPartitions labels;
    private final List<Sending> sendings = new ArrayList<>();

    private record Sending(
            String topic,
            int partition,
            long records,
            RecordedPartitions.Cursor cursor,
            long[] sent) {}

    BrokerFeed(Path directory, RecordedPartitions transactions, RecordedPartitions labels)
            throws IOException {
        this.transactions = transactions;
        this.labels = labels;
        this.broker = LocalBroker.start(directory, 0);
        try (Topics topics = new Topics(broker.bootstrapServers(), NAMES)) {
            topics.create(
                    new Topics.Layout(
                            transactions.records().size(), Optional.empty(), Optional.empty()));
        }
        this.producer = RecordProducer.forThroughput(broker.bootstrapServers());
        prepare(NAMES.transactions(), transactions);
        prepare(NAMES.labels(), labels);
    }

    private void prepare(String topic, RecordedPartitions recording) throws IOException {
        for (int partition = 0; partition < recording.records().size(); partition++) {
            sendings.add(
                    new Sending(
                            topic,
                            partition,
                            recording.records().get(partition),
                            recording.open(partition, 0),
                            new long[1]));
        }
    }

    /** What the job is to be told of the topics. */
    ReplayInput input() {
        Map<String, Map<Integer, Long>> ends = new LinkedHashMap<>();
        int partitions = transactions.records().size();
        ends.put(NAMES.transactions(), ends(transactions, partitions));
        ends.put(NAMES.labels(), ends(labels, partitions));
        KafkaSettings topics =
                new KafkaSettings(
                        broker.bootstrapServers(),
                        Map.of(),
                        "fraudstream-replay",
                        KafkaSettings.Start.EARLIEST,
                        ends,
                        NAMES.transactions(),
                        NAMES.labels(),
                        NAMES.models(),
                        NAMES.alerts(),
                        NAMES.rejected(),
                        NAMES.late(),
                        null,
                        false,
                        null);
        return new ReplayInput(transactions, labels, topics, this);
    }

    private static Map<Integer, Long> ends(RecordedPartitions recording, int partitions) {
        Map<Integer, Long> ends = new LinkedHashMap<>();
        for (int partition = 0; partition < partitions; partition++) {
            ends.put(
                    partition,
                    partition < recording.records().size()
                            ? recording.records().get(partition)
                            : 0L);
        }
        return ends;
    }

    @Override
    public void release(int quarters) throws IOException {
        for (Sending sending : sendings) {
            long until = RecordedPartitions.released(sending.records(), quarters);
            for (; sending.sent()[0] < until; sending.sent()[0]++) {
                RecordedPartitions.Frame frame = sending.cursor().next();
                producer.send(
                        sending.topic(),
                        sending.partition(),
                        Math.max(0, frame.timestamp()),
                        frame.key(),
                        frame.value());
            }
        }
        producer.flush();
    }

    @Override
    public void close() throws IOException {
        producer.close();
        for (Sending sending : sendings) {
            sending.cursor().close();
        }
        broker.close();
    }
}
