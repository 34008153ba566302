package io.fraudstream.cli;

import io.fraudstream.config.Settings;
import io.fraudstream.job.replay.RecordedPartitions.Frame;
import io.fraudstream.kafka.RecordProducer;
import io.fraudstream.kafka.ReplaySpeed;
import io.fraudstream.kafka.TopicBound;
import io.fraudstream.kafka.TopicReader;
import io.fraudstream.recording.TopicFile;
import io.fraudstream.recording.TopicRecord;
import io.fraudstream.transaction.Coordinates;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.concurrent.TimeUnit;

/** Recorded topics, in files that {@code record} wrote or still on their broker. */
final class RecordedTopics implements AutoCloseable {
    private final List<TopicFile.Reader> files = new ArrayList<>();
    private TopicReader transactions;
    private TopicReader labels;
    private TopicBound since;
    private TopicBound until;

    private RecordedTopics() {}

    /**
     * Opens files.
     *
     * @throws IOException if one cannot be read
     */
    static RecordedTopics of(List<Path> files) throws IOException {
        RecordedTopics topics = new RecordedTopics();
        try {
            for (Path file : files) {
                topics.files.add(new TopicFile.Reader(file));
            }
            return topics;
        } catch (IOException | RuntimeException unusable) {
            topics.close();
            throw unusable;
        }
    }

    /** A range of the transactions on a broker, and all labels. */
    static RecordedTopics of(Settings.Kafka kafka, TopicBound since, TopicBound until) {
        RecordedTopics topics = new RecordedTopics();
        topics.transactions = reader(kafka, RecordingLayout.TRANSACTIONS);
        topics.labels = reader(kafka, RecordingLayout.LABELS);
        topics.since = since;
        topics.until = until;
        return topics;
    }

    private static TopicReader reader(Settings.Kafka kafka, String topic) {
        return new TopicReader(kafka.bootstrapServers(), kafka.topic(topic), kafka.properties());
    }

    /** Which topics the files are of. */
    List<String> names() {
        return files.stream().map(file -> file.header().topic()).distinct().toList();
    }

    /**
     * Of the transactions.
     *
     * @throws IllegalArgumentException unless just one of the files holds transactions
     */
    int partitions() {
        if (transactions != null) {
            return transactions.partitions();
        }
        List<TopicFile.Header> found =
                files.stream()
                        .map(TopicFile.Reader::header)
                        .filter(header -> header.topic().equals(RecordingLayout.TRANSACTIONS))
                        .toList();
        if (found.size() != 1) {
            throw new IllegalArgumentException(
                    found.size()
                            + " of the files hold transactions, expected one, and labels beside it"
                            + " where there are any; they hold "
                            + String.join(", ", names()));
        }
        return found.get(0).partitions();
    }

    /** Adds all transactions and labels; other topics are passed over. */
    void layOut(RecordingLayout layout) throws IOException {
        if (transactions != null) {
            transactions.read(
                    transactions.offsets(since),
                    transactions.offsets(until),
                    record -> layout.addTransaction(record.partition(), frame(record)));
            labels.read(
                    labels.offsets(new TopicBound.Earliest()),
                    labels.offsets(new TopicBound.PresentEnd()),
                    record -> addLabel(record, layout));
            return;
        }
        for (TopicFile.Reader file : files) {
            switch (file.header().topic()) {
                case RecordingLayout.TRANSACTIONS -> {
                    while (file.hasNext()) {
                        TopicRecord record = file.next();
                        layout.addTransaction(record.partition(), frame(record));
                    }
                }
                case RecordingLayout.LABELS -> {
                    while (file.hasNext()) {
                        addLabel(file.next(), layout);
                    }
                }
                default -> {
                    // Alerts and the like are what came out, not what went in.
                }
            }
        }
    }

    private static void addLabel(TopicRecord record, RecordingLayout layout) throws IOException {
        layout.addLabel(
                new Coordinates(
                        RecordingLayout.LABELS,
                        record.partition(),
                        record.offset(),
                        record.timestamp()),
                record.value());
    }

    private static Frame frame(TopicRecord record) {
        return new Frame(record.offset(), record.timestamp(), record.key(), record.value());
    }

    /**
     * Sends the files' records, those of the earliest timestamp first, at most at this speed.
     *
     * @return how many went to each topic, by its name without a prefix
     */
    Map<String, Long> sendTo(RecordProducer producer, Settings.Kafka kafka, ReplaySpeed speed)
            throws InterruptedException {
        PriorityQueue<TopicFile.Reader> heads =
                new PriorityQueue<>(Comparator.comparingLong(file -> file.peek().timestamp()));
        files.stream().filter(TopicFile.Reader::hasNext).forEach(heads::add);
        Map<String, Long> sent = new LinkedHashMap<>();
        names().forEach(topic -> sent.put(topic, 0L));
        long first = heads.isEmpty() ? 0 : heads.peek().peek().timestamp();
        long began = System.nanoTime();
        while (!heads.isEmpty()) {
            TopicFile.Reader file = heads.remove();
            TopicRecord record = file.next();
            if (!speed.isMax()) {
                long due = speed.wallTime(record.timestamp() - first).toNanos();
                TimeUnit.NANOSECONDS.sleep(due - (System.nanoTime() - began));
            }
            String topic = file.header().topic();
            producer.send(kafka.topic(topic), record.key(), record.value());
            sent.merge(topic, 1L, Long::sum);
            if (file.hasNext()) {
                heads.add(file);
            }
        }
        producer.flush();
        return sent;
    }

    @Override
    public void close() throws IOException {
        if (transactions != null) {
            transactions.close();
            labels.close();
        }
        for (TopicFile.Reader file : files) {
            file.close();
        }
    }
}
