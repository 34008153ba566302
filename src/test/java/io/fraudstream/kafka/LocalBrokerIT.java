package io.fraudstream.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fraudstream.recording.Mapping;
import io.fraudstream.recording.RecordedTransaction;
import io.fraudstream.recording.RecordingReader;
import io.fraudstream.transaction.CardTokenPolicy;
import io.fraudstream.transaction.Coordinates;
import io.fraudstream.transaction.DecodingLimits;
import io.fraudstream.transaction.FraudLabel;
import io.fraudstream.transaction.LabelCodec;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.KafkaException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The broker, the topics and the sending of a recording, on one real broker. */
@Timeout(120)
class LocalBrokerIT {
    private static final Mapping HANDBOOK = Mapping.load(Path.of("config/mappings/handbook.yaml"));
    private static final String HEADER =
            "TRANSACTION_ID,TX_DATETIME,CUSTOMER_ID,TERMINAL_ID,TX_AMOUNT,TX_FRAUD\n";

    @TempDir private static Path directory;

    private static LocalBroker broker;

    @BeforeAll
    static void startBroker() throws IOException {
        broker = LocalBroker.start(directory.resolve("broker"), 0);
    }

    @AfterAll
    static void stopBroker() {
        broker.close();
    }

    @Test
    void createsListsAndDeletesTheTopics() {
        try (Topics topics = new Topics(broker.bootstrapServers(), new TopicNames("made-"))) {
            Topics.Layout layout =
                    new Topics.Layout(3, Optional.empty(), Optional.of(Duration.ofDays(1)));

            assertThat(topics.list()).isEmpty();
            assertThat(topics.create(layout)).hasSize(7);
            assertThat(topics.create(layout)).isEmpty();
            assertThat(topics.list())
                    .contains(
                            new Topics.Size("made-transactions", 3, 0),
                            new Topics.Size("made-models", 1, 0))
                    .hasSize(7);
            assertThat(topics.delete()).hasSize(7);
            assertThat(topics.list()).isEmpty();
        }
    }

    @Test
    void topicsAreNotMadeByTheWay() {
        TopicNames names = new TopicNames("absent-");
        try (Topics topics = new Topics(broker.bootstrapServers(), names)) {
            assertThatThrownBy(() -> topics.require(names.transactions()))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining(
                            "no topic absent-transactions at " + broker.bootstrapServers());
        }
    }

    @Test
    void aRecordingArrivesByteForByteWithItsLabelsInTheOrderOfKnowledge() throws Exception {
        TopicNames names = new TopicNames("sent-");
        Path recording = recording(5000);
        List<RecordedTransaction> rows = new ArrayList<>();
        try (RecordingReader reader = new RecordingReader(List.of(recording), HANDBOOK)) {
            reader.forEachRemaining(rows::add);
        }
        long before = System.currentTimeMillis();
        SendProgress result = send(names, recording);

        assertThat(result.transactions()).isEqualTo(5000);
        List<TopicTail.Entry> received = read(names.transactions(), 5000);
        Map<String, List<String>> byCard = new HashMap<>();
        received.forEach(
                record ->
                        byCard.computeIfAbsent(text(record.key()), card -> new ArrayList<>())
                                .add(text(record.value())));
        Map<String, List<String>> expected = new HashMap<>();
        rows.forEach(
                row ->
                        expected.computeIfAbsent(row.key(), card -> new ArrayList<>())
                                .add(text(row.payload())));
        assertThat(byCard).isEqualTo(expected);
        assertThat(received)
                .allSatisfy(
                        record -> assertThat(record.timestamp()).isGreaterThanOrEqualTo(before));

        long frauds = rows.stream().filter(row -> row.label() != null).count();
        assertThat(result.labels()).isEqualTo(frauds).isPositive();
        Map<Integer, List<Long>> knownAt = new HashMap<>();
        for (TopicTail.Entry record : read(names.labels(), frauds)) {
            knownAt.computeIfAbsent(record.partition(), p -> new ArrayList<>())
                    .add(label(record).knownAt());
        }
        assertThat(knownAt.values())
                .allSatisfy(
                        times -> assertThat(times).isSortedAccordingTo(Comparator.naturalOrder()));
    }

    @Test
    void aCardStaysInOnePartition() throws Exception {
        TopicNames names = new TopicNames("keyed-");
        send(names, recording(400));

        Map<String, Integer> partitions = new HashMap<>();
        for (TopicTail.Entry record : read(names.transactions(), 400)) {
            Integer other = partitions.put(text(record.key()), record.partition());
            assertThat(other).isIn(null, record.partition());
        }
        assertThat(partitions.values()).contains(0, 1, 2, 3);
    }

    @Test
    void aRecordTooLargeForTheBrokerFailsTheSending() {
        TopicNames names = new TopicNames("large-");
        try (Topics topics = new Topics(broker.bootstrapServers(), names);
                RecordProducer producer = RecordProducer.forLatency(broker.bootstrapServers())) {
            topics.create(Topics.Layout.DEFAULT);

            assertThatThrownBy(
                            () -> {
                                producer.send(names.transactions(), null, new byte[4 << 20]);
                                producer.flush();
                            })
                    .isInstanceOf(KafkaException.class)
                    .hasMessageContaining("sending to " + broker.bootstrapServers() + " failed");
        }
    }

    @Test
    void aRestartOnTheSameDirectoryKeepsTheData() throws Exception {
        Path own = directory.resolve("restarted");
        TopicNames names = new TopicNames("");
        try (LocalBroker first = LocalBroker.start(own, 0);
                Topics topics = new Topics(first.bootstrapServers(), names);
                RecordProducer producer = RecordProducer.forThroughput(first.bootstrapServers())) {
            topics.create(Topics.Layout.DEFAULT);
            producer.send(names.alerts(), null, "kept".getBytes(StandardCharsets.UTF_8));
            producer.flush();
        }
        try (LocalBroker second = LocalBroker.start(own, 0)) {
            assertThat(read(second, names.alerts(), 1))
                    .extracting(record -> text(record.value()))
                    .containsExactly("kept");
        }
    }

    @Test
    void aTakenPortIsToldAsSuch() {
        int taken = Integer.parseInt(broker.bootstrapServers().split(":")[1]);

        assertThatThrownBy(() -> LocalBroker.start(directory.resolve("second"), taken))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("port " + taken + " is taken");
    }

    private static SendProgress send(TopicNames names, Path recording) throws Exception {
        try (Topics topics = new Topics(broker.bootstrapServers(), names);
                RecordingReader reader = new RecordingReader(List.of(recording), HANDBOOK);
                RecordProducer producer = RecordProducer.forThroughput(broker.bootstrapServers())) {
            topics.create(Topics.Layout.DEFAULT);
            return new RecordingSender(
                            producer, names, ReplaySpeed.MAX, Clock.systemUTC(), Pause.SLEEP)
                    .send(reader, progress -> {});
        }
    }

    /** A day per hundred rows, fifty cards, every seventh row a fraud. */
    private static Path recording(int rows) throws IOException {
        StringBuilder csv = new StringBuilder(HEADER);
        for (int i = 0; i < rows; i++) {
            csv.append(i)
                    .append(",2018-")
                    .append(i / 2800 + 1 < 10 ? "0" : "")
                    .append(i / 2800 + 1)
                    .append('-');
            csv.append(String.format("%02d %02d:00:00", i / 100 % 28 + 1, i % 100 / 5));
            csv.append(",card")
                    .append(i * 7 % 50)
                    .append(",t")
                    .append(i % 9)
                    .append(",1.5,")
                    .append(i % 7 == 0 ? 1 : 0);
            csv.append('\n');
        }
        return Files.writeString(directory.resolve("recording-" + rows + ".csv"), csv);
    }

    private static List<TopicTail.Entry> read(String topic, long count) {
        return read(broker, topic, count);
    }

    private static List<TopicTail.Entry> read(LocalBroker from, String topic, long count) {
        List<TopicTail.Entry> records = new ArrayList<>();
        try (TopicTail tail = new TopicTail(from.bootstrapServers(), topic)) {
            tail.read(true, count, records::add);
        }
        return records;
    }

    private static FraudLabel label(TopicTail.Entry record) {
        LabelCodec codec =
                new LabelCodec(
                        DecodingLimits.DEFAULT,
                        CardTokenPolicy.rejectCardNumbers(),
                        Clock.systemUTC());
        return (FraudLabel)
                codec.decode(
                        record.value(),
                        new Coordinates(
                                "labels", record.partition(), record.offset(), record.timestamp()));
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
